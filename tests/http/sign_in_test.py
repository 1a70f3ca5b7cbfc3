"""Signing in and staying signed in: passwords, lockout, refresh, cookies, switching, /v1/me."""
import collections
import http.cookies
import json
import os
import threading
import time

import jwt

from refusal import refused, unchanged

WRONG = "not-the-password-of-anybody-77"
FRESH = "thimble-orchard-gravel-81"
HERE = "127.0.0.1"


def sign_in(house, email, password, expect=None, **more):
    return house.http.post("/v1/auth/sign-in", {"email": email, "password": password, **more},
                           expect=expect)


def refresh(house, token, expect=200):
    return house.http.post("/v1/auth/refresh", {"refresh_token": token}, expect=expect)


def me(house, access, expect=200):
    return house.server.client(access).get("/v1/me", expect=expect)


def claims(answer):
    return jwt.decode(answer.json["access_token"], options={"verify_signature": False})


def test_the_right_password(house, tenant):
    person = tenant.person("Rita Right", "staff")
    answer = house.sign_in(person.login.upper()).json
    assert answer["token_type"] == "Bearer" and answer["expires_in"] == 600
    assert answer["refresh_expires_in"] == 43200
    assert me(house, answer["access_token"]).json["person_id"] == person.id


def without_id(body):
    return {key: value for key, value in body.items() if key != "request_id"}


def test_nobody_learns_who_has_an_account(house, tenant):
    person = tenant.person("Kay Known", "staff")
    guest = tenant.person("Gil Gone", "staff")
    house.sql("UPDATE person SET left_on = '2026-01-01' WHERE id = %s", guest.id)
    answers = [sign_in(house, person.login, WRONG),
               sign_in(house, f"nobody@{tenant.mark}.example", WRONG),
               sign_in(house, guest.login, house.password)]
    bodies = [without_id(refused(answer, 401, "sign-in-failed")) for answer in answers]
    assert bodies[0] == bodies[1] == bodies[2]
    names = [[name for name, _ in answer.pairs] for answer in answers]
    assert names[0] == names[1] == names[2]


def test_an_unknown_user_costs_a_hash_as_well(house, tenant):
    """Counted in processor time, not by the clock: what another process does is no matter."""
    person = tenant.person("Hattie Hash", "staff")
    with house.another(CHAPERONE_SEALER="false") as server:
        client = server.client()

        def cost(email, password, status):
            before = server.processor_ticks()
            for _ in range(10):
                client.post("/v1/auth/sign-in", {"email": email, "password": password},
                            expect=status)
            return server.processor_ticks() - before

        cost(person.login, house.password, 200)
        known = cost(person.login, house.password, 200)
        unknown = cost(f"nobody@{tenant.mark}.example", WRONG, 401)
        house.sql("INSERT INTO sign_in_tally (identity_id, network, locked_until)"
                  " VALUES (%s, '', now() + interval '1 hour')", person.identity)
        locked = cost(person.login, house.password, 401)
        house.sql("DELETE FROM sign_in_tally WHERE identity_id = %s", person.identity)
        house.sql("UPDATE identity SET password_hash = NULL WHERE id = %s", person.identity)
        without = cost(person.login, house.password, 401)
    ticks_of_a_hash = os.sysconf("SC_CLK_TCK") * 0.010
    for what in (unknown, locked, without):
        assert what >= known / 2 and what >= 10 * ticks_of_a_hash / 2, (known, what)


def test_five_wrong_passwords_lock(house, tenant):
    person, other = tenant.person("Lea Locked", "staff"), tenant.person("Ola Open", "staff")
    for _ in range(4):
        refused(sign_in(house, person.login, WRONG), 401, "sign-in-failed")
    sign_in(house, person.login, house.password, expect=200)  # and counts from anew
    for _ in range(5):
        refused(sign_in(house, person.login, WRONG), 401, "sign-in-failed")
    # the right password too, and in the words of an unknown user: who is who is not told
    answer = sign_in(house, person.login, house.password)
    refused(answer, 401, "sign-in-failed")
    assert answer.json["detail"] == sign_in(house, f"nobody@{tenant.mark}.example", WRONG).json["detail"]
    sign_in(house, other.login, house.password, expect=200)

    assert 1 <= lock(house, person) <= 60  # and a locked try counts no further
    assert tries(house, person) == tries(house, person, "") == 5
    unlock(house, person)
    refused(sign_in(house, person.login, WRONG), 401, "sign-in-failed")
    assert 60 < lock(house, person) <= 120
    unlock(house, person)
    sign_in(house, person.login, house.password, expect=200)
    assert tries(house, person) == 0


