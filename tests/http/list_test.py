"""Lists: pages that lose nothing, sort, filters, fields=, and CSV that runs no formula."""
import csv
import datetime
import io
import uuid

import pytest

from refusal import refused

PEOPLE = "/v1/people"


@pytest.fixture(scope="module")
def crowd(house):
    """62 people, many of one name, many of one moment."""
    tenant = house.fresh_tenant()
    tenant.slt = tenant.person("Sal Slt", "slt")
    for n in range(61):
        house.sql("INSERT INTO person (tenant_id, id, name, person_type, created_at, school_id)"
                  " VALUES (%s, %s, %s, %s, timestamptz '2026-09-01'"
                  " + %s * interval '1 microsecond', %s)",
                  tenant.id, str(uuid.uuid4()), f"Name {n // 20}", "governor" if n % 2 else
                  "employee", n // 7, tenant.schools[0] if n < 20 else None)
    return tenant


def walk(client, target, between=None):
    """All rows by next_cursor, page by page; `between` runs after each page."""
    rows, cursor = [], None
    while True:
        answer = client.get(target + (f"&cursor={cursor}" if cursor else ""), expect=200)
        rows += answer.json["data"]
        cursor = answer.json["next_cursor"]
        link = answer.headers.get("link")
        assert bool(link) == bool(cursor)
        if not cursor:
            return rows
        assert client.get(link[1:link.index(">")]).json["data"] == client.get(
            f"{target}&cursor={cursor}").json["data"]
        assert link.endswith('; rel="next"')
        if between:
            between(len(rows))


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


@pytest.mark.parametrize("sort, limit", [("name", 1)] + [
    (sort, limit) for sort in ("name", "-name", "created_at", "-created_at")
    for limit in (7, 31, 61, 62, 63, 200)])
def test_pages_hold_every_row_once(crowd, sort, limit):
    rows = walk(crowd.slt.client, f"{PEOPLE}?sort={sort}&limit={limit}")
    assert len(rows) == len({r["id"] for r in rows}) == 62
    key = sort.lstrip("-")
    keys = [(moment(r[key]) if key == "created_at" else r[key], r["id"]) for r in rows]
    assert keys == sorted(keys, reverse=sort.startswith("-"))


@pytest.mark.parametrize("sort", ["name", "-name"])
def test_rows_that_come_in_between_move_nothing(house, sort):
    tenant = house.fresh_tenant()
    slt = tenant.person("Mmm Slt", "slt").client

    def add(name):
        slt.post(PEOPLE, {"name": name, "person_type": "employee"}, expect=201)

    for n in range(12):
        add(f"Mmm {n % 3}")
    before = {r["id"] for r in walk(slt, f"{PEOPLE}?limit=200")}

    def between(seen):
        for name in ("Aaa Before", "Mmm 1", "Zzz Behind"):
            add(name)

    rows = walk(slt, f"{PEOPLE}?sort={sort}&limit=4", between)
    ids = [r["id"] for r in rows]
    assert len(ids) == len(set(ids)) and before <= set(ids)


def test_a_cursor_belongs_to_its_list_and_order(crowd):
    slt = crowd.slt.client
    cursor = slt.get(f"{PEOPLE}?limit=2&sort=name").json["next_cursor"]
    for query in (f"people?sort=-name&cursor={cursor}", f"people?sort=created_at&cursor={cursor}",
                  f"people?sort=name&cursor={cursor}x", f"people?sort=name&cursor={cursor[:-3]}",
                  f"appointments?cursor={cursor}"):
        target = f"/v1/{query}"
        refused(slt.get(target), 400, "bad-query", ["cursor"])


def test_filters(crowd):
    slt = crowd.slt.client

    def count(query):
        return len(walk(slt, f"{PEOPLE}?limit=200&{query}"))

    assert count("person_type=governor") == 30 and count("person_type=employee") == 32
    assert count("person_type=governor,employee") == 62 and count("person_type=parent") == 0
    assert count(f"school_id={crowd.schools[0]}") == 20
    assert count(f"school_id={crowd.schools[0].upper()}") == 20
    assert count(f"school_id={crowd.schools[0]}&person_type=governor") == 10
    assert count("can_sign_in=true") == 1 and count("can_sign_in=false") == 61
    assert count(f"email={crowd.slt.login.upper()}") == 1
    assert count("left_on[gte]=2026-01-01") == 0
    rows = walk(slt, f"{PEOPLE}?limit=7&person_type=governor&sort=-created_at")
    assert len(rows) == 30 and {r["person_type"] for r in rows} == {"governor"}


def test_a_range_ends_before_its_end(house):
    tenant = house.fresh_tenant()
    slt = tenant.person("Ran Range", "slt").client
    for day in ("2026-03-01", "2026-03-02", "2026-03-03"):
        gone = tenant.person(f"Gone {day}")
        house.sql("UPDATE person SET left_on = %s WHERE id = %s", day, gone.id)

    def days(query):
        return sorted(r["left_on"] for r in slt.get(f"{PEOPLE}?{query}", expect=200).json["data"])

    assert days("left_on[gte]=2026-03-02") == ["2026-03-02", "2026-03-03"]
    assert days("left_on[lt]=2026-03-02") == ["2026-03-01"]
    assert days("left_on%5Bgte%5D=2026-03-01&left_on%5Blt%5D=2026-03-03") == [
        "2026-03-01", "2026-03-02"]
    assert days("left_on=2026-03-02") == ["2026-03-02"]


def test_fields_chooses_columns(crowd):
    slt = crowd.slt.client
    rows = slt.get(f"{PEOPLE}?fields=name,id&limit=3", expect=200).json
    assert [set(row) for row in rows["data"]] == [{"id", "name"}] * 3 and rows["next_cursor"]
    one = slt.get(f"{PEOPLE}/{crowd.slt.id}?fields=email", expect=200).json
    assert one == {"email": crowd.slt.login}
    refused(slt.get(f"{PEOPLE}?fields=name,tenant_id"), 400, "bad-query", ["fields"])
    assert slt.get(f"{PEOPLE}?fields=id&limit=1", headers={"Accept": "text/csv"}
                   ).text.splitlines()[0] == "id"


def table(answer):
    assert answer.headers["content-type"].startswith("text/csv; charset=utf-8")
    assert answer.text.endswith("\r\n")
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def test_csv_is_the_same_rows(crowd):
    slt = crowd.slt.client
    target = f"{PEOPLE}?limit=200&sort=-name"
    rows = slt.get(target).json["data"]
    cells = table(slt.get(target, headers={"Accept": "text/csv"}, expect=200))
    assert list(cells[0]) == list(rows[0])
    for row, cell in zip(rows, cells, strict=True):
        assert cell == {name: "" if value is None else str(value).lower()
                        if isinstance(value, bool) else str(value) for name, value in row.items()}
    assert slt.get(target, headers={"Accept": "text/csv;q=0.5, application/json"}
                   ).media == "application/json"
    assert slt.get(target, headers={"Accept": "text/csv, application/json;q=0.5"}
                   ).media == "text/csv"


def test_csv_loses_no_rows_in_silence(crowd):
    """All rows, or a link to the rest."""
    slt, rows, target = crowd.slt.client, [], PEOPLE
    while target:
        answer = slt.get(target, headers={"Accept": "text/csv"}, expect=200)
        rows += table(answer)
        link = answer.headers.get("link")
        target = link and link[1:link.index(">")]
    assert len({row["id"] for row in rows}) == len(rows) == 62


FORMULAS = ['=1+1', '+1+1', '-1+1', '@SUM(A1)', '\t=1+1', '\r=1+1', '=HYPERLINK("http://x","y")',
            '=cmd|\' /C calc\'!A0', '-', '=']
HARMLESS = ["Ann-Marie O'Neill", 'He said "x", twice', "a=b", "Élodie", "two\nlines", "'quoted"]


def test_csv_runs_no_formula(house):
    tenant = house.fresh_tenant()
    slt = tenant.person("Fay Formula", "slt").client
    for text in FORMULAS + HARMLESS:
        house.sql("INSERT INTO person (tenant_id, id, name, person_type, job_title)"
                  " VALUES (%s, gen_random_uuid(), %s, 'employee', %s)", tenant.id, text, text)
    cells = table(slt.get(PEOPLE, headers={"Accept": "text/csv"}, expect=200))
    names = {cell["name"] for cell in cells} - {"Fay Formula"}
    assert names == {"'" + text for text in FORMULAS} | set(HARMLESS)
    assert all(cell["name"] == cell["job_title"] for cell in cells if cell["job_title"])
    assert {r["name"] for r in slt.get(PEOPLE).json["data"]} > set(FORMULAS), "JSON is verbatim"


def test_a_list_that_holds_nothing(house):
    slt = house.fresh_tenant().person("Emp Ty", "slt").client
    assert slt.get("/v1/channels").json == {"data": [], "next_cursor": None}
    lines = slt.get("/v1/channels", headers={"Accept": "text/csv"}, expect=200).text
    assert lines.count("\r\n") == 1 and lines.startswith("id,")
