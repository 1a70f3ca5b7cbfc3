"""Imports of the public register from generated files: the other forms, and what is refused."""
import gzip
import io
import tarfile
import uuid

import psycopg2
import pytest

from gias import ARCHIVE, DATA, GROUP_LINKS, Importer, changes, link_row, link_table
from refusal import COUNTS

HEADS = ["HeadTitle (name)", "HeadFirstName", "HeadLastName", "HeadPreferredJobTitle"]
FULL = ["URN", "LA (code)", "LA (name)", "EstablishmentNumber", "EstablishmentName",
        "TypeOfEstablishment (code)", "TypeOfEstablishment (name)",
        "EstablishmentTypeGroup (code)", "EstablishmentTypeGroup (name)",
        "EstablishmentStatus (code)", "EstablishmentStatus (name)", "OpenDate", "CloseDate",
        "PhaseOfEducation (code)", "PhaseOfEducation (name)", "StatutoryLowAge",
        "StatutoryHighAge", "NumberOfPupils", "TrustSchoolFlag (code)", "TrustSchoolFlag (name)",
        "Trusts (code)", "Trusts (name)", "FederationFlag (name)", "Federations (code)",
        "Federations (name)", "UKPRN", "LastChangedDate", "Street", "Locality", "Address3", "Town",
        "County (name)", "Postcode", "SchoolWebsite", "TelephoneNum", *HEADS, "GOR (name)",
        "GSSLACode (name)", "UPRN", "SiteName", "CHNumber", "AccreditationExpiryDate"]
FULL += [f"GENERATED column {n}" for n in range(135 - len(FULL))]
SECRET = "Canaryname"


class Bare(Importer):
    """A database of its own, with nothing in it but the schema, or a copy of one."""

    def __init__(self, house, template=None):
        self.name = f"{house.database}_gias_{uuid.uuid4().hex[:6]}"
        super().__init__(house, house.cluster.dsn(self.name))
        if template:
            house.sql(f"CREATE DATABASE {self.name} OWNER chaperone_owner TEMPLATE {template}")
        else:
            house.cluster.make_database(self.name)
            house.server.run("migrate", **self.settings)
        self.connection = psycopg2.connect(house.cluster.dsn(self.name, "postgres"))
        self.connection.autocommit = True

    def close(self):
        self.connection.close()
        self.house.sql(f"DROP DATABASE {self.name} WITH (FORCE)")

    def sql(self, text, *values):
        with self.connection.cursor() as cursor:
            cursor.execute(text, values or None)
            return cursor.fetchall() if cursor.description else []

    def counts(self):
        return self.sql(COUNTS)

    def links(self, day, *rows, expect=0, options=(), **how):
        path = self.place(f"GENERATED_grouplinks_{day}.csv", link_table(*rows, **how))
        return self.report(path, *options, expect=expect)

    def members(self):
        return dict(self.sql("SELECT m.urn, t.uid FROM register_membership m JOIN register_trust t"
                             " ON t.id = m.trust_id WHERE m.left_on IS NULL"))


@pytest.fixture(scope="module")
def schema(house):
    """Nobody is connected to it, so that it can be copied."""
    bare = Bare(house)
    bare.connection.close()
    yield bare.name
    bare.close()


@pytest.fixture
def bare(house, schema):
    bare = Bare(house, schema)
    yield bare
    bare.close()


@pytest.fixture(scope="module")
def loaded(house):
    """With one file in it, for what is refused and leaves it as it is."""
    bare = Bare(house)
    bare.links("20200101", *GOOD)
    yield bare
    bare.close()


GOOD = [link_row("900101", "10", company="00000010"), link_row("900102", "10", company="00000010"),
        link_row("900103", "20", company="00000020")]


def full_row(urn, **values):
    row = dict.fromkeys(FULL, "") | {
        "URN": urn, "EstablishmentName": f"GENERATED St Mary’s {urn}", "LA (code)": "878",
        "LA (name)": "Devon", "EstablishmentNumber": "4100",
        "TypeOfEstablishment (name)": "Academy converter",
        "EstablishmentStatus (name)": "Open", "PhaseOfEducation (name)": "Primary",
        "TrustSchoolFlag (name)": "Not applicable", "OpenDate": "01-09-2012", "Town": "Exeter",
        **dict.fromkeys(HEADS, SECRET)}
    return list((row | values).values())


def full_table(*rows, header=tuple(FULL)):
    return link_table(*rows, header=header)


IN_TRUST = {"TrustSchoolFlag (name)": "Supported by a multi-academy trust", "Trusts (code)": "10",
            "Trusts (name)": "GENERATED Trust"}


