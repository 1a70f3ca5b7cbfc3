"""Bad input: bodies, addresses and query strings that must be refused, and change nothing."""
import json
import uuid

import pytest

from refusal import refused, unchanged

PEOPLE = "/v1/people"
GOOD = {"name": "Nobody Added", "person_type": "employee"}
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def slt(tenant):
    return tenant.person("Sal Slt", "slt").client


def deep(levels):
    """A body of so many levels, its own braces included."""
    return ('{"name": ' + "[" * (levels - 1) + "]" * (levels - 1) + "}").encode()


BAD_JSON = {
    "cut short": b'{"name": "A',
    "no JSON": b"name=A&person_type=employee",
    "text after it": b'{"name": "A B", "person_type": "employee"} x',
    "two values": b'{"name": "A B", "person_type": "employee"}{}',
    "a trailing comma": b'{"name": "A B", "person_type": "employee",}',
    "a comment": b'{"name": "A B", /* */ "person_type": "employee"}',
    "single quotes": b"{'name': 'A B', 'person_type': 'employee'}",
    "only blanks": b"  \r\n ",
    "a list": b'[{"name": "A B", "person_type": "employee"}]',
    "text": b'"name"',
    "null": b"null",
    "duplicate keys": b'{"name": "A B", "person_type": "employee", "name": "C D"}',
    "duplicate keys in disguise":
        b'{"name": "A B", "person_type": "employee", "n\\u0061me": "C D"}',
    "duplicate keys further in": b'{"name": [{"a": 1, "a": 2}], "person_type": "employee"}',
    "33 levels": deep(33),
    "100,000 levels": deep(100_000),
    "100,000 open brackets": b"[" * 100_000,
    "invalid UTF-8": b'{"name": "A \xff\xfe", "person_type": "employee"}',
    "an overlong form": b'{"name": "A \xc0\xaf", "person_type": "employee"}',
    "half a surrogate": b'{"name": "A \\ud800", "person_type": "employee"}',
    "a zero byte": b'{"name": "A\x00B", "person_type": "employee"}',
    "an escaped zero byte": b'{"name": "A\\u0000B", "person_type": "employee"}',
    "a byte order mark": b'\xef\xbb\xbf{"name": "A B", "person_type": "employee"}',
    "UTF-16": '{"name": "A B", "person_type": "employee"}'.encode("utf-16"),
    "a huge number": b'{"name": "A B", "person_type": 1e99999}',
    "NaN": b'{"name": NaN, "person_type": "employee"}',
}


@pytest.mark.parametrize("case", BAD_JSON)
def test_json_that_is_none(house, slt, case):
    with unchanged(house):
        refused(slt.post(PEOPLE, body=BAD_JSON[case], headers=JSON), 400, "bad-json")


def test_32_levels_are_read(slt):
    refused(slt.post(PEOPLE, body=deep(32), headers=JSON), 422, "invalid",
            ["/name", "/person_type"])


def test_the_parser_does_not_quote_a_password(house):
    answer = house.http.post("/v1/auth/sign-in", headers=JSON,
                             body=b'{"email": "a@b.example", "password": "s3cret-canary" oops')
    refused(answer, 400, "bad-json")
    assert "canary" not in answer.text


FAULTS = {
    "everything is missing": ({}, ["/name", "/person_type"]),
    "every type is wrong, and all is told": (
        {"name": 5, "email": "no address", "person_type": "king", "job_title": ["Head"],
         "school_id": 7, "shoe_size": 44},
        ["/name", "/email", "/person_type", "/job_title", "/school_id", "/shoe_size"]),
    "objects and lists for texts": (
        {"name": {}, "email": [], "person_type": {}, "school_id": []},
        ["/name", "/email", "/person_type", "/school_id"]),
    "true and numbers for texts": (
        {"name": True, "email": 1.5, "person_type": False}, ["/name", "/email", "/person_type"]),
    "null where something is needed": ({"name": None, "person_type": None},
                                       ["/name", "/person_type"]),
    "too short": ({**GOOD, "name": "x"}, ["/name"]),
    "empty": ({**GOOD, "name": "", "job_title": "   "}, ["/name", "/job_title"]),
    "too long": ({**GOOD, "name": "x" * 201, "job_title": "é" * 201,
                  "email": "a" * 250 + "@x.example"}, ["/name", "/job_title", "/email"]),
    "control characters": ({**GOOD, "name": "A\nB", "job_title": "A\u202eB"},
                           ["/name", "/job_title"]),
    "an id that is none": ({**GOOD, "school_id": "1; DROP TABLE person"}, ["/school_id"]),
    "an unknown field": ({**GOOD, "tenant_id": str(uuid.uuid4()), "me_tenant": "x"},
                         ["/tenant_id", "/me_tenant"]),
    "names that need escapes": ({**GOOD, "a/b": 1, "c~d": 1}, ["/a~1b", "/c~0d"]),
    "a field of the database": ({**GOOD, "version": 7, "id": str(uuid.uuid4())},
                                ["/version", "/id"]),
    "capital letters": ({**GOOD, "Name": "A B"}, ["/Name"]),
}