def test_a_right_password_is_no_try_whatever_is_refused_then(house, tenant):
    """A tenant that is not theirs, an invitation they cannot take up: nobody locks themselves out."""
    person = tenant.person("Cho Choice", "staff")
    elsewhere = house.fresh_tenant()
    for _ in range(7):
        refused(sign_in(house, person.login, house.password, tenant_id=elsewhere.id), 422, "invalid",
                ["/tenant_id"])
    assert not house.sql("SELECT FROM sign_in_tally WHERE identity_id = %s", person.identity)
    sign_in(house, person.login, house.password, expect=200)


def test_an_hour_of_peace_forgets(house, tenant):
    person = tenant.person("Pia Peace", "staff")
    for ago in ("tries = 9, locked_until = now() - interval '61 minutes'",
                "tries = 4, since = now() - interval '61 minutes'"):
        refused(sign_in(house, person.login, WRONG), 401, "sign-in-failed")
        house.sql(f"UPDATE sign_in_tally SET {ago} WHERE identity_id = %s", person.identity)
        refused(sign_in(house, person.login, WRONG), 401, "sign-in-failed")
        assert lock(house, person) is None and tries(house, person) == 1
    house.sql(f"UPDATE sign_in_tally SET {ago} WHERE identity_id = %s", person.identity)
    house.sql("SELECT sweep()")
    assert tries(house, person) == tries(house, person, "") == 0


def test_a_stranger_locks_an_account_for_themselves_only(house, tenant):
    person = tenant.person("Vera Victim", "staff")
    stranger = house.server.client(source="127.0.0.2")
    body = {"email": person.login, "password": WRONG}
    for _ in range(6):
        refused(stranger.post("/v1/auth/sign-in", body), 401, "sign-in-failed")
    right = {**body, "password": house.password}
    refused(stranger.post("/v1/auth/sign-in", right), 401, "sign-in-failed")
    house.http.post("/v1/auth/sign-in", right, expect=200)
    refused(stranger.post("/v1/auth/sign-in", right), 401, "sign-in-failed")
    assert tries(house, person, "127.0.0.2") == tries(house, person, "") == 5


def test_a_guesser_with_many_addresses_is_locked_too(house, tenant):
    person = tenant.person("Dia Distributed", "staff")

    def guess(n):
        house.server.client(source=f"127.0.1.{n // 4}").post(
            "/v1/auth/sign-in", {"email": person.login, "password": WRONG}, expect=401)

    for n in range(49):
        guess(n)
    # the owner comes in: their own try counts no longer, the guesser's still do
    sign_in(house, person.login, house.password, expect=200)
    assert tries(house, person, "") == 49 and lock(house, person, "") is None
    guess(50)
    assert 1 <= lock(house, person, "") <= 60
    refused(sign_in(house, person.login, house.password), 401, "sign-in-failed")
    unlock(house, person, "")
    guess(60)
    assert 60 < lock(house, person, "") <= 120
    unlock(house, person, "")
    sign_in(house, person.login, house.password, expect=200)
    assert tries(house, person, "") == 51 and lock(house, person, "") <= 0


def tries(house, person, network=HERE):
    """Counted and not forgiven, from one network; "": from everywhere."""
    return house.sql("SELECT coalesce(sum(tries), 0) AS n FROM sign_in_tally"
                     " WHERE identity_id = %s AND network = %s", person.identity, network)[0]["n"]


def lock(house, person, network=HERE):
    """Seconds that the lock has to go; None without one."""
    return house.sql("SELECT extract(epoch FROM locked_until - now()) AS s FROM sign_in_tally"
                     " WHERE identity_id = %s AND network = %s", person.identity, network)[0]["s"]


def unlock(house, person, network=HERE):
    house.sql("UPDATE sign_in_tally SET locked_until = now() WHERE identity_id = %s"
              " AND network = %s", person.identity, network)


def test_tries_at_the_same_time_are_counted_one_by_one(house, tenant):
    person = tenant.person("Max Many", "staff")

    def guess():
        house.server.client().post("/v1/auth/sign-in", {"email": person.login, "password": WRONG}, expect=401)

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tries(house, person) == 5


