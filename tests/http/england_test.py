"""England's public register (B7): the two real extracts in order, and what they say over HTTP."""
import gzip
import json
import re
import tarfile

import pytest

from gias import ARCHIVE, DATA, DECEMBER, JANUARY, Importer, changes, extract, link_table
from house import House
from refusal import counts, refused, still

MOVED = "139535"  # from East Anglia Schools Trust to Ormiston Academies Trust
ORMISTON = "06982127"
SCHOOLS, TRUSTS = "/v1/register/schools", "/v1/register/trusts"


class England:
    """Three tenants: the school that moves, the trust it moves to, and one with no part in it."""

    def __init__(self, house):
        self.house, self.importer = house, Importer(house)
        self.losing, self.gaining = house.fresh_tenant(schools=2), house.fresh_tenant(schools=1)
        self.other = house.fresh_tenant(schools=1)
        house.sql("UPDATE school SET urn = %s WHERE id = %s", MOVED, self.losing.schools[0])
        self.company = house.server.run("tenant", "company", self.gaining.id, ORMISTON)
        self.slt = {t: t.person("Sal Slt", "slt")
                    for t in (self.losing, self.gaining, self.other)}
        self.reports = dict(self.imports())

    def imports(self):
        december, january = self.importer.real(DECEMBER), self.importer.real(JANUARY)
        still(self.house)
        before = counts(self.house)
        yield "dry run", self.importer.report(december, "--dry-run")
        assert counts(self.house) == before
        yield "december", self.importer.report(december)
        yield "january", self.importer.report(january)
        yield "again", self.importer.report(january)
        yield "archive", self.importer.report(self.importer.real(ARCHIVE))

    def get(self, path, tenant=None, **options):
        return self.slt[tenant or self.other].client.get(path, expect=200, **options).json


@pytest.fixture(scope="module")
def house(cluster):
    """Its own: what other tests compare row by row should not hold all of England."""
    house = House(cluster)
    yield house
    house.close()


@pytest.fixture(scope="module")
def england(house):
    return England(house)


@pytest.fixture(scope="module")
def months():
    """The same two months, counted apart: {urn: row of its trust}."""
    return [{row["URN"]: row for row in extract(name)
             if row["Group Type"].lower().endswith("-academy trust")}
            for name in (DECEMBER, JANUARY)]


def test_first_month_is_all_new(england, months):
    report = england.reports["december"]
    trusts = {row["Companies House Number"] for row in months[0].values()}
    assert changes(report) == {("schools", "created"): len(months[0]),
                               ("trusts", "created"): len(trusts),
                               ("memberships", "joined"): len(months[0])}
    rows = extract(DECEMBER)
    assert report["rows"] == len(rows) and report["refused"] == []
    assert report["passed_over"] == len(rows) - len(months[0])
    assert report["as_of"] == "2018-12-01" and report["form"] == "group_links"


def test_second_month_moves_the_right_ones(england, months):
    report, (before, after) = england.reports["january"], months
    companies = [{row["Companies House Number"]: row for row in month.values()} for month in months]
    both = before.keys() & after.keys()
    moves = {urn for urn in both if before[urn]["Companies House Number"]
             != after[urn]["Companies House Number"]}
    anew = {c for c in companies[0].keys() & companies[1].keys()
            if companies[0][c]["Linked UID"] != companies[1][c]["Linked UID"]}
    dated = {urn for urn in both - moves if before[urn]["Joined date"] != after[urn]["Joined date"]}
    assert len(moves) == 8 and len(anew) == 1
    assert {line["urn"] for line in report["moves"]} == moves
    assert {line["companies_house_number"] for line in report["re_registrations"]} == anew
    assert {line["urn"] for line in report["leavers"]} == before.keys() - after.keys()
    school = ("EstablishmentName", "TypeOfEstablishment (name)", "PhaseOfEducation (name)",
              "LA (code)", "LA (name)")
    trust = ("Group Name", "Group Type", "Group Status", "Closed Date")
    assert changes(report) == {
        ("schools", "created"): len(after.keys() - before.keys()),
        ("schools", "changed"): sum(any(before[u][c] != after[u][c] for c in school) for u in both),
        ("trusts", "created"): len(companies[1].keys() - companies[0].keys()),
        ("trusts", "re_registered"): len(anew),
        ("trusts", "changed"): sum(any(companies[0][c][n] != companies[1][c][n] for n in trust)
                                   for c in (companies[0].keys() & companies[1].keys()) - anew),
        ("memberships", "joined"): len(after.keys() - before.keys()),
        ("memberships", "moved"): len(moves), ("memberships", "changed"): len(dated),
        ("memberships", "left"): len(before.keys() - after.keys())}


