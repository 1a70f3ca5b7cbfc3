"""Two at once, a database that goes away, and a service that is stopped or killed under load."""
import http.client
import json
import os
import signal
import threading
import time

import psycopg2
import pytest

from refusal import refused

PEOPLE = "/v1/people"


@pytest.fixture(scope="module")
def slt(tenant):
    return tenant.person("Sal Slt", "slt")


def together(calls):
    """Runs all calls at the same moment; what they returned, in order."""
    barrier, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(n, call):
        barrier.wait()
        results[n] = call()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_two_who_change_at_once(house, tenant, slt):
    other = tenant.person("Oda Other", "slt")
    clients = [house.server.client(p.client.token()) for p in (slt, other, slt, other)]
    made = slt.client.post(PEOPLE, {"name": "Two Atonce", "person_type": "employee"}, expect=201)
    path, etag = made.headers["location"], made.etag
    for turn in range(15):
        answers = together([lambda c=c, n=n: c.patch(
            path, {"job_title": f"{turn} by {n}"}, headers={"If-Match": etag})
            for n, c in enumerate(clients)])
        won = [n for n, a in enumerate(answers) if a.status == 200]
        assert len(won) == 1, answers
        for n, answer in enumerate(answers):
            if n not in won:
                refused(answer, 412, "version-changed")
        now = slt.client.get(path)
        assert now.json["job_title"] == f"{turn} by {won[0]}"
        assert now.json["version"] == turn + 2
        etag = now.etag


def test_two_who_decide_at_once(house, tenant, slt):
    deciders = [tenant.person(name, "slt") for name in ("Dan Decider", "Deb Decider")]
    clients = [house.server.client(p.client.token()) for p in deciders]
    for turn in range(10):
        path = slt.client.post("/v1/appointments", {
            "person_id": tenant.person(f"Hol Holder {turn}").id, "role": "staff",
            "duties": ["hr"], "scope": "tenant"}, expect=201).headers["location"]
        answers = together([
            lambda: clients[0].post(f"{path}/confirm", {}),
            lambda: clients[1].post(f"{path}/decline", {"reason": "Not needed"})])
        assert sorted(a.status for a in answers) == [200, 409], answers
        winner = next(a for a in answers if a.status == 200).json
        refused(next(a for a in answers if a.status == 409), 409, "wrong-state")
        now = slt.client.get(path).json
        assert (now["state"], now["version"]) == (winner["state"], 2)
        history = slt.client.get(f"{path}/history").json["data"]
        assert [h["to_state"] for h in history] == ["proposed", winner["state"]]


def test_leaving_while_appointments_end(house, tenant, slt):
    """All three take the same rows: in one order, so that nobody is sent away."""
    clients = [house.server.client(slt.client.token()) for _ in range(3)]
    for turn in range(10):
        leaver = tenant.person(f"Lea Leaver {turn}")
        ids = [leaver.appoint("staff", tenant.schools[:1]) for _ in range(2)]
        calls = [lambda c=c, id=id: c.post(f"/v1/appointments/{id}/end", {})
                 for c, id in zip(clients, ids)]
        answers = together([*calls, lambda: clients[2].post(
            f"{PEOPLE}/{leaver.id}/leave", {"left_on": "2026-01-01"})])
        assert answers[2].status == 200 and {a.status for a in answers[:2]} <= {200, 409}, answers
        states = house.sql("SELECT state, count(*) AS n FROM appointment WHERE person_id = %s"
                           " GROUP BY 1", leaver.id)
        assert states == [{"state": "ended", "n": 2}]


def test_two_who_add_the_same_address(house, tenant, slt):
    clients = [house.server.client(slt.client.token()) for _ in range(4)]
    for turn in range(5):
        email = f"same{turn}@{tenant.mark}.example"
        answers = together([lambda c=c: c.post(PEOPLE, {
            "name": "Sam Same", "person_type": "employee", "email": email}) for c in clients])
        assert sorted(a.status for a in answers) == [201, 409, 409, 409], answers


def test_one_refresh_token_used_twice_at_once(house, tenant):
    person = tenant.person("Ref Race", "staff")
    for _ in range(5):
        token = house.sign_in(person.login).json["refresh_token"]
        clients = [house.server.client() for _ in range(2)]
        answers = together([lambda c=c: c.post("/v1/auth/refresh", {"refresh_token": token})
                            for c in clients])
        assert sorted(a.status for a in answers) in ([200, 401], [401, 401]), answers