def test_refresh_tokens_work_once(house, tenant):
    person = tenant.person("Rex Refresh", "staff")
    first = house.sign_in(person.login)
    second = refresh(house, first.json["refresh_token"])
    assert second.json["refresh_token"] != first.json["refresh_token"]
    assert claims(second)["sid"] == claims(first)["sid"]
    assert claims(second)["auth_time"] == claims(first)["auth_time"]
    third = refresh(house, second.json["refresh_token"])
    me(house, third.json["access_token"])


def test_a_second_use_ends_the_family(house, tenant):
    person = tenant.person("Rob Replay", "staff")
    apart = house.sign_in(person.login)
    stolen = house.sign_in(person.login).json["refresh_token"]
    good = refresh(house, stolen)
    me(house, good.json["access_token"])
    refused(refresh(house, stolen, expect=401), 401, "sign-in-failed")
    me(house, good.json["access_token"], expect=401)
    refused(refresh(house, good.json["refresh_token"], expect=401), 401, "sign-in-failed")
    me(house, apart.json["access_token"])
    refresh(house, apart.json["refresh_token"])


def test_refresh_tokens_that_are_none(house, tenant):
    person = tenant.person("Nan None", "staff")
    old = house.sign_in(person.login)
    house.sql("UPDATE refresh_token SET expires_at = now() WHERE session_id = %s",
              claims(old)["sid"])
    for token in (old.json["refresh_token"], "A" * 43, "x", old.json["access_token"][:200]):
        refused(refresh(house, token, expect=401), 401, "sign-in-failed")
    refused(house.http.post("/v1/auth/refresh", {}), 422, "invalid", ["/refresh_token"])


def cookie_of(answer):
    lines = [value for name, value in answer.pairs if name == "set-cookie"]
    assert len(lines) == 1, answer
    return next(iter(http.cookies.SimpleCookie(lines[0]).values())), lines[0]


def test_a_browser_keeps_the_refresh_token_in_a_cookie(house, tenant):
    person = tenant.person("Bo Browser", "staff")
    answer = sign_in(house, person.login, house.password, expect=200, cookie=True)
    assert "refresh_token" not in answer.json
    cookie, line = cookie_of(answer)
    assert cookie["httponly"] and cookie["samesite"] == "Strict"
    assert cookie["path"] == "/v1/auth/refresh" and cookie["max-age"] == "43200"
    assert not cookie["domain"] and "Secure" not in line
    header = {"Cookie": f"other=1; {cookie.key}={cookie.value}; more=2"}
    renewed = house.http.post("/v1/auth/refresh", {}, headers=header, expect=200)
    assert "refresh_token" not in renewed.json
    assert cookie_of(renewed)[0].value not in ("", cookie.value)
    refused(house.http.post("/v1/auth/refresh", {}, headers=header), 401, "sign-in-failed")
    out = house.server.client(sign_in(house, person.login, house.password, cookie=True)
                              .json["access_token"]).post("/v1/auth/sign-out", expect=204)
    assert cookie_of(out)[0].value == "" and cookie_of(out)[0]["max-age"] == "0"


def test_the_cookie_is_secure_behind_https(house, tenant):
    person = tenant.person("Seb Secure", "staff")
    with house.another(CHAPERONE_ISSUER="https://chaperone.example") as server:
        answer = server.client().post("/v1/auth/sign-in", {
            "email": person.login, "password": house.password, "cookie": True}, expect=200)
    assert cookie_of(answer)[0]["secure"]


def test_one_identity_in_two_tenants(house):
    """Farah Khan chairs the trust and is a governor of another school."""
    login = "chair@moorland.example"
    first = house.sign_in(login)
    start = me(house, first.json["access_token"]).json
    assert [t["tenant_name"] for t in start["tenants"]] == [
        "Moorland Learning Trust", "St Brannock's Primary School"]
    here = claims(first)["tid"]
    there = next(t for t in start["tenants"] if t["tenant_id"] != here)
    switched = house.server.client(first.json["access_token"]).post(
        "/v1/auth/switch", {"tenant_id": there["tenant_id"]}, expect=200)
    now = me(house, switched.json["access_token"]).json
    assert (now["tenant_id"], now["person_id"]) == (there["tenant_id"], there["person_id"])
    assert now["appointments"] != start["appointments"]
    assert claims(switched)["idn"] == claims(first)["idn"]
    assert claims(switched)["sid"] != claims(first)["sid"]
    assert claims(switched)["auth_time"] == claims(first)["auth_time"]
    me(house, first.json["access_token"])
    assert claims(house.sign_in(login))["tid"] == there["tenant_id"], "where they were last"
    assert claims(house.sign_in(login, tenant=here))["tid"] == here