def test_the_same_file_twice_changes_nothing(england, months):
    report = england.reports["again"]
    assert changes(report) == {} and report["transfers_proposed"] == 0
    assert report["schools"]["unchanged"] == report["memberships"]["unchanged"] == len(months[1])


def test_dry_run_tells_the_same(england):
    told = {**england.reports["dry run"], "dry_run": False, "imported": True}
    assert told == england.reports["december"] and england.reports["dry run"]["dry_run"]


def test_memberships_are_those_of_the_newest_file(england, months):
    rows = england.house.sql(
        "SELECT m.urn, t.companies_house_number AS company, m.joined_on FROM register_membership m"
        " JOIN register_trust t ON t.id = m.trust_id WHERE m.left_on IS NULL")
    kept = {r["urn"]: (r["company"], r["joined_on"].strftime("%d-%m-%Y")) for r in rows}
    assert kept == {urn: (row["Companies House Number"], row["Joined date"])
                    for urn, row in months[1].items()}


def test_history_is_kept_and_dated(england):
    school = england.get(f"{SCHOOLS}/{MOVED}")
    now, past = school["memberships"]
    assert now["trust_name"] == school["trust_name"] == "ORMISTON ACADEMIES TRUST"
    assert (now["joined_on"], now["left_on"], now["current"]) == ("2018-12-01", None, True)
    assert past["trust_name"] == "EAST ANGLIA SCHOOLS TRUST" and not past["current"]
    assert (past["joined_on"], past["left_on"], past["left_because"]) == (
        "2013-04-01", "2018-12-01", "moved")
    gone = england.get(f"{SCHOOLS}/137429")
    assert gone["trust_id"] is None and [
        (m["left_on"], m["left_because"]) for m in gone["memberships"]] == [("2019-01-01", "absent")]


def test_a_school_registered_anew_has_not_moved(england, months):
    school = england.get(f"{SCHOOLS}/138665")
    assert [m["current"] for m in school["memberships"]] == [True]
    trust = england.get(f"{TRUSTS}/{school['trust_id']}")
    assert (trust["uid"], trust["former_uids"]) == ("17171", ["4279"])
    assert trust["kind"] == "multi_academy_trust"
    assert trust["schools"] == sum(row["Linked UID"] == "17171" for row in months[1].values())


def test_the_archive_brings_all_of_england(england):
    report = england.reports["archive"]
    names = {}
    with tarfile.open(DATA / ARCHIVE) as tar:
        for member in tar:
            row = json.loads(tar.extractfile(member).read())
            names[str(row["urn"])] = row
    assert report["rows"] == len(names) == 51012 and report["refused"] == []
    known = sum(report["schools"].values())
    assert known == len(names) and report["memberships"]["left"] == 0
    kept = {r["urn"]: r for r in england.house.sql(
        "SELECT urn, name, status FROM register_school WHERE urn < '9'")}
    assert set(names) <= set(kept)
    mended = [urn for urn, row in names.items() if any("\x80" <= c < "\xa0" for c in row["name"])]
    assert len(mended) == 17
    for urn, row in names.items():
        expected = row["name"].replace("\x92", "’").replace("\x96", "–").replace("\xa0", " ").strip()
        assert kept[urn]["name"] == expected and kept[urn]["status"][:4] == row["status"][:4].lower()
    assert england.get(f"{SCHOOLS}/{MOVED}")["trust_name"] == "ORMISTON ACADEMIES TRUST"