class Load:
    """Threads that add people as fast as they are answered, and note what was acknowledged."""

    def __init__(self, server, token, mark, width=8):
        self.server, self.token, self.mark = server, token, mark
        self.acknowledged, self.unexpected, self.stopped = [], [], False
        self.threads = [threading.Thread(target=self.run, args=(n,)) for n in range(width)]
        for thread in self.threads:
            thread.start()

    def run(self, number):
        client, count = self.server.client(), 0
        while not self.stopped:
            name = f"{self.mark} {number}-{count}"
            count += 1
            try:
                answer = client.exchange(
                    "POST", PEOPLE, json.dumps({"name": name, "person_type": "employee"}),
                    {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"})
            except (OSError, http.client.HTTPException):
                return  # the service is gone, or does not take new connections
            if answer.status == 201:
                self.acknowledged.append(name)
            else:
                self.unexpected.append(answer)

    def wait_for(self, count):
        end = time.monotonic() + 30
        while len(self.acknowledged) < count and time.monotonic() < end:
            time.sleep(0.01)
        assert len(self.acknowledged) >= count, self.unexpected

    def end(self):
        self.stopped = True
        for thread in self.threads:
            thread.join()


def rows(house, tenant, mark):
    return {r["name"] for r in house.sql("SELECT name FROM person WHERE tenant_id = %s"
                                         " AND name LIKE %s", tenant.id, f"{mark} %")}


def backends(house):
    return house.sql("SELECT count(*) AS n FROM pg_stat_activity WHERE usename LIKE"
                     " 'chaperone\\_%%' AND datname = %s", house.database)[0]["n"]


def backends_gone(house, before):
    """What a killed service had sent to the database may still be on its way."""
    end = time.monotonic() + 10
    while backends(house) > before and time.monotonic() < end:
        time.sleep(0.05)


def test_a_graceful_stop_under_load_loses_nothing(house, tenant, slt):
    for turn in range(3):
        server, mark = house.make_server(), f"Stop{turn}"
        server.start()
        load = Load(server, slt.client.token(), mark)
        load.wait_for(100)
        server.stop()  # SIGTERM, and it must end with 0
        load.end()
        server.close()
        assert not load.unexpected
        assert rows(house, tenant, mark) == set(load.acknowledged), \
            "every write that was done was answered, and every answer was true"


def test_a_kill_under_load_loses_no_acknowledged_write(house, tenant, slt):
    for turn in range(3):
        server, mark, before = house.make_server(), f"Kill{turn}", backends(house)
        server.start()
        load = Load(server, slt.client.token(), mark)
        load.wait_for(100)
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        load.end()
        backends_gone(house, before)
        done = rows(house, tenant, mark)
        assert set(load.acknowledged) <= done
        assert len(done - set(load.acknowledged)) <= len(load.threads)
        assert house.sql("SELECT count(*) AS n FROM audit_event e JOIN person p"
                         " ON e.row_id = p.id::text WHERE p.tenant_id = %s AND p.name LIKE %s",
                         tenant.id, f"{mark} %")[0]["n"] == len(done)
        server.start()
        house.as_(slt.login, server=server).get("/v1/me", expect=200)
        server.close()


def test_the_database_goes_and_comes_back(house, tenant, slt):
    """503 with Retry-After meanwhile; afterwards all is well without a restart."""
    slt.client.get("/v1/me", expect=200)
    load = Load(house.server, slt.client.token(), "Gone")
    load.wait_for(50)
    house.stop_database()
    try:
        load.end()
        assert all(answer.status == 503 for answer in load.unexpected), load.unexpected
        house.server.await_status(503)
        unready = house.http.get("/readyz", expect=503)
        assert int(unready.headers["retry-after"]) >= 1
        house.http.get("/healthz", expect=200)
        house.http.get("/metrics", expect=200)
        house.http.get("/.well-known/jwks.json", expect=200)
        refused(house.http.get("/v1/me"), 401, "unauthenticated")
        for ask in (lambda: slt.client.get("/v1/me", expect=503),
                    lambda: slt.client.get(PEOPLE, expect=503),
                    lambda: slt.client.post(PEOPLE, {"name": "Not There",
                                                     "person_type": "employee"}, expect=503),
                    lambda: house.http.post("/v1/auth/sign-in", {
                        "email": slt.login, "password": house.password}, expect=503)):
            before = time.monotonic()
            answer = ask()
            body = refused(answer, 503, "unavailable")
            assert int(answer.headers["retry-after"]) >= 1
            assert time.monotonic() - before < 10
            for word in ("socket", "libpq", "postgres", "server closed", "connection to"):
                assert word not in body["detail"].lower()
    finally:
        house.start_database()
    slt.client.get("/v1/me", expect=200)
    house.sign_in(slt.login)
    slt.client.post(PEOPLE, {"name": "Gone Back", "person_type": "employee"}, expect=201)
    assert set(load.acknowledged) <= rows(house, tenant, "Gone")
    assert not rows(house, tenant, "Not")


def test_a_connection_that_dies_under_a_call(house, slt):
    """An administrator of the database ends every connection: the next calls are answered."""
    for _ in range(3):
        house.server.trouble_begins()
        house.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname ="
                  " current_database() AND usename LIKE 'chaperone\\_%%' AND true = %s", True)
        statuses = []
        for _ in range(40):
            answer = slt.client.exchange("GET", "/v1/me", None, {
                "Authorization": f"Bearer {slt.client.token()}"})
            statuses.append(answer.status)
        house.server.trouble_ends()
        assert set(statuses) <= {200, 503}, statuses
        assert statuses[-10:] == [200] * 10, statuses


def test_the_pool_follows_the_processors(house):
    """Four connections each, from 8 to 32; a quarter as many for sign-in."""
    size = min(max(4 * os.cpu_count(), 8), 32)
    for given, app in ((None, size), ("5", 5)):
        with house.another(**({"CHAPERONE_POOL_SIZE": given} if given else {})) as server:
            text = server.client().get("/metrics", expect=200).text
            assert f'chaperone_pool{{pool="app",state="size"}} {app}\n' in text
            assert f'chaperone_pool{{pool="gate",state="size"}} {(app + 3) // 4}\n' in text


def test_a_stuck_database_is_not_waited_for(house, slt):
    """One connection, held up by a lock: others hear 503 soon, and all goes on afterwards."""
    made = slt.client.post(PEOPLE, {"name": "Sta Stuck", "person_type": "employee"}, expect=201)
    path, change = made.headers["location"], {"job_title": "Late"}
    with house.another(CHAPERONE_POOL_SIZE="1", CHAPERONE_POOL_WAIT_MS="200",
                       CHAPERONE_STATEMENT_TIMEOUT_MS="1500") as server:
        one, two = (server.client(slt.client.token()) for _ in range(2))
        one.get("/v1/me", expect=200)
        lock = psycopg2.connect(house.dsn)
        lock.cursor().execute("SELECT FROM person WHERE id = %s FOR UPDATE", (made.json["id"],))

        def late(call):
            time.sleep(0.3)
            return call()

        stuck, other = together([
            lambda: one.patch(path, change, headers={"If-Match": made.etag}, expect=503),
            lambda: late(lambda: two.get("/v1/me", expect=503))])
        for answer in (stuck, other):
            refused(answer, 503, "unavailable")
            assert int(answer.headers["retry-after"]) >= 1
        lock.rollback()
        lock.close()
        two.get("/v1/me", expect=200)
        one.patch(path, change, headers={"If-Match": made.etag}, expect=200)


def test_a_service_without_its_database_does_not_start(house):
    house.stop_database()
    try:
        server = house.make_server()
        done = server.run("serve", expect=1)
        assert done.stderr.splitlines()[-1].startswith("The database cannot be used")
    finally:
        house.start_database()


def test_it_starts_again_with_lean_memory_as_the_same_process(house):
    with open(f"/proc/{house.server.process.pid}/environ", encoding="utf-8") as file:
        assert "GLIBC_TUNABLES=glibc.malloc.tcache_count=0" in file.read().split("\0")
    with house.another(GLIBC_TUNABLES="glibc.malloc.tcache_count=3") as server, \
            open(f"/proc/{server.process.pid}/environ", encoding="utf-8") as file:
        assert "GLIBC_TUNABLES=glibc.malloc.tcache_count=3" in file.read().split("\0")
