"""Switching opens a session of the same sign-in: one sign-out ends them all, whoever is first."""
import threading

import psycopg2
import pytest


@pytest.fixture
def two(house):
    """A sign-in and a session switched to from it, each a client and a refresh token."""
    tenant = house.fresh_tenant()
    person = tenant.person("Swit Cher", "slt")
    signed_in = house.sign_in(person.login).json
    first = house.server.client(signed_in["access_token"])
    switched = first.post("/v1/auth/switch", {"tenant_id": tenant.id}, expect=200).json
    return person, [(first, signed_in["refresh_token"]),
                    (house.server.client(switched["access_token"]), switched["refresh_token"])]


@pytest.mark.parametrize("who", (0, 1), ids=("signed in", "switched to"))
def test_one_sign_out_ends_both(house, two, who):
    _, sessions = two
    for client, _ in sessions:
        client.get("/v1/me", expect=200)
    sessions[who][0].post("/v1/auth/sign-out", expect=204)
    for client, refresh in sessions:
        client.get("/v1/me", expect=401)
        house.http.post("/v1/auth/refresh", {"refresh_token": refresh}, expect=401)


def test_another_sign_in_goes_on(house, two):
    person, sessions = two
    other = house.server.client(house.sign_in(person.login).json["access_token"])
    sessions[0][0].post("/v1/auth/sign-out", expect=204)
    other.get("/v1/me", expect=200)


def test_switching_while_signing_out(house, two):
    """The session that is being opened does not slip past the sign-out."""
    person, sessions = two
    origin = house.sql("SELECT origin_id FROM session WHERE person_id = %s AND origin_id IS NOT NULL",
                       person.id)[0]["origin_id"]
    late = "0192d3e0-feed-7000-8000-000000000002"
    opening = psycopg2.connect(house.dsn)
    try:
        with opening.cursor() as cursor:
            cursor.execute("SELECT session_id FROM session_open(%s, NULL, %s, '{pwd}', NULL, sha256('late'),"
                           " 60, %s)", (person.identity, late, str(origin)))
            assert cursor.fetchone()
            thread = threading.Thread(target=lambda: sessions[0][0].post("/v1/auth/sign-out", expect=204))
            thread.start()
            assert house.one_waits() == 1
        opening.commit()
        thread.join()
    finally:
        opening.close()
    assert house.sql("SELECT count(*) AS n FROM session WHERE origin_id = %s AND revoked_at IS NULL",
                     origin)[0]["n"] == 0


@pytest.mark.parametrize("who", (0, 1), ids=("signed in", "switched to"))
def test_a_second_use_of_a_refresh_token_ends_both(house, two, who):
    """Whoever stole it has perhaps switched: what they opened ends with the rest."""
    _, sessions = two
    used = {"refresh_token": sessions[who][1]}
    newer = house.http.post("/v1/auth/refresh", used, expect=200).json["refresh_token"]
    house.http.post("/v1/auth/refresh", used, expect=401)
    for client, refresh in sessions:
        client.get("/v1/me", expect=401)
        house.http.post("/v1/auth/refresh", {"refresh_token": refresh}, expect=401)
    house.http.post("/v1/auth/refresh", {"refresh_token": newer}, expect=401)


def test_a_switch_that_is_repeated_opens_a_session_of_its_own(house):
    """A kept answer would be tokens that have ended since; with a key as without."""
    tenant = house.fresh_tenant()
    person = tenant.person("Swit Again", "slt")
    key, body = {"Idempotency-Key": "switch-again"}, {"tenant_id": tenant.id}

    def switch(client):
        answer = client.post("/v1/auth/switch", body, headers=key, expect=200)
        assert "idempotency-replayed" not in answer.headers
        return house.server.client(answer.json["access_token"])

    first = house.server.client(house.sign_in(person.login).json["access_token"])
    ended = switch(first)
    switch(first).get("/v1/me", expect=200)
    ended.post("/v1/auth/sign-out", expect=204)
    first.post("/v1/auth/switch", body, headers=key, expect=401)
    again = house.server.client(house.sign_in(person.login).json["access_token"])
    switch(again).get("/v1/me", expect=200)
    ended.get("/v1/me", expect=401)
    assert not house.sql("SELECT FROM idempotency WHERE identity_id = %s", person.identity)