def listed(england, target):
    rows, cursor = [], ""
    while cursor is not None:
        page = england.get(f"{target}&limit=200" + (f"&cursor={cursor}" if cursor else ""))
        rows, cursor = rows + page["data"], page["next_cursor"]
    return rows


def test_schools_are_found(england, months):
    rows = listed(england, f"{SCHOOLS}?q=MARY%20st")
    real = england.house.sql("SELECT urn FROM register_school WHERE name ILIKE 'st mary%%'")
    assert len(rows) > 500 and {r["urn"] for r in rows} >= {r["urn"] for r in real}
    words = [re.findall("[a-z0-9]+", f"{r['name']} {r['town']}".lower()) for r in rows]
    assert all({"mary", "st"} <= {w[:4] for w in row} | {w[:2] for w in row} for row in words)
    assert [r["name"].lower() for r in rows] == sorted(r["name"].lower() for r in rows)
    devon = listed(england, f"{SCHOOLS}?local_authority=Devon&phase=secondary,all_through&status=open")
    assert devon and {(r["local_authority"], r["status"]) for r in devon} == {("Devon", "open")}
    assert {r["phase"] for r in devon} == {"secondary", "all_through"}
    trust = england.get(f"{SCHOOLS}/{MOVED}")["trust_id"]
    members = listed(england, f"{SCHOOLS}?trust_id={trust}")
    assert {r["urn"] for r in members} == {
        urn for urn, row in months[1].items() if row["Companies House Number"] == ORMISTON}
    assert england.get(f"{SCHOOLS}?urn={MOVED}")["data"][0]["trust_id"] == trust
    client = england.slt[england.other].client
    assert client.get(f"{SCHOOLS}?q=tor", headers={"Accept": "text/csv"}, expect=200).text


def test_trusts_are_found(england, months):
    trusts = england.get(f"{TRUSTS}?companies_house_number={ORMISTON}")["data"]
    assert [t["name"] for t in trusts] == ["ORMISTON ACADEMIES TRUST"]
    assert england.get(f"{TRUSTS}?q=academies%20ormi")["data"] == trusts
    single = listed(england, f"{TRUSTS}?kind=single_academy_trust&sort=-name")
    assert len(single) > 1000 and {t["kind"] for t in single} == {"single_academy_trust"}


def test_what_is_not_there(england):
    client = england.slt[england.other].client
    for path in (f"{SCHOOLS}/999998", f"{SCHOOLS}/13953", f"{SCHOOLS}/1395355",
                 f"{SCHOOLS}/{england.other.id}", f"{TRUSTS}/{england.other.id}",
                 f"{TRUSTS}/{MOVED}"):
        refused(client.get(path), 404, "not-found")
    for query in ("status=ajar", "q=", "q=%25", "trust_id=7", "cursor=AAAA", "name=x"):
        refused(client.get(f"{SCHOOLS}?{query}"), 400, "bad-query")
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        refused(client.request(method, f"{SCHOOLS}/{MOVED}", json={}), 405, "method-not-allowed")


def test_imports_are_on_record(england):
    rows = england.get("/v1/register/imports")["data"]
    assert [(r["form"], r["as_of"]) for r in rows][:4] == [
        ("establishment_archive", "2024-06-01"), ("group_links", "2019-01-01"),
        ("group_links", "2019-01-01"), ("group_links", "2018-12-01")]
    assert rows[2]["counts"]["memberships"]["moved"] == 8 and rows[2]["refused"] == 0
    kept = england.house.sql("SELECT report FROM register_import ORDER BY imported_at LIMIT 2")[1]
    assert len(kept["report"]["moves"]) == 8


def test_older_month_is_refused(england):
    done = england.importer.run(england.importer.real(DECEMBER), expect=1)
    assert "2019-01-01" in done.stderr and "Nothing was imported" in done.stderr


def test_table_for_people(england):
    told = england.importer.run(england.importer.real(JANUARY), "--dry-run").stdout
    assert "dry run" in told and "8330 unchanged" in told


# Schools and transfers of the tenants


