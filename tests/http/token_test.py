"""Access tokens: what the service signs, and every forgery it must refuse."""
import json
import uuid
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from forge import Forge, b64, pem_of, unb64
from refusal import refused, unchanged

CLAIMS = {"iss", "aud", "sub", "tid", "idn", "sid", "jti", "sv", "auth_time", "iat", "nbf",
          "exp", "amr", "appointments"}


@pytest.fixture(scope="module")
def forge(house, tenant):
    forge = Forge(house)
    forge.start(tenant.person("Fay Forged", "administrator", [tenant.schools[0]]).login)
    return forge


def jwks_key(house, kid):
    return jwt.PyJWKSet.from_dict(house.http.get("/.well-known/jwks.json").json)[kid].key


def ec_jwk(public_key):
    numbers = public_key.public_numbers()
    return {"kty": "EC", "crv": "P-256", "x": b64(numbers.x.to_bytes(32, "big")),
            "y": b64(numbers.y.to_bytes(32, "big"))}


def der(forge):
    """The same signature as DER, which JWS does not know."""
    raw = unb64(forge.real.rsplit(".", 1)[1])
    return b64(encode_dss_signature(int.from_bytes(raw[:32], "big"),
                                    int.from_bytes(raw[32:], "big")))


def loose_end(forge):
    """Another last letter for the same bytes: base64url has four bits to spare there."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return forge.real[:-1] + letters[letters.index(forge.real[-1]) ^ 1]


ATTACKS = {
    "alg none": lambda f: f.unsigned("none"),
    "alg None": lambda f: f.unsigned("None"),
    "alg nOnE with a signature": lambda f: f.with_header(alg="nOnE"),
    "no alg": lambda f: f.with_header(drop=["alg"]),
    "alg es256 in small letters": lambda f: f.with_header(alg="es256"),
    "alg ES384": lambda f: f.with_header(alg="ES384"),
    "alg RS256": lambda f: f.with_header(alg="RS256"),
    "HS256 with the public key": lambda f: f.hmac(pem_of(jwks_key(f.house, f.kid))),
    "HS256 without the newline": lambda f: f.hmac(pem_of(jwks_key(f.house, f.kid)).strip()),
    "hs256 with the public key": lambda f: f.hmac(pem_of(jwks_key(f.house, f.kid)), "hs256"),
    "HMAC called ES256": lambda f: f.hmac(pem_of(jwks_key(f.house, f.kid)), "ES256"),
    "HS256 with an empty key": lambda f: f.hmac(b""),
    "unknown kid": lambda f: f.with_header(kid=str(uuid.uuid4())),
    "no kid": lambda f: f.with_header(drop=["kid"]),
    "kid is a number": lambda f: f.with_header(kid=1),
    "kid is a path": lambda f: f.with_header(kid="../../../../dev/null"),
    "embedded jwk": lambda f: f.with_header(key=f.foreign, jwk=ec_jwk(f.foreign.public_key())),
    "embedded jwk under its own kid": lambda f: f.with_header(
        key=f.foreign, kid="mine", jwk={**ec_jwk(f.foreign.public_key()), "kid": "mine"}),
    "embedded jwk of our own key": lambda f: f.with_header(jwk=ec_jwk(f.key.public_key())),
    "jku": lambda f: f.with_header(key=f.foreign, jku="https://evil.example/keys"),
    "x5u": lambda f: f.with_header(key=f.foreign, x5u="https://evil.example/cert"),
    "x5c": lambda f: f.with_header(key=f.foreign, x5c=["MIIB"]),
    "another key": lambda f: f.with_header(key=f.foreign),
    "crit": lambda f: f.with_header(crit=["exp"]),
    "crit that nobody knows": lambda f: f.with_header(crit=["b64"], b64=False),
    "crit is empty": lambda f: f.with_header(crit=[]),
    "cty": lambda f: f.with_header(cty="JWT"),
    "typ at+jwt": lambda f: f.with_header(typ="at+jwt"),
    "typ logout+jwt": lambda f: f.with_header(typ="logout+jwt"),
    "no typ": lambda f: f.with_header(drop=["typ"]),
    "wrong iss": lambda f: f.with_claims(iss="https://evil.example"),
    "no iss": lambda f: f.with_claims(drop=["iss"]),
    "wrong aud": lambda f: f.with_claims(aud="another service"),
    "aud lists another": lambda f: f.with_claims(aud=["another service"]),
    "no aud": lambda f: f.with_claims(drop=["aud"]),
    "expired": lambda f: f.with_claims(exp=f.now(-1)),
    "no exp": lambda f: f.with_claims(drop=["exp"]),
    "exp is text": lambda f: f.with_claims(exp=str(f.now(600))),
    "exp is no whole number": lambda f: f.with_claims(exp=f.now(600) + 0.5),
    "exp is null": lambda f: f.with_claims(exp=None),
    "not yet valid": lambda f: f.with_claims(nbf=f.now(60)),
    "no nbf": lambda f: f.with_claims(drop=["nbf"]),
    "issued in the future": lambda f: f.with_claims(iat=f.now(60)),
    "no session": lambda f: f.with_claims(drop=["sid"]),
    "a session that is none": lambda f: f.with_claims(sid=str(uuid.uuid4())),
    "a session version to come": lambda f: f.with_claims(sv=f.claims["sv"] + 1),
    "no subject": lambda f: f.with_claims(drop=["sub"]),
    "duplicate sub": lambda f: f.twice("sub", str(uuid.uuid4())),
    "duplicate exp": lambda f: f.twice("exp", f.now(3600)),
    "duplicate alg": lambda f: f.sealed(
        json.dumps(f.header)[:-1] + ', "alg": "ES256"}', json.dumps(f.claims)),
    "truncated signature": lambda f: f.real[:-10],
    "truncated payload": lambda f: ".".join(
        [f.real.split(".")[0], f.real.split(".")[1][:-8], f.real.split(".")[2]]),
    "no signature": lambda f: f.with_signature(""),
    "two parts": lambda f: f.real.rsplit(".", 1)[0],
    "four parts": lambda f: f.real + ".AAAA",
    "a signature of zeros": lambda f: f.with_signature(b64(bytes(64))),
    "a signature in DER": lambda f: f.with_signature(der(f)),
    "a longer signature": lambda f: f.with_signature(b64(unb64(f.real.split(".")[2]) + b"\0")),
    "padding": lambda f: f.real + "==",
    "loose bits at the end": loose_end,
    "a payload that is no object": lambda f: f.sealed(json.dumps(f.header), "[]"),
    "a header that is no object": lambda f: f.sealed('"ES256"', json.dumps(f.claims)),
    "a payload that is no JSON": lambda f: f.sealed(json.dumps(f.header), "{"),
    "a deep payload": lambda f: f.with_claims(deep=json.loads("[" * 100 + "]" * 100)),
    "a very long token": lambda f: f.with_claims(long="x" * 9000),
    "a changed payload": lambda f: ".".join(
        [f.real.split(".")[0], b64(json.dumps({**f.claims, "sv": 1, "x": 1}).encode()),
         f.real.split(".")[2]]),
    "nothing": lambda f: "",
}


def test_a_token_made_with_the_services_key_is_accepted(house, forge):
    """The control of all that follows: only the fault makes the difference."""
    client = house.server.client()
    for token in (forge.real, forge.with_claims(), forge.with_header()):
        answer = client.get("/v1/me", headers={"Authorization": f"Bearer {token}"}, expect=200)
        assert answer.json["name"] == "Fay Forged"


@pytest.mark.parametrize("attack", ATTACKS)
def test_token_attack(house, forge, attack):
    headers = {"Authorization": f"Bearer {ATTACKS[attack](forge)}"}
    client = house.server.client()
    answer = client.get("/v1/me", headers=headers)
    refused(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    with unchanged(house):
        refused(client.post("/v1/people", {"name": "Not There", "person_type": "employee"},
                            headers=headers), 401, "unauthenticated")


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer ", "Basic YTpi", "{token}",
                                   "Bearer {token} {token}", "Bearer {token},{token}",
                                   "Token {token}", "Bearer\t{token} x"])
def test_the_header_has_one_form(house, forge, value):
    headers = {"Authorization": value.replace("{token}", forge.real)}
    refused(house.server.client().get("/v1/me", headers=headers), 401, "unauthenticated")


def test_a_token_in_the_query_string_is_none(house, forge):
    answer = house.server.client().get(f"/v1/me?access_token={forge.real}")
    assert answer.status in (400, 401)


def test_two_authorization_headers(house, forge):
    head = f"GET /v1/me HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {forge.real}\r\n"
    answer, closed = house.server.raw(f"{head}Authorization: Bearer {forge.real}\r\n\r\n")
    refused(answer, 400, "bad-request")
    assert closed


def test_jwks_is_a_key_set_of_rfc_7517(house):
    answer = house.http.get("/.well-known/jwks.json", expect=200)
    keys = answer.json["keys"]
    assert keys and set(answer.json) == {"keys"}
    assert len({key["kid"] for key in keys}) == len(keys)
    for key in keys:
        assert (key["kty"], key["crv"], key["use"], key["alg"]) == ("EC", "P-256", "sig", "ES256")
        assert len(unb64(key["x"])) == len(unb64(key["y"])) == 32
        assert set(key) <= {"kty", "crv", "use", "alg", "kid", "x", "y"}, "d never leaves"


def test_anybody_can_verify_a_token_with_the_jwks(house, tenant):
    person = tenant.person("Vera Verified", "staff", [tenant.schools[0]], ["dsl"])
    answer = house.sign_in(person.login).json
    token = answer["access_token"]
    header = jwt.get_unverified_header(token)
    assert set(header) == {"alg", "kid", "typ"} and header["typ"] == "JWT"
    claims = jwt.decode(token, jwks_key(house, header["kid"]), algorithms=["ES256"],
                        audience="chaperone", issuer=house.url,
                        options={"require": ["exp", "nbf", "iat", "sub", "iss", "aud"]})
    assert set(claims) == CLAIMS
    assert (claims["sub"], claims["tid"], claims["idn"]) == (person.id, tenant.id, person.identity)
    assert claims["amr"] == ["pwd"] and claims["sv"] >= 1
    assert claims["auth_time"] <= claims["iat"] < claims["exp"]
    assert claims["exp"] - claims["iat"] == answer["expires_in"] == 600
    assert claims["appointments"] == [
        {"role": "staff", "scope": [tenant.schools[0]], "duties": ["dsl"]}]
    session = house.sql("SELECT * FROM session WHERE id = %s", claims["sid"])[0]
    assert str(session["person_id"]) == person.id and session["version"] == claims["sv"]


def claims_of(house, person, server=None):
    answer = (server or house.server).client().post(
        "/v1/auth/sign-in", {"email": person.login, "password": house.password}, expect=200)
    return jwt.decode(answer.json["access_token"], options={"verify_signature": False})


def test_appointments_in_the_token(house):
    tenant = house.fresh_tenant(schools=21)
    wide = tenant.person("Wilma Wide", "slt")
    many = tenant.person("Mona Many", "administrator", tenant.schools)
    none = tenant.person("Nell Nothing")
    assert claims_of(house, wide)["appointments"] == [
        {"role": "slt", "scope": "tenant", "duties": []}]
    assert claims_of(house, many)["appointments"] == [
        {"role": "administrator", "scope": "listed", "duties": []}]
    assert claims_of(house, none)["appointments"] == []


def test_a_token_ends_with_what_it_stands_for(house, tenant):
    """No later than the session, and than the midnight at which an appointment ends."""
    person = tenant.person("Lou Leaving", "staff", [tenant.schools[0]])
    house.sql("UPDATE appointment SET to_on = today() WHERE person_id = %s", person.id)
    london = datetime.now(ZoneInfo("Europe/London"))
    midnight = (london + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    assert claims_of(house, person)["exp"] <= midnight.timestamp()
    with house.another(CHAPERONE_ACCESS_TOKEN_S="3600", CHAPERONE_REFRESH_TOKEN_S="300") as other:
        claims = claims_of(house, person, other)
        ends = house.sql("SELECT extract(epoch FROM expires_at)::float AS at FROM session"
                         " WHERE id = %s", claims["sid"])[0]["at"]
        assert claims["exp"] <= ends + 0.5 and claims["exp"] - claims["iat"] < 310


class Session:
    """One sign-in, with the tokens as they came."""

    def __init__(self, house, person):
        self.house = house
        self.take(house.sign_in(person.login))

    def take(self, answer):
        self.access, self.refresh = answer.json["access_token"], answer.json["refresh_token"]

    def me(self, expect):
        answer = self.house.server.client(self.access).get("/v1/me")
        assert answer.status == expect, answer
        return answer

    def renew(self, expect=200):
        answer = self.house.http.post("/v1/auth/refresh", {"refresh_token": self.refresh},
                                      expect=expect)
        if expect == 200:
            self.take(answer)


def test_sign_out_revokes_at_once(house, tenant):
    person = tenant.person("Otto Out", "staff", [tenant.schools[0]])
    session, other = Session(house, person), Session(house, person)
    session.me(200)
    house.server.client(session.access).post("/v1/auth/sign-out", expect=204)
    refused(session.me(401), 401, "unauthenticated")
    session.renew(expect=401)
    other.me(200)


def test_leaving_revokes_at_once(house, tenant):
    leader = tenant.person("Sue Slt", "slt")
    person = tenant.person("Gus Gone", "staff", [tenant.schools[0]])
    session = Session(house, person)
    session.me(200)
    leader.client.post(f"/v1/people/{person.id}/leave", {"left_on": "2026-01-01"}, expect=200)
    refused(session.me(401), 401, "unauthenticated")
    session.renew(expect=401)
    refused(house.sign_in(person.login, expect=401), 401, "sign-in-failed")


def test_a_changed_appointment_asks_for_a_new_token(house, tenant):
    leader = tenant.person("Ted Trust", "slt")
    person = tenant.person("Cleo Changed", "staff", [tenant.schools[0]])
    session = Session(house, person)
    assert [a["role"] for a in session.me(200).json["appointments"]] == ["staff"]
    granted = leader.client.post("/v1/appointments", {
        "person_id": person.id, "role": "administrator", "scope": "schools",
        "school_ids": [tenant.schools[0]]}, expect=201).json
    refused(session.me(401), 401, "unauthenticated")
    session.renew()
    assert {a["role"] for a in session.me(200).json["appointments"]} == {"staff", "administrator"}
    leader.client.post(f"/v1/appointments/{granted['id']}/end", {}, expect=200)
    session.me(401)
    session.renew()
    session.me(200)


def test_a_revoked_session_writes_nothing(house, tenant):
    person = tenant.person("Ruth Revoked", "administrator")
    session = Session(house, person)
    session.me(200)
    house.sql("UPDATE session SET revoked_at = now() WHERE person_id = %s", person.id)
    with unchanged(house):
        refused(house.server.client(session.access).post(
            "/v1/people", {"name": "Not There", "person_type": "employee"}), 401,
            "unauthenticated")


def test_the_scheme_has_no_case(house):
    """RFC 9110 section 11.1."""
    token = house.token(house.any_login)
    for scheme in ("Bearer", "bearer", "BEARER"):
        house.http.get("/v1/me", headers={"Authorization": f"{scheme} {token}"}, expect=200)