def test_full_form(bare):
    bare.links("20200101", *GOOD)
    rows = [full_row("900101", **IN_TRUST), full_row("900102", **IN_TRUST | {
        "EstablishmentStatus (name)": "Closed", "CloseDate": "31-08-2020"}),
        full_row("900103", **IN_TRUST), full_row("900104", **{
            "TrustSchoolFlag (name)": "Supported by a trust", "Trusts (code)": "77",
            "Trusts (name)": "GENERATED Foundation"})]
    path = bare.place("edubasealldata20201001.csv", full_table(*rows))
    report = bare.report(path)
    assert report["form"] == "establishments" and report["passed_over"] == 1
    assert changes(report) == {("schools", "created"): 1, ("schools", "changed"): 3,
                               ("memberships", "moved"): 1, ("memberships", "left"): 1}
    assert bare.members() == {"900101": "10", "900103": "10"}
    assert bare.sql("SELECT left_on::text, left_because FROM register_membership"
                    " WHERE urn = '900102'") == [("2020-08-31", "closed")]
    assert bare.sql("SELECT name, town, opened_on::text FROM register_school WHERE urn = '900101'"
                    ) == [("GENERATED St Mary’s 900101", "Exeter", "2012-09-01")]
    assert changes(bare.report(path)) == {}


def test_people_are_not_taken_in(bare):
    """The full form names heads: neither database, report nor log may hold one."""
    shifted = full_row("900105")
    shifted.insert(0, SECRET)
    path = bare.place("edubasealldata20201001.csv", full_table(full_row("900101"), shifted[:135]))
    done = bare.run(path, "--skip-bad", "--json")
    assert '"line 3"' in done.stdout and "Canary" not in done.stdout + done.stderr
    for (table,) in bare.sql("SELECT table_name FROM table_rule"):
        assert bare.sql(f"SELECT 1 FROM {table} t WHERE t::text ILIKE '%%canary%%'") == [], table


def test_groups(bare):
    bare.links("20200101", *GOOD)
    header = ["Group UID", "Group ID", "Group Name", "Companies House Number",
              "Group Type (code)", "Group Type", "Closed Date", "Open date", "Group Status",
              "Head of Group Last Name"]
    path = bare.place("allgroupsdata20200201.csv", link_table(
        ["10", "TR00010", "GENERATED Renamed", "00000010", "06", "Multi-academy trust", "",
         "01-01-2012", "Open", SECRET],
        ["20", "TR00020", "GENERATED Trust", "20", "10", "Single-academy trust", "01-02-2020", "",
         "Closed", SECRET],
        ["30", "TR00030", "GENERATED Secure", "", "24", "Secure single-academy trust", "", "",
         "Proposed to open", SECRET],
        ["40", "FD00040", "GENERATED Federation", "", "01", "Federation", "", "", "Open", SECRET],
        header=header))
    report = bare.report(path)
    assert report["form"] == "groups" and report["passed_over"] == 1
    assert changes(report) == {("trusts", "changed"): 2, ("trusts", "created"): 1}
    assert bare.sql("SELECT uid, companies_house_number, name, kind, status, closed_on::text"
                    " FROM register_trust ORDER BY uid") == [
        ("10", "00000010", "GENERATED Renamed", "multi_academy_trust", "open", None),
        ("20", "00000020", "GENERATED Trust", "single_academy_trust", "closed", "2020-02-01"),
        ("30", None, "GENERATED Secure", "secure_single_academy_trust", "proposed_to_open", None)]
    assert len(bare.members()) == 3 and changes(bare.report(path)) == {}


def test_predecessors(bare):
    bare.links("20200101", *GOOD)
    header = ["URN", "LinkURN", "LinkName", "LinkType", "LinkEstablishedDate"]
    rows = [["900101", "900103", "", "Predecessor - merged", "01-09-2019"],
            ["900103", "900101", "", "Successor", "01-09-2019"],
            ["900102", "900999", "", "Predecessor", ""],
            ["900102", "900101", "", "Sixth Form Centre Link", ""]]
    path = bare.place("links_edubasealldata20200201.csv", link_table(*rows, header=header))
    assert changes(bare.report(path)) == {("links", "created"): 2}
    assert changes(bare.report(path)) == {}
    assert bare.sql("SELECT predecessor_urn, successor_urn, kind FROM register_link ORDER BY 1") == [
        ("900103", "900101", "merged"), ("900999", "900102", None)]
    path = bare.place("links_edubasealldata20200301.csv", link_table(*rows[:2], header=header))
    assert changes(bare.report(path)) == {("links", "removed"): 1}
    assert len(bare.members()) == 3