def test_a_tenant_that_is_not_yours_does_not_exist(house, tenant):
    person = tenant.person("Tim Tenant", "staff")
    foreign, nowhere = house.fresh_tenant().id, "0192d3e0-ffff-7000-8000-000000000000"
    client = person.client
    words = [without_id(refused(client.post("/v1/auth/switch", {"tenant_id": t}), 422,
                                "invalid", ["/tenant_id"])) for t in (foreign, nowhere)]
    assert words[0] == words[1]
    words = [without_id(refused(sign_in(house, person.login, house.password, tenant_id=t), 422,
                                "invalid", ["/tenant_id"])) for t in (foreign, nowhere)]
    assert words[0] == words[1]
    refused(sign_in(house, person.login, WRONG, tenant_id=foreign), 401, "sign-in-failed")


def reach_of(answer):
    return {p["permission"]: (p["reach"], p["own"], p["school_ids"])
            for p in answer["permissions"]}


def test_me_says_what_i_may_do_and_how_far(house, tenant):
    one, two = tenant.schools
    wide = reach_of(tenant.person("Wyn Wide", "slt").client.get("/v1/me").json)
    assert wide["channel_import"] == wide["person_read"] == ("tenant", False, [])
    assert "account_record" not in wide
    head = tenant.person("Hal Head", "slt", [one], ["head"]).client.get("/v1/me").json
    assert reach_of(head)["person_write"] == ("schools", False, [one])
    assert [(a["role"], a["scope"], a["duties"], [s["id"] for s in a["schools"]])
            for a in head["appointments"]] == [("slt", "schools", ["head"], [one])]
    staff = reach_of(tenant.person("Stu Staff", "staff", [two]).client.get("/v1/me").json)
    assert staff["appointment_read"] == ("own", True, [])
    assert staff["person_read"] == ("schools", False, [two])
    assert "person_write" not in staff and "application_decide" not in staff
    both = tenant.person("Bea Both", "staff", [one])
    both.appoint("administrator", [two])
    both = reach_of(both.client.get("/v1/me").json)
    assert both["person_write"] == ("schools", False, [two])
    assert sorted(both["channel_read"][2]) == sorted([one, two])
    nothing = tenant.person("Nia Nothing").client.get("/v1/me").json
    assert nothing["permissions"] == nothing["appointments"] == []


def test_nobody_without_an_appointment_gets_far(house, tenant):
    client = tenant.person("Zed Zero").client
    for path in ("/v1/people", "/v1/tenant", "/v1/channels", "/v1/appointments"):
        refused(client.get(path), 403, "forbidden")


def test_a_sign_in_needs_both(house, tenant):
    with unchanged(house):
        refused(house.http.post("/v1/auth/sign-in", {"email": "no address", "cookie": "yes"}),
                422, "invalid", ["/email", "/password", "/cookie"])


def test_a_crowd_is_told_to_come_back(house, tenant):
    """Nobody waits for long; who is sent away was not counted, and nobody is let in wrongly."""
    people = [tenant.person(f"Cro Wd {n}", "staff") for n in range(120)]
    answers = []
    with house.another(CHAPERONE_HASHING_SLOTS="1") as server:
        def call(person, password):
            answer = server.client().exchange(
                "POST", "/v1/auth/sign-in", json.dumps({"email": person.login, "password": password}),
                {"Content-Type": "application/json"})
            if answer.status == 503:
                server.expected.add(answer.request_id)
            answers.append((person, password, answer))

        threads = [threading.Thread(target=call, args=(person, password))
                   for person in people for password in (house.password, WRONG, WRONG)]
        began = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.monotonic() - began
    assert {answer.status for _, _, answer in answers} == {200, 401, 503}, took
    for person, password, answer in answers:
        assert (answer.status, password) not in ((200, WRONG), (401, house.password))
        if answer.status == 503:
            refused(answer, 503, "unavailable")
            assert int(answer.headers["retry-after"]) >= 1
    judged = collections.Counter(p.login for p, _, answer in answers if answer.status == 401)
    signed_in = {person.login for person, _, answer in answers if answer.status == 200}
    for person in people:
        if person.login not in signed_in:
            assert tries(house, person) == judged[person.login]
