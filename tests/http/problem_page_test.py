"""The `type` of every problem leads to a page that explains it."""
import json

import pytest

from refusal import refused


@pytest.fixture(scope="module")
def problems(house):
    return json.loads(house.server.run("describe").stdout)["problems"]


def test_every_type_resolves(house, problems):
    for each in problems:
        path = f"/problems/{each['slug']}"
        page = house.http.get(path, expect=200)
        assert page.media == "application/json"
        assert {name: page.json[name] for name in each} == each
        assert len(page.json["means"]) > 20 and len(page.json["remedy"]) > 20, each["slug"]
        html = house.http.get(path, headers={"Accept": "text/html,*/*;q=0.8"}, expect=200)
        assert html.media == "text/html"
        for text in (each["title"], page.json["means"], page.json["remedy"]):
            assert text in html.text
        assert "default-src 'none'" in html.headers["content-security-policy"]


def test_an_answers_own_type_resolves(house):
    """As it stands in the answer, whatever the service calls itself."""
    slt = house.fresh_tenant().person("Typ Es", "slt").client
    seen = set()
    for answer in (house.http.get("/v1/me"), slt.get("/v1/nowhere"), slt.get("/v1/people?x=1"),
                   slt.post("/v1/people", {}), slt.delete("/v1/people"),
                   slt.post("/v1/people", body=b"[", headers={"Content-Type": "application/json"}),
                   slt.get("/v1/people", headers={"Accept": "image/png"})):
        type = answer.json["type"]
        assert type.startswith(house.url + "/problems/")
        found = house.http.get(type.removeprefix(house.url), expect=200).json
        assert found["title"] == answer.json["title"] and found["status"] == answer.status
        seen.add(found["slug"])
    assert len(seen) == 7
    refused(house.http.get("/problems/no-such-thing"), 404, "not-found")
    refused(house.http.get("/problems/internal", headers={"Accept": "text/csv"}), 406,
            "not-acceptable")