@pytest.mark.parametrize("case", FAULTS)
def test_faults_of_a_body(house, slt, case):
    body, pointers = FAULTS[case]
    with unchanged(house):
        refused(slt.post(PEOPLE, body), 422, "invalid", pointers)


def test_faults_inside_lists_and_objects(house, tenant, slt):
    with unchanged(house):
        refused(slt.post("/v1/appointments", {
            "person_id": "x", "role": "slt", "scope": "schools", "from_on": "2026-02-30",
            "to_on": "tomorrow", "school_ids": ["x", 7],
            "duties": ["dsl", "king", "dsl", 7, None]}), 422, "invalid",
            ["/person_id", "/from_on", "/to_on", "/school_ids/0", "/school_ids/1", "/duties/1",
             "/duties/2", "/duties/3", "/duties/4"])
        refused(slt.post("/v1/channel-applications", {
            "school_id": tenant.schools[0], "platform": "x", "proposed_name": "A channel",
            "kind": "class",
            "operators": [{"person_id": 1, "access": "king"}, 5, {"shoe_size": 1}]}), 422,
            "invalid", ["/operators/0/person_id", "/operators/0/access", "/operators/1",
                        "/operators/2/person_id", "/operators/2/access",
                        "/operators/2/shoe_size"])
        refused(slt.post("/v1/appointments", {
            "person_id": str(uuid.uuid4()), "role": "staff", "scope": "schools",
            "school_ids": [str(uuid.uuid4()) for _ in range(201)]}), 422, "invalid",
            ["/school_ids"])


def test_numbers_out_of_range(house, slt):
    body = {"title": "Social media", "assessed_on": "2026-10-01", "author_name": "A. Uthor",
            "mitigations": "Two operators."}
    with unchanged(house):
        for score in (-1, 10**6, 1.5, "8", True):
            answer = slt.post("/v1/assessments", {**body, "score": score})
            assert "/score" in [e["pointer"] for e in refused(answer, 422, "invalid")["errors"]]
        refused(slt.post("/v1/assessments", {**body, "score": 10**30}), 400, "bad-json")


def test_a_body_where_none_belongs(house, tenant, slt):
    with unchanged(house):
        refused(slt.post("/v1/auth/sign-out", {"everywhere": True}), 422, "invalid",
                ["/everywhere"])


def test_a_body_over_the_limit(house, slt):
    name = "x" * 2**20
    with unchanged(house):
        refused(slt.post(PEOPLE, {**GOOD, "name": name}), 413, "body-too-large")
        slt.close()
        body = json.dumps({**GOOD, "name": name}).encode()
        chunks = (body[at:at + 65536] for at in range(0, len(body), 65536))
        answer = slt.exchange("POST", PEOPLE, chunks, {
            **JSON, "Authorization": f"Bearer {slt.token()}"})
        refused(answer, 413, "body-too-large")
        slt.close()
        fits = json.dumps({**GOOD, "name": "x" * (2**20 - len(json.dumps({**GOOD, "name": ""})))})
        assert len(fits) == 2**20
        refused(slt.post(PEOPLE, body=fits.encode(), headers=JSON), 422, "invalid", ["/name"])


@pytest.mark.parametrize("media", [
    "text/plain", "application/xml", "multipart/form-data; boundary=x", "application/jsonx",
    "application/x-www-form-urlencoded", "text/json", "", None])
def test_a_body_of_another_kind(house, slt, media):
    headers = {} if media is None else {"Content-Type": media}
    with unchanged(house):
        refused(slt.post(PEOPLE, body=json.dumps(GOOD).encode(), headers=headers), 415,
                "unsupported-media-type")


@pytest.mark.parametrize("accept", [
    "application/xml", "image/*", "text/html", "application/json;q=0", "text/csv"])
def test_an_answer_of_another_kind(house, tenant, slt, accept):
    refused(slt.get("/v1/tenant", headers={"Accept": accept}), 406, "not-acceptable")
    with unchanged(house):
        refused(slt.post(PEOPLE, GOOD, headers={"Accept": accept}), 406, "not-acceptable")


@pytest.mark.parametrize("path", [
    "/", "/v1", "/v1/", "/v1/nothing", "/v1/people/not-an-id", "/v1/people/", "/V1/people",
    "/v1/People", "/v1/people/0192d3e0-0003-7000-8000-00000000001",
    "/v1/people/0192d3e0-0003-7000-8000-000000000011/nothing", "/people", "/v1/people;x=1",
    "/openapi.yaml", "/docs/..%2fopenapi.json", "/docs/nothing.js", "/.well-known/nothing"])
def test_unknown_routes(house, slt, path):
    for client in (slt, house.http):
        refused(client.get(path), 404, "not-found")


