"""`chaperone keys`: next, active, retired, under load and over two instances on one database."""
import json
import os
import threading
import time

import jwt
import pytest


def keys(house):
    """Rows by state; retired ones are many."""
    found = {}
    for row in house.sql("SELECT id::text, state, sealed FROM signing_key ORDER BY created_at"):
        found.setdefault(row["state"], []).append(row)
    return found


def published(server):
    answer = server.client().get("/.well-known/jwks.json", expect=200)
    return {key["kid"] for key in answer.json["keys"]}


def kid_of(token):
    return jwt.get_unverified_header(token)["kid"]


def age_next_key(house):
    """As if it had been published for a while."""
    house.sql("UPDATE signing_key SET created_at = created_at - interval '1 hour' WHERE state = 'next'")


def eventually(true, seconds=30):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.2)


def test_the_next_key_is_published_before_it_signs(house):
    found = keys(house)
    assert len(found["active"]) == len(found["next"]) == 1
    assert {found["active"][0]["id"], found["next"][0]["id"]} <= published(house.server)
    assert kid_of(house.sign_in(house.any_login).json["access_token"]) == found["active"][0]["id"]
    told = house.server.run("keys", "list").stdout
    for state in ("active", "next"):
        assert f"{found[state][0]['id']}  {state}" in told
    assert house.server.run("keys", "public").stdout.count("BEGIN PUBLIC KEY") == sum(map(len, found.values()))


def test_a_key_that_not_everybody_knows_yet_waits(house):
    before = keys(house)
    house.sql("UPDATE signing_key SET created_at = now() WHERE state = 'next'")
    done = house.server.run("keys", "rotate", expect=1)
    assert "try again in" in done.stderr and keys(house) == before
    done = house.server.run("keys", "rotate", expect=1, CHAPERONE_MASTER_KEY=os.urandom(32).hex())
    assert "master key" in done.stderr and keys(house) == before


class Callers:
    """Threads that sign in, refresh and read, each time at another instance; every answer is noted."""

    def __init__(self, house, servers, login):
        self.house, self.servers, self.login = house, servers, login
        self.statuses, self.kids, self.stopped = [], set(), False
        self.threads = [threading.Thread(target=self.run, args=(n,)) for n in range(4)]
        for thread in self.threads:
            thread.start()

    def note(self, answer):
        self.statuses.append(answer.status)
        return json.loads(answer.body) if answer.status == 200 else {}

    def ask(self, client, method, path, token=None, **body):
        """As a client does: what is asked to come again later does."""
        headers = {"Content-Type": "application/json"} if method == "POST" else {}
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        for _ in range(3):
            answer = client.exchange(method, path, json.dumps(body) if body else None, headers)
            if answer.status != 503:
                break
            client.server.expected.add(answer.request_id)
            time.sleep(int(answer.headers["retry-after"]))
        return self.note(answer)

    def run(self, number):
        clients = [server.client() for server in self.servers]
        got = self.ask(clients[0], "POST", "/v1/auth/sign-in", email=self.login,
                       password=self.house.password)
        turn = number
        while not self.stopped and got:
            turn += 1
            here, there = clients[turn % 2], clients[(turn + 1) % 2]
            got = self.ask(here, "POST", "/v1/auth/refresh", refresh_token=got["refresh_token"])
            if got:
                self.kids.add(kid_of(got["access_token"]))
                self.ask(there, "GET", "/v1/me", got["access_token"])
                self.ask(here, "GET", "/v1/me", got["access_token"])

    def end(self):
        self.stopped = True
        for thread in self.threads:
            thread.join()


def test_rotation_under_load_fails_no_request(house):
    """Two instances on one database; neither is restarted, and no valid token is refused."""
    login = house.fresh_tenant().person("Rot Caller", "slt").login
    with house.another() as other:
        servers = [house.server, other]
        callers = Callers(house, servers, login)
        seen = [keys(house)["active"][0]["id"]]
        try:
            for _ in range(2):
                eventually(lambda: all(keys(house)["next"][0]["id"] in published(s) for s in servers))
                age_next_key(house)
                new = keys(house)["next"][0]["id"]
                assert new in house.server.run("keys", "rotate").stdout
                seen.append(new)
                eventually(lambda: new in callers.kids)
                time.sleep(6)  # both have heard
        finally:
            callers.end()
        assert set(callers.statuses) == {200} and len(callers.statuses) > 100
        assert set(seen) <= callers.kids
        last = {kid_of(house.http.post("/v1/auth/sign-in", {"email": login, "password": house.password})
                       .json["access_token"]),
                kid_of(other.client().post("/v1/auth/sign-in", {"email": login, "password": house.password})
                       .json["access_token"])}
        assert last == {seen[-1]}
        for server in servers:
            assert set(seen) <= published(server), "what may still be alive can still be checked"


def test_a_retired_key_leaves_once_no_token_of_it_can_be_alive(house):
    old = keys(house)["active"][0]["id"]
    age_next_key(house)
    house.server.run("keys", "rotate")
    retired = next(row for row in keys(house)["retired"] if row["id"] == old)
    assert retired["sealed"] == "", "what no longer signs keeps no private half"
    house.sql("UPDATE signing_key SET retired_at = now() - interval '64 minutes' WHERE id = %s", old)
    time.sleep(6)
    assert old in published(house.server)
    house.sql("UPDATE signing_key SET retired_at = now() - interval '66 minutes' WHERE id = %s", old)
    eventually(lambda: old not in published(house.server))
    assert f"{old}  retired  withdrawn" in house.server.run("keys", "list").stdout
    assert keys(house)["active"][0]["id"] in published(house.server)


def test_a_leaked_key_does_not_wait(house):
    before = keys(house)["active"][0]["id"]
    house.server.run("keys", "rotate", "--now")
    found = keys(house)
    assert found["active"][0]["id"] != before and len(found["next"]) == 1
    eventually(lambda: kid_of(house.sign_in(house.any_login).json["access_token"])
               == found["active"][0]["id"])


@pytest.mark.parametrize("arguments", [[], ["rotate", "now"], ["list", "all"], ["revoke"]])
def test_wrong_arguments(house, arguments):
    assert "chaperone keys" in house.server.run("keys", *arguments, expect=2).stderr


def test_healthcheck(house):
    assert house.server.run("healthcheck").stdout == ""
    assert "Nobody answers" in house.make_server().run("healthcheck", expect=1).stderr
    assert "no arguments" in house.server.run("healthcheck", "now", expect=2).stderr
    house.server.run("healthcheck", CHAPERONE_LISTEN="0.0.0.0")