def test_trust_is_its_company_then_its_uid(bare):
    bare.links("20200101", *GOOD)
    # 10 is registered anew as 11, its number cut short by a spreadsheet; 20 gets a number of its own
    report = bare.links("20200201", link_row("900101", "11", company="10"),
                        link_row("900102", "11", company="10"),
                        link_row("900103", "20", company="00000021"))
    assert report["re_registrations"] == [{"trust": "GENERATED Trust", "from_uid": "10",
                                           "to_uid": "11", "companies_house_number": "00000010"}]
    assert changes(report) == {("trusts", "re_registered"): 1, ("trusts", "changed"): 1}
    # the old number alone is still the same trust
    report = bare.links("20200301", link_row("900101", "10"), link_row("900102", "10"),
                        link_row("900103", "20", company="00000021"))
    assert changes(report) == {}
    # one number with another's company is nobody's
    report = bare.links("20200401", link_row("900101", "20", company="00000010"),
                        link_row("900102", "11"), link_row("900103", "20", company="00000010"),
                        expect=1)
    assert {r["where"] for r in report["refused"]} == {"line 2", "line 4"}


def test_company_under_two_numbers_in_one_file(bare):
    """Known by one of them, with no company number so far: one trust, the later number counts."""
    bare.links("20200101", link_row("900101", "10"), link_row("900102", "10"))
    report = bare.links("20200201", link_row("900101", "10", company="00000010"),
                        link_row("900102", "12", company="00000010"))
    assert changes(report) == {("trusts", "re_registered"): 1}
    assert bare.sql("SELECT uid, former_uids, companies_house_number FROM register_trust") == [
        ("12", ["10"], "00000010")]
    assert bare.members() == {"900101": "12", "900102": "12"}


@pytest.mark.parametrize("lacks", ["Trusts (code)", "Trusts (name)"])
def test_trust_that_is_not_named(bare, lacks):
    path = bare.place("edubasealldata20201001.csv", full_table(
        full_row("900101", **IN_TRUST | {lacks: ""})))
    assert "line 2: is of an academy trust" in bare.run(path, expect=1).stderr


def test_in_two_trusts_at_once(bare):
    report = bare.links("20200101", *GOOD, link_row("900101", "20", company="00000020"), expect=1)
    assert report["refused"] == [{"where": "line 5", "detail": "puts a school into a second trust:"
                                  " an earlier line has it in another one"}]
    assert bare.members() == {} and not report["imported"]


def test_back_after_a_gap(bare):
    """Absent is not closed: the school has left its trust, and may join another."""
    bare.links("20200101", *GOOD)
    assert changes(bare.links("20200201", *GOOD[:2])) == {("memberships", "left"): 1}
    report = bare.links("20200301", *GOOD[:2], link_row("900103", "10", joined="01-03-2020"))
    assert changes(report) == {("memberships", "joined"): 1}
    assert bare.sql("SELECT t.uid, m.left_on::text, m.left_because FROM register_membership m"
                    " JOIN register_trust t ON t.id = m.trust_id WHERE urn = '900103' ORDER BY 2") == [
        ("20", "2020-02-01", "absent"), ("10", None, None)]
    assert bare.sql("SELECT status FROM register_school WHERE urn = '900103'") == [(None,)]


def test_a_proposal_is_overtaken_by_the_next_move(bare):
    """And a school that joins another trust after a gap has moved as well."""
    tenant, school = str(uuid.uuid4()), str(uuid.uuid4())
    bare.sql("INSERT INTO tenant (id, kind, name) VALUES (%s, 'school', 'Alone')", tenant)
    bare.sql("INSERT INTO school (tenant_id, id, name, urn) VALUES (%s, %s, 'Alone', '900103')",
             tenant, school)
    assert bare.links("20200101", *GOOD)["transfers_proposed"] == 0
    to_ten = link_row("900103", "10", company="00000010", joined="01-02-2020")
    assert bare.links("20200201", *GOOD[:2], to_ten, options=["--dry-run"])["transfers_proposed"] == 1
    assert bare.links("20200201", *GOOD[:2], to_ten)["transfers_proposed"] == 1
    assert bare.links("20200201", *GOOD[:2], to_ten)["transfers_proposed"] == 0
    assert bare.links("20200301", *GOOD[:2])["transfers_proposed"] == 0
    assert bare.links("20200401", *GOOD)["transfers_proposed"] == 1
    assert bare.sql("SELECT state, side, school_id::text, found_on::text FROM transfer"
                    " ORDER BY created_at") == [
        ("superseded", "from", school, "2020-02-01"), ("proposed", "from", school, "2020-04-01")]
    bare.sql("UPDATE tenant SET companies_house_number = '00000010' WHERE id = %s", tenant)
    assert bare.links("20200501", *GOOD[:2], to_ten)["transfers_proposed"] == 0, "it is theirs"