@pytest.mark.parametrize("method, path, allow", [
    ("DELETE", "/v1/people", "GET, HEAD, POST"), ("PUT", "/v1/people", "GET, HEAD, POST"),
    ("DELETE", "/v1/people/{id}", "GET, HEAD, PATCH"),
    ("POST", "/v1/people/{id}", "GET, HEAD, PATCH"), ("GET", "/v1/people/{id}/invite", "POST"),
    ("HEAD", "/v1/auth/sign-in", "POST"), ("PATCH", "/v1/tenant", "GET, HEAD"),
    ("POST", "/healthz", "GET, HEAD"), ("TRACE", "/v1/people", "GET, HEAD, POST"),
    ("FETCH", "/v1/people", "GET, HEAD, POST")])
def test_wrong_methods(house, slt, method, path, allow):
    with unchanged(house):
        answer = slt.request(method, path.replace("{id}", str(uuid.uuid4())))
    assert answer.status == 405 and answer.headers["allow"] == allow
    if method != "HEAD":
        refused(answer, 405, "method-not-allowed")


def test_methods_have_capital_letters(house):
    answer, _ = house.server.raw(
        "get /v1/people HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    refused(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize("target", [
    "/v1/people/%00", "/v1/people%00/x", "/v1/people?name=%00", "/v1/people/%zz", "/v1/people/%",
    "/v1/people/%4", "/v1//people", "//v1/people", "/v1/people//", "/v1/people/../people",
    "/v1/./people", "/v1/people/%2e%2e/tenant", "/v1/people/%ff%fe", "/v1/people/%c0%af",
    "/v1/people?email=%ff%fe", "/v1/people?email=%zz", "/v1/people?email=%", "/v1/people?%00=1",
    "/v1/people?%ff=1", "/v1/people?email=%ed%a0%80"])
def test_addresses_that_two_readers_could_read_in_two_ways(house, slt, target):
    answer = slt.get(target)
    assert refused(answer, 400, answer.json["type"].rsplit("/", 1)[1])
    assert answer.json["type"].endswith(("/bad-request", "/bad-query"))


QUERIES = {
    "colour=red": "colour", "limit=10&limit=20": "limit", "limit=10&lim%69t=10": "limit",
    "limit=0": "limit", "limit=201": "limit", "limit=-1": "limit", "limit=1e2": "limit",
    "limit=": "limit", "limit": "limit", "limit=99999999999999999999": "limit",
    "sort=email": "sort", "sort=-": "sort", "sort=name,created_at": "sort",
    "sort=p.name": "sort", "cursor=abc": "cursor", "cursor=!!": "cursor",
    "cursor=WyJuYW1lIiwiQSIsIngiXQ": "cursor", "fields=password_hash": "fields",
    "fields=id,id": "fields", "fields=_own": "fields", "fields=id;name": "fields",
    "fields=": "fields", "school_id=7": "school_id", "school_id=a,b": "school_id",
    "person_type=king": "person_type", "person_type=employee,king": "person_type",
    "person_type=employee,": "person_type", "left_on=yesterday": "left_on",
    "left_on[gte]=2026-02-30": "left_on", "left_on[gt]=2026-01-01": "left_on[gt]",
    "name=A": "name", "name[gte]=A": "name[gte]", "can_sign_in=1": "can_sign_in",
    "me_tenant=x": "me_tenant", "tenant_id=x": "tenant_id", "=1": "", "&": "",
    "email=a@b.example&email=a@b.example": "email",
}


@pytest.mark.parametrize("query", QUERIES)
def test_query_strings(slt, query):
    body = refused(slt.get(f"{PEOPLE}?{query}"), 400, "bad-query")
    if QUERIES[query]:
        assert QUERIES[query] in [e["pointer"] for e in body["errors"]]


@pytest.mark.parametrize("path", [PEOPLE, "/v1/me"])
def test_a_long_name_is_not_cut_within_a_letter(slt, path):
    """A body that is not UTF-8 is no JSON."""
    for length in range(54, 64):
        name = "a" * length + "\N{GRINNING FACE}" * 2
        answer = slt.get(f"{path}?{'a' * length}{'%F0%9F%98%80' * 2}=1")
        assert name in refused(answer, 400, "bad-query")["detail"]


def test_a_query_string_where_none_belongs(house, tenant, slt):
    me = slt.get("/v1/me").json["person_id"]
    etag = slt.get(f"{PEOPLE}/{me}").etag
    with unchanged(house):
        for target in (f"{PEOPLE}/{me}?id={uuid.uuid4()}", "/v1/tenant?x=1", "/healthz?x=1",
                       "/v1/me?x=1"):
            refused(slt.get(target), 400, "bad-query")
        refused(slt.post(f"{PEOPLE}?x=1", GOOD), 400, "bad-query")
        refused(slt.patch(f"{PEOPLE}/{me}?id={uuid.uuid4()}", {"job_title": "X"},
                          headers={"If-Match": etag}), 400, "bad-query")


def test_bad_input_needs_a_sign_in_first(house):
    refused(house.http.post(PEOPLE, {"x": 1}), 401, "unauthenticated")
    refused(house.http.get(f"{PEOPLE}?colour=red"), 401, "unauthenticated")
