"""Canaries: what is secret was really used, and stands in neither the database nor a log."""
import base64
import re

import pytest

from forge import Forge

SECRET = "weathervane-cinnamon-otter-36"
CHANGED = "turnstile-marmalade-heron-92"
GUESSED = "wrong-guess-falcon-teapot-58"
JSON = {"Content-Type": "application/json"}


def invited(house, slt, mark, key=None):
    person = slt.client.post("/v1/people", {
        "name": "Cana Ry", "person_type": "employee", "email": f"{key or 'plain'}@{mark}.example"},
        expect=201).json
    return slt.client.post(f"/v1/people/{person['id']}/invite", {}, expect=201,
                           headers={"Idempotency-Key": key} if key else {}).json["invitation_token"]


@pytest.fixture(scope="module")
def secrets(house):
    """Uses every kind of secret, in the right places and in wrong ones; name -> secret."""
    tenant = house.fresh_tenant()
    slt = tenant.person("Sal Slt", "slt")
    there = house.fresh_tenant("school")
    used = {"demo password": house.password, "password": SECRET, "new password": CHANGED,
            "wrong password": GUESSED}

    def keep(name, answer):
        for kind in ("access_token", "refresh_token"):
            if kind in answer.json:
                used[f"{name}: {kind}"] = answer.json[kind]
        return answer.json

    used["invitation"] = token = invited(house, slt, tenant.mark)
    used["invitation with a key"] = invited(house, slt, tenant.mark, "retry-invite")
    keep("accepted", house.http.post("/v1/auth/accept-invitation", {
        "invitation_token": token, "password": SECRET}, expect=200))
    email = f"plain@{tenant.mark}.example"
    house.sign_in(email, GUESSED, expect=401)
    tokens = keep("signed in", house.sign_in(email, SECRET))
    client = house.server.client(tokens["access_token"])
    house.sql("INSERT INTO person (tenant_id, id, identity_id, name, person_type) SELECT %s,"
              " gen_random_uuid(), id, 'Cana Ry', 'governor' FROM identity WHERE login = %s",
              there.id, email)
    keep("switched", client.post("/v1/auth/switch", {"tenant_id": there.id}, expect=200,
                                 headers={"Idempotency-Key": "retry-switch"}))
    client.post("/v1/auth/change-password", {"current_password": SECRET,
                                             "new_password": CHANGED}, expect=204)
    tokens = keep("refreshed", house.http.post("/v1/auth/refresh", {
        "refresh_token": tokens["refresh_token"]}, expect=200))
    cookie = house.http.post("/v1/auth/sign-in", {
        "email": email, "password": CHANGED, "cookie": True}, expect=200).headers["set-cookie"]
    used["cookie"] = re.match(r"chaperone_refresh=([^;]+)", cookie).group(1)
    house.http.post("/v1/auth/refresh", {}, headers={"Cookie": cookie.split(";")[0]}, expect=200)
    misplace(house, client, tokens, email)
    return used


