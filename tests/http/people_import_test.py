"""People from another system: by its reference, all or none, the same file twice changes nothing."""
import csv
import io
import pathlib

import pytest

from days import day

COLUMNS = ["external_ref", "name", "email", "person_type", "job_title", "school", "left_on", "relationship"]


@pytest.fixture
def trust(house):
    trust = house.fresh_tenant(schools=0)
    trust.schools = [trust.school("North School"), trust.school("South School")]
    house.sql("UPDATE school SET urn = '123456' WHERE id = %s", trust.schools[1])
    trust.hr = trust.person("Hal Hr", "staff", duties=["hr"])
    trust.slt = trust.person("Sal Slt", "slt")
    trust.north = trust.person("Nora North", "administrator", [trust.schools[0]])
    return trust


def row(ref, name, **cells):
    return {"external_ref": ref, "name": name, "person_type": "employee", "school": "North School", **cells}


def load(house, trust, rows, *options, who=None, expect=0):
    """Returns what was said; `rows` are dictionaries or the text of a file."""
    text = rows
    if not isinstance(rows, str):
        out = io.StringIO()
        writer = csv.DictWriter(out, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
        text = out.getvalue()
    path = pathlib.Path(house.folder) / "people.csv"
    path.write_text(text)
    path.chmod(0o644)
    done = house.server.run("import", "people", str(path), "--tenant", trust.id,
                            "--as", (who or trust.slt).login, *options, expect=expect)
    return done.stdout + done.stderr


def counts(created=0, changed=0, left=0, unchanged=0, refused=0):
    return f"{created} created, {changed} changed, {left} left, {unchanged} unchanged, {refused} refused"


def people(trust):
    """By reference, of those who have one."""
    rows = trust.slt.client.get("/v1/people?limit=200", expect=200).json["data"]
    return {r["external_ref"]: r for r in rows if r["external_ref"]}


def shown(trust, ref):
    return trust.slt.client.get(f"/v1/people/{people(trust)[ref]['id']}", expect=200).json


LEFT = day(-3)
FILE = [row("1", "Ann One", email="Ann@One.example", job_title="Teacher", relationship="parent; governor;parent"),
        row("2", "Bob Two", school="123456"),
        row("3", "Cy Three", school="", person_type="volunteer"),
        row("4", "Di Four", left_on=LEFT, relationship="parent")]


def test_all_kinds_of_rows(house, trust):
    assert counts(created=4) in load(house, trust, FILE)
    found = people(trust)
    assert [(found[r]["name"], found[r]["school_name"], found[r]["left_on"]) for r in "1234"] == [
        ("Ann One", "North School", None), ("Bob Two", "South School", None),
        ("Cy Three", None, None), ("Di Four", "North School", LEFT)]
    ann = shown(trust, "1")
    assert (ann["email"], ann["job_title"], ann["person_type"]) == ("ann@one.example", "Teacher", "employee")
    assert {r["relationship"] for r in ann["relationships"] if r["current"]} == {"parent", "governor"}
    events = house.sql("SELECT actor_id::text FROM audit_event WHERE table_name = 'person' AND row_id = %s", ann["id"])
    assert [e["actor_id"] for e in events] == [trust.slt.id]


def test_twice_changes_nothing(house, trust):
    load(house, trust, FILE)
    before = [house.sql(f"SELECT to_jsonb(t) AS row FROM {table} t WHERE tenant_id = %s ORDER BY id", trust.id)
              for table in ("person", "person_relationship", "audit_event")]
    assert counts(unchanged=4) in load(house, trust, FILE)
    assert before == [house.sql(f"SELECT to_jsonb(t) AS row FROM {table} t WHERE tenant_id = %s ORDER BY id", trust.id)
                      for table in ("person", "person_relationship", "audit_event")]


def test_what_differs_is_changed(house, trust):
    """An empty cell says nothing."""
    load(house, trust, FILE)
    said = load(house, trust, [row("1", "Ann Uno", job_title="Head of Art"), row("2", "Bob Two", school="North School"),
                               row("3", "Cy Three", school="", person_type="volunteer", relationship="trustee"),
                               row("4", "Di Four")])
    assert counts(changed=3, unchanged=1) in said
    ann = shown(trust, "1")
    assert (ann["name"], ann["job_title"], ann["email"], ann["version"]) == (
        "Ann Uno", "Head of Art", "ann@one.example", 2)
    assert people(trust)["2"]["school_name"] == "North School"
    assert [r["relationship"] for r in shown(trust, "3")["relationships"]] == ["trustee"]


def test_leaving_is_leaving(house, trust):
    """As POST /v1/people/{id}/leave: appointments, posts and sessions end."""
    leaver = trust.person("Lea Ver", "staff", [trust.schools[0]])
    post = trust.slt.client.post("/v1/posts", {"name": "Clerk", "school_id": trust.schools[0]}, expect=201).json
    trust.slt.client.post(f"/v1/posts/{post['id']}/members", {"person_id": leaver.id}, expect=200)
    leaver.client.get("/v1/me", expect=200)
    file = [row("9", "Lea Ver", email=leaver.login, left_on=day(-1))]
    assert counts(left=1) in load(house, trust, file)
    leaver.client.get("/v1/me", expect=401)
    assert shown(trust, "9")["id"] == leaver.id, "known by the address until there is a reference"
    assert trust.slt.client.get(f"/v1/posts/{post['id']}").json["members"] == []
    held = trust.slt.client.get(f"/v1/appointments?person_id={leaver.id}").json["data"]
    assert [appointment["state"] for appointment in held] == ["ended"]
    assert counts(unchanged=1) in load(house, trust, file)


BAD = [(row("", "No Ref"), "external_ref"), (row("2", "X"), "name"), (row("2", ""), "name"),
       (row("2", "Bad Type", person_type="pupil"), "person_type"),
       (row("2", "No Type", person_type=""), "person_type"),
       (row("2", "Bad School", school="West School"), "school"),
       (row("2", "Bad Day", left_on="yesterday"), "left_on"),
       (row("2", "Bad Word", relationship="parent;friend"), "relationship"),
       (row("2", "Bad Mail", email="nowhere"), "email"),
       (row("2", "Long Cell", relationship=f"parent;{'governor':>194}"), "relationship"),
       (row("1", "Twice Here"), "external_ref"), (row("2", "Mail Taken", email="ann@one.example"), "email")]


@pytest.mark.parametrize("bad,word", BAD, ids=[f"{word}-{bad['name']}" for bad, word in BAD])
def test_a_bad_row_refuses_the_file(house, trust, bad, word):
    file = [FILE[0], bad, row("5", "Eve Five")]
    said = load(house, trust, file, expect=1)
    assert f"line 3: {word}" in said and "Nothing was imported" in said
    assert people(trust) == {}
    said = load(house, trust, file, "--skip-bad")
    assert f"line 3: {word}" in said and counts(created=2, refused=1) in said
    assert set(people(trust)) == {"1", "5"}


def test_all_faults_at_once(house, trust):
    said = load(house, trust, [{**bad, "external_ref": bad["external_ref"] and str(n)}
                               for n, (bad, _) in enumerate(BAD[:9])], expect=1)
    assert all(f"line {n}: {word}" in said for n, (_, word) in enumerate(BAD[:9], 2))


def test_a_cell_as_long_as_it_may_be(house, trust):
    load(house, trust, [row("1", "Ann One", relationship=f"parent;{'governor':>193}")])
    assert {r["relationship"] for r in shown(trust, "1")["relationships"]} == {"parent", "governor"}


@pytest.mark.parametrize("name,most", [("external_ref", 100), ("name", 200), ("job_title", 200)])
def test_a_cell_one_letter_too_long(house, trust, name, most):
    assert counts(created=1) in load(house, trust, [{**row("1", "Ann One"), name: "x" * most}], "--dry-run")
    assert f"line 2: {name}" in load(house, trust, [{**row("1", "Ann One"), name: "x" * (most + 1)}], expect=1)


def test_a_school_is_looked_up_by_what_may_be_its_name(house, trust):
    for most, words in ((200, "school names no one school"), (201, "school has at most 200")):
        said = load(house, trust, [row("1", "Ann One", school="x" * most)], expect=1)
        assert f"line 2: {words}" in said, said


def test_dry_run_keeps_nothing(house, trust):
    said = load(house, trust, FILE, "--dry-run")
    assert counts(created=4) in said and "dry run" in said
    assert people(trust) == {}


def test_rights_are_those_of_who_imports(house, trust):
    """HR of the trust may; staff may not; a school's administrator for their school alone."""
    staff = trust.person("Stu Staff", "staff")
    assert "may not" in load(house, trust, FILE, who=staff, expect=1)
    load(house, trust, FILE[:1], who=trust.hr)
    for bad in (row("7", "Sev En", school="123456"), row("7", "Sev En", school="")):
        assert "school" in load(house, trust, [bad], who=trust.north, expect=1)
    assert counts(created=1) in load(house, trust, [row("7", "Sev En")], who=trust.north)
    load(house, trust, FILE[1:3])
    assert "line 2: external_ref" in load(house, trust, [row("2", "Hid Den")], who=trust.north, expect=1)
    assert "line 2: " in load(house, trust, [row("3", "Cy Mine", person_type="volunteer")], who=trust.north, expect=1)
    assert people(trust)["3"]["name"] == "Cy Three"


def test_leaving_needs_the_right_to_end_what_is_held(house, trust):
    """An administrator does not remove the head by a file."""
    head = trust.person("Hed Da", "slt", [trust.schools[0]], ["head"])
    file = [row("8", "Hed Da", email=head.login, left_on=day(-1))]
    assert "line 2: " in load(house, trust, file, who=trust.north, expect=1)
    assert people(trust) == {}
    head.client.get("/v1/me", expect=200)


def test_another_tenants_reference_is_free(house, trust):
    other = house.fresh_tenant(schools=1)
    other.slt = other.person("Sal Other", "slt")
    load(house, trust, FILE[:1])
    assert counts(created=1) in load(house, other, [row("1", "Ann Other", school=f"School 1 {other.mark}")])
    assert people(trust)["1"]["name"] == "Ann One"
