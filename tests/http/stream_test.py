"""Whole lists as CSV and NDJSON: every row, at constant memory, and a break that shows."""
import csv
import http.client
import io
import json
import socket
import threading
import time
import uuid

import pytest

PEOPLE = "/v1/people"
NDJSON = {"Accept": "application/x-ndjson"}
CSV = {"Accept": "text/csv"}
MANY = 1700  # several pages of a stream
CROWD = """INSERT INTO person (tenant_id, id, name, person_type, job_title)
SELECT %s, gen_random_uuid(), 'Name ' || n %% 7, 'employee', repeat('x', %s)
  FROM generate_series(1, %s) n"""


@pytest.fixture(scope="module")
def crowd(house):
    tenant = house.fresh_tenant()
    tenant.slt = tenant.person("Sal Slt", "slt")
    house.sql(CROWD, tenant.id, 10, MANY - 1)
    return tenant


def lines(answer):
    assert answer.media == "application/x-ndjson" and answer.text.endswith("\n")
    return [json.loads(line) for line in answer.text.splitlines()]


def ids(house, tenant):
    return {str(row["id"]) for row in house.sql(
        "SELECT id FROM person WHERE tenant_id = %s", tenant.id)}


@pytest.mark.parametrize("sort", ["name", "-created_at"])
def test_ndjson_holds_every_row_once(house, crowd, sort):
    answer = crowd.slt.client.get(f"{PEOPLE}?sort={sort}", headers=NDJSON, expect=200)
    rows = lines(answer)
    assert "link" not in answer.headers and answer.headers["transfer-encoding"] == "chunked"
    assert len(rows) == MANY and {row["id"] for row in rows} == ids(house, crowd)
    assert rows[:200] == crowd.slt.client.get(f"{PEOPLE}?sort={sort}&limit=200").json["data"]


def test_csv_holds_every_row_once_under_one_header(house, crowd):
    answer = crowd.slt.client.get(f"{PEOPLE}?fields=name,id", headers=CSV, expect=200)
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert answer.text.count("id,name") == 1 and "link" not in answer.headers
    assert len(rows) == MANY and {row["id"] for row in rows} == ids(house, crowd)


def test_with_limit_there_are_pages(crowd):
    for headers in (CSV, NDJSON):
        answer = crowd.slt.client.get(f"{PEOPLE}?limit=3", headers=headers, expect=200)
        assert 'rel="next"' in answer.headers["link"]
    assert len(lines(answer)) == 3
    cursor = crowd.slt.client.get(f"{PEOPLE}?limit=200").json["next_cursor"]
    rest = lines(crowd.slt.client.get(f"{PEOPLE}?cursor={cursor}", headers=NDJSON))
    assert len(rest) == MANY - 200, "from a cursor on"


def test_every_kind_of_list_streams(house):
    """Also one with a handler, one that is whole, and one that holds nothing."""
    slt = house.fresh_tenant().person("Emp Ty", "slt").client
    for path in ("/v1/channels", "/v1/channel-applications/inbox", "/v1/schools"):
        answer = slt.get(path, headers=NDJSON, expect=200)
        assert answer.media == "application/x-ndjson"
        assert all(json.loads(line)["id"] for line in answer.text.splitlines())
    assert lines(slt.get("/v1/platforms", headers=NDJSON, expect=200))[0]["code"]
    assert slt.get("/v1/channels/register", headers=NDJSON).status == 406


def test_head_and_http_1_0(house, crowd):
    """HEAD has no body; whoever cannot tell an end from a break gets pages."""
    answer = crowd.slt.client.head(PEOPLE, headers=NDJSON)
    assert answer.status == 200 and not answer.body
    assert crowd.slt.client.get(f"{PEOPLE}?limit=1").status == 200, "the connection goes on"
    token = house.token(crowd.slt.login)
    answer, closed = house.server.raw(
        f"GET {PEOPLE} HTTP/1.0\r\nHost: x\r\nAccept: application/x-ndjson\r\n"
        f"Authorization: Bearer {token}\r\n\r\n")
    assert closed and len(lines(answer)) == 50 and 'rel="next"' in answer.headers["link"]


@pytest.fixture(scope="module")
def wide(house):
    """More bytes than the buffers on the way may hold, so that the service has to wait."""
    tenant = house.fresh_tenant()
    tenant.slt = tenant.person("Wide Slt", "slt")
    house.sql(CROWD, tenant.id, 4000, 6000)
    return tenant


