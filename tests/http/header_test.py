"""What every answer carries: request ids, security headers, and CORS for whom it is allowed."""
import re

import pytest

FRONT = "https://front.example"
OTHER = "http://localhost:5173"


@pytest.fixture(scope="module")
def person(house):
    return house.fresh_tenant().person("Hed Header", "slt")


@pytest.fixture(scope="module")
def fronted(house):
    with house.another(CHAPERONE_CORS_ORIGINS=f"{FRONT} {OTHER}") as server:
        yield server


def test_every_answer_has_security_headers(house, person):
    answers = [person.client.get("/v1/me"), house.http.get("/v1/me"), house.http.get("/nothing"),
               house.http.get("/healthz"), house.http.get("/docs"),
               house.http.options("/v1/people")]
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff", answer
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "server" not in answer.headers and "x-powered-by" not in answer.headers
        assert "strict-transport-security" not in answer.headers, "this is plain HTTP"


def test_what_is_personal_is_not_kept_by_caches(house, person):
    for target in ("/v1/me", "/v1/people", "/v1/appointments"):
        assert person.client.get(target).headers["cache-control"] == "no-store"
    one = person.client.get(f"/v1/people/{person.id}").headers["cache-control"]
    assert "private" in one and "no-cache" in one
    assert house.sign_in(person.login).headers["cache-control"] == "no-store"
    assert house.http.get("/v1/me").headers["cache-control"] == "no-store"


def test_https_is_remembered_where_it_is_spoken(house):
    with house.another(CHAPERONE_ISSUER="https://chaperone.example") as server:
        answer = server.client().get("/healthz", expect=200)
    assert "max-age=" in answer.headers["strict-transport-security"]


def test_request_ids(house, person):
    mine = "front-7f3a.2026_11"
    answer = person.client.get("/v1/me", headers={"X-Request-Id": mine}, expect=200)
    assert answer.request_id == mine
    assert any(line.get("request_id") == mine and line["event"] == "request"
               and line["route"] == "/v1/me" and line["person"] == person.id
               and line["status"] == 200 and "ms" in line and "query_ms" in line
               for line in house.server.log_lines())
    first, second = (person.client.get("/v1/me").request_id for _ in range(2))
    assert first != second and re.fullmatch(r"[0-9a-f-]{36}", first)
    for bad in ("short", "x" * 65, "with space", 'quote"quote', "<script>x</script>", "ä" * 8):
        answer = person.client.get("/v1/me", headers={"X-Request-Id": bad.encode()}, expect=200)
        assert re.fullmatch(r"[0-9a-f-]{36}", answer.request_id)


def test_a_request_id_stands_in_the_audit_trail(house, person):
    mine = "audit-7f3a-2026-11"
    person.client.post("/v1/people", {"name": "Aud Ited", "person_type": "employee"},
                       headers={"X-Request-Id": mine}, expect=201)
    events = house.sql("SELECT * FROM audit_event WHERE request = %s", mine)
    assert [(e["table_name"], e["operation"], str(e["actor_id"])) for e in events] == [
        ("person", "insert", person.id)]


def test_traces_go_on_in_the_log(house):
    parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    house.http.get("/healthz", headers={"traceparent": parent}, expect=200)
    house.http.get("/healthz", headers={"traceparent": parent.upper() + "x"}, expect=200)
    seen = [line["traceparent"] for line in house.server.log_lines() if "traceparent" in line]
    assert seen == [parent]


def test_no_origin_is_allowed_by_default(house, person):
    answer = person.client.get("/v1/me", headers={"Origin": FRONT}, expect=200)
    assert not [name for name in answer.headers if name.startswith("access-control")]
    answer = house.http.options("/v1/me", headers={
        "Origin": FRONT, "Access-Control-Request-Method": "GET"})
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("origin", [FRONT, OTHER])
def test_an_allowed_origin(house, person, fronted, origin):
    client = house.as_(person.login, server=fronted)
    for answer in (client.get("/v1/me", headers={"Origin": origin}, expect=200),
                   fronted.client().get("/v1/me", headers={"Origin": origin}, expect=401),
                   fronted.client().get("/nothing", headers={"Origin": origin}, expect=404)):
        assert answer.headers["access-control-allow-origin"] == origin
        assert answer.headers["access-control-allow-credentials"] == "true"
        assert "Origin" in answer.headers["vary"]
        exposed = answer.headers["access-control-expose-headers"].lower()
        for name in ("etag", "link", "location", "x-request-id", "retry-after",
                     "idempotency-replayed"):
            assert name in exposed


def test_a_preflight(fronted):
    answer = fronted.client().options("/v1/people", headers={
        "Origin": FRONT, "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, content-type, idempotency-key"})
    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == FRONT
    assert "POST" in answer.headers["access-control-allow-methods"]
    allowed = answer.headers["access-control-allow-headers"].lower()
    for name in ("authorization", "content-type", "if-match", "idempotency-key"):
        assert name in allowed
    assert int(answer.headers["access-control-max-age"]) > 0


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_preflight_of_a_change(fronted, method):
    answer = fronted.client().options("/v1/settings/channel.max_admins", headers={
        "Origin": FRONT, "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization, content-type, if-match"})
    assert answer.headers["access-control-allow-methods"] == "GET, HEAD, PUT, DELETE"


@pytest.mark.parametrize("origin", [
    "https://evil.example", "https://front.example.evil.example", "http://front.example", "null",
    "https://FRONT.example", "https://front.example/", "https://front.example:443", "*", "",
    f"{FRONT} {OTHER}", "https://front"])
def test_any_other_origin(house, person, fronted, origin):
    client = house.as_(person.login, server=fronted)
    for answer in (client.get("/v1/me", headers={"Origin": origin}, expect=200),
                   fronted.client().options("/v1/people", headers={
                       "Origin": origin, "Access-Control-Request-Method": "POST"})):
        assert not [name for name in answer.headers if name.startswith("access-control")]
        assert "Origin" in answer.headers["vary"], "what a cache keeps differs by origin"
