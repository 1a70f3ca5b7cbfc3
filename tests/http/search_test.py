"""q=: rows by the beginnings of their words, as far as the row itself is seen."""
import uuid
from urllib.parse import quote

import pytest

from refusal import refused

NAMES = ["Zoë O'Brien", "Jane Smith-Jones", "Łukasz Straußmann", "Ægir Åström", "JANET BROWN",
         "Ann Li", "Анна Иванова"]


@pytest.fixture(scope="module")
def tenant(house):
    tenant = house.fresh_tenant()
    tenant.slt = tenant.person("Sal Slt", "slt")
    tenant.head = tenant.person("Hed Master", "slt", [tenant.schools[0]])
    for n, name in enumerate(NAMES):
        house.sql("INSERT INTO person (tenant_id, id, name, person_type, job_title, school_id)"
                  " VALUES (%s, gen_random_uuid(), %s, 'employee', %s, %s)", tenant.id, name,
                  "Clerk" if n % 2 else "Class Teacher", tenant.schools[n % 2])
    return tenant


def found(client, q, path="/v1/people", more="", name="name"):
    return sorted(row[name] for row in client.get(
        f"{path}?q={quote(q)}{more}", expect=200).json["data"])


@pytest.mark.parametrize("q, names", [
    ("jan", ["JANET BROWN", "Jane Smith-Jones"]), ("jane", ["JANET BROWN", "Jane Smith-Jones"]),
    ("jane smith", ["Jane Smith-Jones"]), ("jones jane", ["Jane Smith-Jones"]),
    ("smith-jones", ["Jane Smith-Jones"]), ("Smith–Jones", ["Jane Smith-Jones"]),
    ("zoe", ["Zoë O'Brien"]), ("ZOË", ["Zoë O'Brien"]), ("brien", ["Zoë O'Brien"]),
    ("obrien", ["Zoë O'Brien"]), ("o’brien", ["Zoë O'Brien"]), ("o'brien", ["Zoë O'Brien"]),
    ("lukasz strauss", ["Łukasz Straußmann"]), ("strauß", ["Łukasz Straußmann"]),
    ("aegir astrom", ["Ægir Åström"]), ("анна", ["Анна Иванова"]), ("li", ["Ann Li"]),
    ("class zo", ["Zoë O'Brien"]), ("mith", []), ("janes brown", []), ("%", None), ("_", None),
    ("sm%", ["Jane Smith-Jones"]), ("a b c d e f g h i", None), ("--", None)])
def test_words(tenant, q, names):
    if names is None:
        refused(tenant.slt.client.get(f"/v1/people?q={quote(q)}"), 400, "bad-query", ["q"])
    else:
        assert found(tenant.slt.client, q) == sorted(names)


def test_goes_with_filters_and_pages(tenant):
    client = tenant.slt.client
    assert found(client, "jan", more=f"&school_id={tenant.schools[0]}") == ["JANET BROWN"]
    page = client.get("/v1/people?q=jan&limit=1", expect=200)
    link = page.headers["link"]
    assert "q=jan" in link
    rest = client.get(link[1:link.index(">")], expect=200).json
    assert {page.json["data"][0]["name"], rest["data"][0]["name"]} == {
        "JANET BROWN", "Jane Smith-Jones"}
    text = client.get("/v1/people?q=jan", headers={"Accept": "text/csv"}, expect=200).text
    assert text.count("\r\n") == 3


def test_no_further_than_the_row(house, tenant, second_wall):
    """At both walls: a word of a row out of sight finds nothing."""
    assert found(tenant.head.client, "jan") == ["JANET BROWN"]
    assert found(second_wall.as_(tenant.head.login), "jan") == ["JANET BROWN"]
    stranger = house.fresh_tenant().person("Str Anger", "slt").client
    assert found(stranger, "jan") == []
    refused(stranger.get("/v1/appointments?q=jan"), 400, "bad-query", ["q"])


def test_follows_the_row(house, tenant):
    client, id = tenant.slt.client, str(uuid.uuid4())
    house.sql("INSERT INTO person (tenant_id, id, name, person_type) VALUES"
              " (%s, %s, 'Quentin Quill', 'employee')", tenant.id, id)
    assert found(client, "quen quil") == ["Quentin Quill"]
    etag = client.get(f"/v1/people/{id}").etag
    client.patch(f"/v1/people/{id}", {"name": "Roland Rook"}, headers={"If-Match": etag},
                 expect=200)
    assert found(client, "quen") == [] and found(client, "rook") == ["Roland Rook"]
    house.sql("DELETE FROM person WHERE id = %s", id)
    assert found(client, "rook") == []


def test_channels(house, tenant):
    for handle, name, audience in (("@highfield_pe", "PE at Highfield", "parents"),
                                   ("@other", "Music", "year 7")):
        house.sql("INSERT INTO channel (tenant_id, id, state, platform, handle, display_name,"
                  " audience, source) VALUES (%s, gen_random_uuid(), 'active', 'x', %s, %s, %s,"
                  " 'register')", tenant.id, handle, name, audience)
    client = tenant.head.client
    for q in ("high", "@highfield_pe", "parents pe"):
        assert found(client, q, "/v1/channels", name="display_name") == ["PE at Highfield"]
    assert found(client, "music 7", "/v1/channels", name="display_name") == ["Music"]


def test_the_public_register(house, tenant):
    """Its schools by name and town, its trusts by name; and what an import changes."""
    mark, uid = f"q{uuid.uuid4().hex[:10]}", str(uuid.uuid4().int % 10 ** 8)
    urn = house.sql("SELECT (coalesce(max(urn::integer), 100000) + 1)::text AS urn FROM register_school"
                    " WHERE urn ~ '^[0-9]{6}$'")[0]["urn"]
    house.sql("INSERT INTO register_school (urn, name, town, as_of) VALUES (%s, %s, 'Barnsley', '2026-09-01')",
              urn, f"St Mary's {mark} Primary")
    house.sql("INSERT INTO register_trust (id, uid, name, kind, as_of) VALUES"
              " (gen_random_uuid(), %s, %s, 'multi_academy_trust', '2026-09-01')", uid, f"Ärming {mark} Academies")
    client, schools, trusts = tenant.head.client, "/v1/register/schools", "/v1/register/trusts"
    for q in (f"{mark} mary", f"PRIM barns {mark[:-1]}", f"marys {mark}"):
        assert found(client, q, schools) == [f"St Mary's {mark} Primary"]
    assert found(client, f"acad armi {mark}", trusts) == [f"Ärming {mark} Academies"]
    house.sql("UPDATE register_school SET as_of = '2026-10-01' WHERE urn = %s", urn)
    assert found(client, f"{mark} barns", schools), "not lost with what did not change"
    house.sql("UPDATE register_school SET town = 'Leeds' WHERE urn = %s", urn)
    house.sql("UPDATE register_trust SET name = 'Other' WHERE uid = %s", uid)
    assert found(client, f"{mark} barns", schools) == [] and found(client, f"{mark} leeds", schools)
    assert found(client, mark, trusts) == []
    for path in schools, trusts:
        refused(client.get(f"{path}?q=%25"), 400, "bad-query", ["q"])