class Reader:
    """A client that reads as slowly as it is told."""

    def __init__(self, server, token, accept):
        self.sock = socket.socket()
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.sock.settimeout(30)
        self.sock.connect(("127.0.0.1", server.port))
        self.sock.sendall(f"GET {PEOPLE} HTTP/1.1\r\nHost: x\r\nAccept: {accept}\r\n"
                          f"Authorization: Bearer {token}\r\nX-Request-Id: {self.id()}\r\n\r\n"
                          .encode())
        self.response = http.client.HTTPResponse(self.sock)
        self.response.begin()
        assert self.response.status == 200

    def id(self):
        self.request_id = uuid.uuid4().hex
        return self.request_id

    def rest(self):
        """What came, and whether it was all of it."""
        try:
            return self.response.read(), True
        except http.client.IncompleteRead as cut:
            return cut.partial, False

    def close(self):
        self.response.close()
        self.sock.close()


def told(server, reader, seconds=20):
    """The log line of this request, once its stream is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for line in server.log_lines():
            if line.get("request_id") == reader.request_id and line["event"] == "request":
                return line
        time.sleep(0.1)
    raise AssertionError("the stream was not logged")


@pytest.mark.parametrize("accept", ["application/x-ndjson", "text/csv"])
def test_a_revoked_session_ends_the_stream(house, wide, accept):
    answer = house.sign_in(wide.slt.login).json
    reader = Reader(house.server, answer["access_token"], accept)
    reader.response.read(100)
    house.http.request("POST", "/v1/auth/sign-out", json={}, expect=204,
                       headers={"Authorization": f"Bearer {answer['access_token']}"})
    text, whole = reader.rest()
    last = text.decode().splitlines()[-1]
    assert not whole and text.count(b"\n") < 6000
    if accept.endswith("ndjson"):
        told_line = json.loads(last)
        assert list(told_line) == ["problem"] and told_line["problem"]["status"] == 401
        assert told_line["problem"]["type"].endswith("/problems/unauthenticated")
        assert told_line["problem"]["request_id"] == reader.request_id
    assert told(house.server, reader)["broken"] == "unauthenticated"
    reader.close()


def test_what_is_hidden_midway_is_not_sent(house):
    """Each page is judged anew: a person who moves out of sight on the way does not come."""
    tenant = house.fresh_tenant()
    head = tenant.person("Hea Dteacher", "slt", [tenant.schools[0]])
    house.sql("INSERT INTO person (tenant_id, id, name, person_type, job_title, school_id)"
              " SELECT %s, gen_random_uuid(), 'Name ' || lpad(n::text, 5, '0'), 'employee',"
              " repeat('x', 4000), %s FROM generate_series(1, 4000) n",
              tenant.id, tenant.schools[0])
    reader = Reader(house.server, house.token(head.login), "application/x-ndjson")
    begin = reader.response.read(100)
    house.sql("UPDATE person SET school_id = %s WHERE tenant_id = %s AND name > 'Name 03800'",
              tenant.schools[1], tenant.id)
    text, whole = reader.rest()
    reader.close()
    text = begin + text
    names = [json.loads(line)["name"] for line in text.decode().splitlines()]
    assert whole and names[-1] == "Name 03800" and len(names) == 3801


def connections(house):
    return house.sql("SELECT count(*) AS n FROM pg_stat_activity WHERE usename = 'chaperone_app'"
                     " AND datname = %s AND (state <> 'idle' OR xact_start IS NOT NULL)",
                     house.database)[0]["n"]


def test_who_stops_reading_holds_no_connection_and_is_closed(house, wide):
    """One connection to the database, many clients that read nothing: others are served."""
    with house.another(CHAPERONE_POOL_SIZE="1", CHAPERONE_IDLE_TIMEOUT_S="2") as server:
        token = house.token(wide.slt.login)
        readers = [Reader(server, token, "application/x-ndjson") for _ in range(5)]
        end = time.monotonic() + 20
        while connections(house):
            assert time.monotonic() < end
            time.sleep(0.05)
        server.client(token).get(f"{PEOPLE}?limit=1", expect=200)
        for reader in readers:
            told(server, reader)
            assert not reader.rest()[1]
            reader.close()


def memory(server):
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))


def test_memory_stays_the_same(house, wide):
    """24 MB of rows through a few hundred kilobytes; the sanitizer's quarantine is left out."""
    with house.another(ASAN_OPTIONS="quarantine_size_mb=1:thread_local_quarantine_size_kb=64"
                       ) as server:
        client = server.client(house.token(wide.slt.login))
        client.get(f"{PEOPLE}?limit=200", headers=NDJSON, expect=200)
        before = memory(server)
        assert len(client.get(PEOPLE, headers=NDJSON, expect=200).body) > 24_000_000
        first = memory(server)
        for _ in range(3):
            client.get(PEOPLE, headers=CSV, expect=200)
        print("KiB:", before, first, memory(server))
        assert memory(server) - first < 24_000


def test_a_stop_lets_streams_finish(house, wide):
    with house.another() as server:
        reader = Reader(server, house.token(wide.slt.login), "application/x-ndjson")
        begin = reader.response.read(100)
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        time.sleep(0.5)
        text, whole = reader.rest()
        stopping.join()
        assert whole and (begin + text).count(b"\n") == 6001
        reader.close()