def misplace(house, client, tokens, email):
    """Secrets where they do not belong: addresses, queries, wrong fields, broken bodies."""
    access, refresh = tokens["access_token"], tokens["refresh_token"]
    ask = house.http
    ask.get(f"/v1/me?access_token={access}")
    ask.get(f"/v1/people/{refresh}")
    ask.get(f"/{CHANGED}/{GUESSED}")
    client.get(f"/v1/people?email={CHANGED}")
    client.get(f"/v1/me?password={CHANGED}")
    ask.post("/v1/auth/sign-in", {"email": CHANGED, "password": 7, CHANGED: GUESSED})
    ask.post("/v1/auth/sign-in", headers=JSON, body=f'{{"password": "{CHANGED}" '.encode())
    ask.post("/v1/auth/sign-in", headers=JSON,
             body=f'{{"password": "{CHANGED}", "password": "{GUESSED}"}}'.encode())
    ask.post("/v1/auth/sign-in", {"email": email, "password": CHANGED}, headers={
        "X-Request-Id": f"{GUESSED}-{CHANGED}" * 3, "Origin": f"https://{GUESSED}.example"})
    ask.post("/v1/auth/refresh", {"refresh_token": CHANGED})
    ask.get("/v1/me", headers={"Authorization": f"Bearer {access}x"})
    ask.get("/v1/me", headers={"Authorization": f"Basic {CHANGED}"})
    house.server.raw(f"GET /{CHANGED} HTTP/1.1\r\nHost: x\r\nHost: {GUESSED}\r\n"
                     f"Authorization: Bearer {access}\r\n\r\n")
    house.server.raw(f"{CHANGED} /{access} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    house.server.raw(f"GET / HTTP/1.1\r\nHost: x\r\nX-{CHANGED}: {'x' * 30000}\r\n\r\n")


def forms(secret):
    """As it is, and as it might be kept without a thought."""
    raw = secret.encode()
    return {secret, raw.hex(), base64.b64encode(raw).decode().rstrip("="),
            base64.urlsafe_b64encode(raw).decode().rstrip("=")}


def all_secrets(house, used):
    forge = Forge(house)
    lines = [line for line in forge.private_pem.splitlines() if line and "-----" not in line]
    return {**used, "master key": forge.master_key,
            **{f"private key, line {n}": line for n, line in enumerate(lines)},
            "private number": hex(forge.key.private_numbers().private_value)[2:]}


def found(text, secrets):
    return [name for name, secret in secrets.items()
            if any(form in text for form in forms(secret))]


def test_the_canaries_were_used(house, secrets):
    assert len([name for name in secrets if name.endswith("token")]) == 8
    dump = house.dump()
    assert "Cana Ry" in dump and "$argon2id$" in dump, "the dump holds what is to be searched"
    assert len(house.server.log_lines()) > 20


def test_nothing_secret_in_the_database(house, secrets):
    dump = house.dump()
    assert found(dump, all_secrets(house, secrets)) == []
    assert "PRIVATE KEY" not in dump


def test_nothing_secret_in_the_log(house, secrets):
    log = house.server.log()
    assert found(log, all_secrets(house, secrets)) == []
    assert "PRIVATE KEY" not in log and "argon2" not in log
    tokens = [part for secret in secrets.values() if secret.count(".") == 2
              for part in secret.split(".")[1:]]
    assert not [part for part in tokens if part in log]


def test_nothing_secret_in_the_databases_own_log(house, secrets):
    with open(f"{house.cluster.folder}/postgresql.log", encoding="utf-8", errors="replace") as log:
        assert found(log.read(), all_secrets(house, secrets)) == []


def test_tokens_are_kept_as_hashes_only(house, secrets):
    """The refresh token that is valid now is known to the database by its hash alone."""
    rows = house.sql("SELECT octet_length(token_hash) AS n FROM refresh_token"
                     " UNION SELECT octet_length(token_hash) FROM invitation")
    assert [row["n"] for row in rows] == [32]
    assert all(row["password_hash"].startswith("$argon2id$v=19$m=19456,t=2,p=1$") for row in
               house.sql("SELECT password_hash FROM identity WHERE password_hash IS NOT NULL"))


def test_nobody_hears_a_secret_back(house, secrets):
    answer = house.http.post("/v1/auth/sign-in", {"email": "x", "password": "", CHANGED: 1})
    assert answer.status == 422
    for target in (f"/v1/people?email={GUESSED}", f"/{GUESSED}"):
        assert GUESSED not in house.http.get(target).text
    for path in ("/metrics", "/readyz", "/healthz"):
        assert found(house.http.get(path).text, all_secrets(house, secrets)) == []


def test_the_process_shows_nothing_either(house):
    with open(f"/proc/{house.server.process.pid}/environ", "rb") as file:
        environment = file.read()
    with open(house.master_key, "rb") as file:
        assert file.read().strip() not in environment
    with open(f"/proc/{house.server.process.pid}/cmdline", "rb") as file:
        assert file.read().split(b"\0")[1:] == [b"serve", b""]