def test_columns_are_found_by_name(bare):
    order = sorted(range(16), key=lambda n: GROUP_LINKS[n])
    table = link_table(*[[row[n] for n in order] for row in GOOD],
                       header=[GROUP_LINKS[n] for n in order])
    bare.report(bare.place("moved20200101.csv", b"\xef\xbb\xbf" + table))
    assert bare.members() == {"900101": "10", "900102": "10", "900103": "20"}


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8"])
def test_encodings(bare, encoding):
    names = ["GENERATED St Anne’s – Old", "GENERATED École"]
    bare.links("20200101", link_row("900101", "10", school=names[0]),
               link_row("900102", "10", school=names[1] + "\xa0"), encoding=encoding)
    assert [name for name, in bare.sql("SELECT name FROM register_school ORDER BY urn")] == names


def packed(name, content):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        info = tarfile.TarInfo(name)
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def cut(column):
    keep = [n for n, name in enumerate(GROUP_LINKS[:16]) if name != column]
    return link_table(*[[row[n] for n in keep] for row in GOOD],
                      header=[GROUP_LINKS[n] for n in keep])


GOOD_GZ = gzip.compress(link_table(*GOOD * 300, header=GROUP_LINKS))
FLIPPED = bytes([*GOOD_GZ[:-6], GOOD_GZ[-6] ^ 1, *GOOD_GZ[-5:]])
WHOLE = [  # the file is refused as a whole: its name, its bytes, what is said
    ("shopping20200201.csv", b"milk,bread\n1,2\n", "no file of the register"),
    ("empty20200201.csv", b"", "empty"),
    ("header20200201.csv", link_table(), "no row"),
    ("lacks20200201.csv", cut("Group Type"), "lacks Group Type"),
    ("lacks20200201.csv", cut("Companies House Number"), "lacks Companies House Number"),
    ("twice20200201.csv", link_table(*GOOD, header=[*GROUP_LINKS[:16], "URN"]), "has twice URN"),
    ("below20200201.csv", b"Extract of February\n" + link_table(*GOOD), "name the columns"),
    ("wide20200201.csv", link_table(*GOOD, encoding="utf-16"), "UTF-16"),
    ("binary20200201.csv", bytes(range(256)) * 9, "no text"),
    ("quote20200201.csv", link_table(*GOOD) + b'900104,10,"GENERATED', "quote"),
    ("cut20200201.csv.gz", GOOD_GZ[:-9], "damaged"),
    ("half20200201.csv.gz", GOOD_GZ[:len(GOOD_GZ) // 2], "damaged"),
    ("flipped20200201.csv.gz", FLIPPED, "damaged"),
    ("cut20200201.tar.gz", (DATA / ARCHIVE).read_bytes()[:100000], "damaged"),
    ("undated.csv", link_table(*GOOD), "--as-of"),
    ("future29990101.csv", link_table(*GOOD), "not come yet"),
    ("older20191201.csv", link_table(*GOOD), "2020-01-01"),
]


@pytest.mark.parametrize("name,content,said", WHOLE, ids=[f"{w[0]}-{w[2]}" for w in WHOLE])
def test_refused_as_a_whole(loaded, name, content, said):
    before = loaded.counts()
    done = loaded.run(loaded.place(name, content), "--skip-bad", expect=1)
    assert said in done.stderr and name in done.stderr and "Nothing was imported" in done.stderr
    assert not done.stdout and loaded.counts() == before


@pytest.mark.parametrize("path", ["/nowhere20200201.csv", "/"])
def test_no_file(loaded, path):
    assert "Nothing was imported" in loaded.run(path, "--as-of", "2020-02-01", expect=1).stderr


def changed(row, name, value):
    row = list(row)
    row[GROUP_LINKS.index(name)] = value
    return row


BAD = [  # one faulty row, and what is said of it
    (GOOD[2][:15], "has fewer cells"), (GOOD[2][:2], "has fewer cells"), ([*GOOD[2], "", ""], "has more cells"),
    (changed(GOOD[2], "URN", "90010"), "URN is not six digits"),
    (changed(GOOD[2], "URN", ""), "URN is empty"),
    (changed(GOOD[2], "EstablishmentName", " "), "EstablishmentName is empty"),
    (changed(GOOD[2], "EstablishmentName", "bell\x07"), "EstablishmentName holds bytes"),
    (changed(GOOD[2], "Joined date", "31-02-2019"), "Joined date is no day"),
    (changed(GOOD[2], "Joined date", "2019-02-01"), "Joined date is no date"),
    (changed(GOOD[2], "PhaseOfEducation (name)", "Tertiary"), "PhaseOfEducation (name) is no phase"),
    (changed(GOOD[2], "Group Status", "Ajar"), "Group Status is no status"),
    (changed(GOOD[2], "Companies House Number", "123-4567"), "Companies House Number is no number"),
    (changed(GOOD[2], "Linked UID", "TR20"), "Linked UID is no number"),
    (changed(GOOD[2], "Linked UID", ""), "Linked UID is empty"),
]


@pytest.mark.parametrize("row,said", BAD, ids=[b[1] for b in BAD])
def test_refused_by_line(loaded, row, said):
    before = loaded.counts()
    path = loaded.place("GENERATED20200201.csv", link_table(*GOOD[:2], row))
    done = loaded.run(path, expect=1)
    assert f"line 4: {said}" in done.stderr and "--skip-bad" in done.stderr and not done.stdout
    assert loaded.counts() == before


def test_bytes_of_no_encoding(loaded):
    table = link_table(*GOOD).replace(b"GENERATED School 900102", b"GENERATED \x81 School")
    report = loaded.report(loaded.place("GENERATED20200201.csv", table), expect=1)
    assert [r["where"] for r in report["refused"]] == ["line 3"]
    report = loaded.report(loaded.place("GENERATED2020-02.tar.gz", packed("900101.json", b'{"urn": ')),
                           expect=1)
    assert report["refused"][0] == {"where": "900101.json", "detail": "is no JSON object in UTF-8"}


def test_the_rest_on_request(bare):
    """Nobody has left because their line cannot be read."""
    bare.links("20200101", *GOOD)
    report = bare.links("20200201", GOOD[0], changed(GOOD[2], "URN", "x"), link_row("900104", "10"),
                        options=["--skip-bad"])
    assert report["imported"] and [r["where"] for r in report["refused"]] == ["line 3"]
    assert changes(report) == {("schools", "created"): 1, ("memberships", "joined"): 1}
    assert len(bare.members()) == 4
    kept = bare.sql("SELECT report FROM register_import ORDER BY imported_at")[1][0]
    assert kept["refused"] == report["refused"]


def test_a_file_cut_short_at_a_line(bare):
    rows = [link_row(f"9{n:05}", "10", company="00000010") for n in range(60)]
    bare.links("20200101", *rows)
    path = bare.place("GENERATED20200201.csv", link_table(*rows[:20]))
    done = bare.run(path, expect=1)
    assert "40 of 60" in done.stderr and "--many-left" in done.stderr and len(bare.members()) == 60
    assert changes(bare.report(path, "--many-left")) == {("memberships", "left"): 40}


def test_one_at_a_time(loaded):
    path = loaded.place("GENERATED20200201.csv", link_table(*GOOD))
    with psycopg2.connect(loaded.house.cluster.dsn(loaded.name, "postgres")) as other:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('an import of the register'))")
            assert "under way" in loaded.run(path, expect=1).stderr
    other.close()
    loaded.run(path, "--dry-run")


def test_several_files_in_order(bare):
    first = bare.place("GENERATED20200101.csv", link_table(*GOOD))
    bad = bare.place("GENERATED20200201.csv", b"milk\n")
    last = bare.place("GENERATED20200301.csv", link_table(*GOOD[:2]))
    assert "no file of the register" in bare.run(first, bad, last, expect=1).stderr
    assert len(bare.members()) == 3, "what came before it stays, what comes after it waits"


@pytest.mark.parametrize("arguments", [[], ["--json"], ["x20200101.csv", "--as-of", "yesterday"],
                                       ["x20200101.csv", "--as-of"], ["x20200101.csv", "--force"]])
def test_arguments(loaded, arguments):
    assert "import gias FILE" in loaded.run(*arguments, expect=2).stderr


def test_progress_of_a_large_file(bare):
    rows = [full_row(f"9{n:05}") for n in range(20000)]
    done = bare.run(bare.place("edubasealldata20201001.csv", full_table(*rows)), "--dry-run")
    assert "10000 rows read" in done.stderr and "20000 created" in done.stdout