def test_own_school_shows_what_the_register_says(england):
    client = england.slt[england.losing].client
    school = england.get(f"/v1/schools/{england.losing.schools[0]}", england.losing)
    assert (school["register_name"], school["flags"]) == ("Ormiston Cliff Park Primary Academy", [])
    assert england.get(f"{SCHOOLS}/{MOVED}", england.losing)["school_id"] == school["id"]
    assert england.get(f"{SCHOOLS}/{MOVED}")["school_id"] is None
    made = client.post("/v1/schools", {"name": "Unheard Of", "urn": "999997"}, expect=201).json
    assert (made["register_name"], made["flags"]) == (None, ["unknown_urn"])
    answer = client.patch(f"/v1/schools/{made['id']}", {"urn": "100004"}, expect=200,
                          headers={"If-Match": '"1.0"'}).json
    assert (answer["register_name"], answer["flags"]) == (
        "Sherborne Nursery School", ["closed_in_register"])


@pytest.fixture(scope="module")
def sides(england):
    return {tenant: england.get("/v1/transfers", tenant)["data"]
            for tenant in (england.losing, england.gaining, england.other)}


def test_move_is_proposed_to_both_sides(england, sides):
    assert england.reports["january"]["transfers_proposed"] >= 1
    assert sides[england.other] == []
    (leaving,), (coming,) = sides[england.losing], sides[england.gaining]
    assert leaving["id"] != coming["id"] and (leaving["side"], coming["side"]) == ("from", "to")
    for row in (leaving, coming):
        assert (row["urn"], row["state"], row["found_on"]) == (MOVED, "proposed", "2019-01-01")
        assert row["from_trust_name"] == "EAST ANGLIA SCHOOLS TRUST"
        assert row["to_trust_name"] == "ORMISTON ACADEMIES TRUST"
        assert row["other_side_state"] == "proposed"
    assert leaving["school_id"] == england.losing.schools[0] and coming["school_id"] is None


def test_each_side_answers_for_itself(england, sides):
    (leaving,), (coming,) = sides[england.losing], sides[england.gaining]
    losing, gaining = (england.slt[t].client for t in (england.losing, england.gaining))
    for client, foreign in ((losing, coming), (gaining, leaving),
                            (england.slt[england.other].client, leaving)):
        refused(client.get(f"/v1/transfers/{foreign['id']}"), 404, "not-found")
        refused(client.post(f"/v1/transfers/{foreign['id']}/accept", {}), 404, "not-found")
    schools = england.house.sql("SELECT * FROM school WHERE urn = %s", MOVED)
    seen = losing.get(f"/v1/transfers/{leaving['id']}", expect=200).json
    assert [a["name"] for a in seen["actions"]] == ["accept", "decline"]
    done = losing.post(f"/v1/transfers/{leaving['id']}/accept",
                       {"reason": "Agreed by the board."}, expect=200).json
    assert (done["state"], done["decided_name"], done["note"], done["actions"]) == (
        "accepted", "Sal Slt", "Agreed by the board.", [])
    refused(losing.post(f"/v1/transfers/{leaving['id']}/decline", {"reason": "No more."}),
            409, "wrong-state")
    seen = gaining.get(f"/v1/transfers/{coming['id']}", expect=200).json
    assert (seen["state"], seen["other_side_state"], seen["decided_name"]) == (
        "proposed", "accepted", None)
    refused(gaining.post(f"/v1/transfers/{coming['id']}/decline", {}), 422, "invalid", ["/reason"])
    gaining.post(f"/v1/transfers/{coming['id']}/decline", {"reason": "Not yet."}, expect=200)
    seen = losing.get(f"/v1/transfers/{leaving['id']}", expect=200).json
    assert seen["other_side_state"] == "declined"
    assert england.house.sql("SELECT * FROM school WHERE urn = %s", MOVED) == schools


def test_the_files_are_as_published():
    """Whole, and with the header that the generated ones have."""
    assert len(gzip.decompress((DATA / DECEMBER).read_bytes())) == 2436387
    header = gzip.decompress((DATA / JANUARY).read_bytes()).split(b"\n")[0].strip()
    assert header.replace(b'"', b"") == link_table().strip().replace(b'"', b"")
