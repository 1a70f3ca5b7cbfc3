"""Calendars of schools, and the clocks that run by them (A8a, A24, B6), over HTTP with the settings of the five presets."""
import json
import pathlib
import threading

import psycopg2
import pytest

from refusal import refused

BANK_HOLIDAYS = pathlib.Path(__file__).parents[1] / "data" / "bank-holidays.json"
PERIODS, CALENDAR, PREVIEW = "/v1/calendar-periods", "/v1/calendar", "/v1/clocks/preview"
TERMS = [("term", "Autumn term", "2026-09-02", "2026-12-18"), ("half_term", "Half-term", "2026-10-26", "2026-10-30"),
         ("term", "Spring term", "2027-01-04", "2027-03-31"), ("term", "Summer term", "2027-04-19", "2027-07-21"),
         ("inset", "INSET day", "2027-01-04", "2027-01-04")]


def enter(client, period, school=None, expect=201):
    kind, title, from_on, to_on = period
    return client.post(PERIODS, {"kind": kind, "title": title, "from_on": from_on, "to_on": to_on,
                                 **({"school_id": school} if school else {})}, expect=expect)


class Trust:
    def __init__(self, house):
        self.tenant = house.fresh_tenant()
        self.a, self.b = self.tenant.schools
        self.slt = self.tenant.person("Tara Trust", "slt").client
        self.head = self.tenant.person("Hal Head", "slt", [self.a], ["head"]).client
        self.staff = self.tenant.person("Stan Staff", "staff", [self.a]).client


@pytest.fixture(scope="module", autouse=True)
def bank_holidays(house):
    assert "known until 2027-12-31" in house.server.run("import", "bank-holidays", str(BANK_HOLIDAYS)).stdout


@pytest.fixture
def trust(house):
    return Trust(house)


@pytest.fixture(scope="module")
def presets(house):
    """A tenant with terms, and each preset applied to a school of its own."""
    tenant = house.fresh_tenant(schools=5)
    slt = tenant.person("Tara Trust", "slt").client
    for term in TERMS:
        enter(slt, term)
    names = [row["name"] for row in slt.get("/v1/setting-presets", expect=200).json["data"]]
    schools = dict(zip(names, tenant.schools))
    for name, school in schools.items():
        slt.post("/v1/settings/apply-preset", {"preset": name, "school_id": school}, expect=200)
    return slt, schools


def preview(client, received, school=None, kind="response", **query):
    query = {"kind": kind, "received_at": received.replace("+", "%2B"), **query,
             **({"school_id": school} if school else {})}
    return client.get(PREVIEW + "?" + "&".join(f"{k}={v}" for k, v in query.items()), expect=200).json


# Clocks

CAS, CLA, AUP = "academy_in_trust", "independent_prep", "acceptable_use"


@pytest.mark.parametrize("preset, received, due", [
    # A8a 1 to 8; where a policy is silent on bank holidays the default defers
    (CAS, "2026-11-17T10:15:00Z", "2026-11-18T10:15:00Z"), (CLA, "2026-11-17T10:15:00Z", "2026-11-18T10:15:00Z"),
    (CAS, "2026-11-20T16:30:00Z", "2026-11-21T16:30:00Z"), (AUP, "2026-11-20T16:30:00Z", "2026-11-21T16:30:00Z"),
    (CAS, "2026-11-21T09:00:00Z", "2026-11-23T23:59:00Z"), (AUP, "2026-11-21T09:00:00Z", "2026-11-23T23:59:00Z"),
    (CAS, "2026-12-19T12:00:00Z", "2027-01-04T23:59:00Z"), (CLA, "2026-12-19T12:00:00Z", "2026-12-21T23:59:00Z"),
    (CAS, "2026-12-23T11:00:00Z", "2027-01-04T23:59:00Z"), (CLA, "2026-12-23T11:00:00Z", "2026-12-24T11:00:00Z"),
    (CAS, "2026-12-25T10:00:00Z", "2027-01-04T23:59:00Z"), (CLA, "2026-12-25T10:00:00Z", "2026-12-29T23:59:00Z"),
    (CAS, "2027-01-04T10:00:00Z", "2027-01-05T10:00:00Z"), (CAS, "2026-06-14T23:30:00Z", "2026-06-15T23:30:00Z"),
    (CAS, "2026-06-15T00:30:00+01:00", "2026-06-15T23:30:00Z"),
    ("multi_academy_trust", "2026-11-17T10:15:00Z", None), ("local_authority_primary", "2026-11-17T10:15:00Z", None)])
def test_what_the_policies_promise(presets, preset, received, due):
    client, schools = presets
    answer = preview(client, received, schools[preset])
    assert answer["due_at"] == due, answer["because"]
    assert answer["because"] and answer["school_id"] == schools[preset]


def test_explains_itself(presets):
    client, schools = presets
    assert preview(client, "2026-12-25T10:00:00Z", schools[CLA])["because"] == [
        "A first answer is promised within 24 hours (clock.response_hours).",
        "Received on Friday 25 December 2026 at 10:00.",
        "That day is a bank holiday (Christmas Day), which does not count.",
        "The next day that counts is Tuesday 29 December 2026: due by its end, 23:59."]
    assert preview(client, "2026-12-25T10:00:00Z", schools["multi_academy_trust"])["because"] == [
        "A first answer is promised by no policy here (clock.response_hours is none)."]


@pytest.mark.parametrize("kind, due", [
    ("data_protection_complaint", "2026-12-20T23:59:00Z"), ("freedom_of_information", "2026-12-18T23:59:00Z"),
    ("subject_access", "2026-12-21T23:59:00Z"), ("breach", "2026-11-23T16:30:00Z"),
    ("lado", "2026-11-23T23:59:00Z"), ("complaint_formal", "2026-12-11T23:59:00Z")])
def test_what_the_law_says_is_the_same_everywhere(presets, kind, due):
    client, schools = presets
    for school in schools.values():
        assert preview(client, "2026-11-20T16:30:00Z", school, kind)["due_at"] == due


def test_a_pause_moves_the_due_day(presets):
    client, _ = presets
    assert preview(client, "2026-11-12T10:00:00Z", kind="subject_access", paused_days=10)["due_at"] == \
        "2026-12-22T23:59:00Z"


@pytest.mark.parametrize("query, status, names", [
    ("kind=response", 400, ["received_at"]), ("received_at=2026-11-12T10:00:00Z", 400, ["kind"]),
    ("kind=never&received_at=2026-11-12T10:00:00Z", 400, ["kind"]),
    ("kind=response&received_at=2026-11-12T10:00:00", 400, ["received_at"]),
    ("kind=response&received_at=2026-11-12T10:00:00Z&paused_days=-1", 400, ["paused_days"]),
    ("kind=response&received_at=2026-11-12T10:00:00Z&school_id=0192d3e0-feed-7000-8000-000000000009", 404, None)])
def test_what_is_asked_badly(trust, query, status, names):
    answer = trust.staff.get(f"{PREVIEW}?{query}", expect=status)
    assert names is None or [fault["pointer"] for fault in answer.json["errors"]] == names


# Calendars


def calendar(client, school=None, **query):
    query = {**query, **({"school_id": school} if school else {})}
    return client.get(CALENDAR + "?" + "&".join(f"{k}={v}" for k, v in query.items()), expect=200).json


def shown(answer):
    return [(row["level"], row["title"]) for row in answer["data"] if row["kind"] != "bank_holiday"]


def test_a_school_has_the_trusts_until_it_has_its_own(trust):
    for term in TERMS:
        enter(trust.slt, term)
    enter(trust.slt, ("closure", "Trust day", "2026-11-02", "2026-11-02"))
    titles = [(("tenant"), period[1]) for period in sorted(TERMS, key=lambda p: (p[2], p[0]))]
    inherited = calendar(trust.staff, trust.a, from_on="2026-10-01")
    assert set(shown(inherited)) == {*titles, ("tenant", "Trust day")} and inherited["warnings"] == []
    enter(trust.head, ("closure", "Snow", "2027-01-20", "2027-01-20"), trust.a)
    assert ("school", "Snow") in shown(calendar(trust.staff, trust.a, from_on="2026-10-01"))
    enter(trust.head, ("term", "Michaelmas", "2026-09-07", "2026-12-11"), trust.a)
    assert set(shown(calendar(trust.staff, trust.a, from_on="2026-10-01"))) == {
        ("tenant", "Trust day"), ("school", "Snow"), ("school", "Michaelmas")}
    assert set(shown(calendar(trust.slt, trust.b, from_on="2026-10-01"))) == {*titles, ("tenant", "Trust day")}
    # a Saturday in what is now a holiday
    assert preview(trust.staff, "2026-12-12T10:00:00Z", trust.a)["due_at"] > "2027"


def test_what_the_calendar_does_not_know_is_said(trust):
    assert calendar(trust.staff, trust.a)["warnings"] == [
        "There are no terms for all of this time: where they are missing, no day counts as a holiday of the school."]
    because = preview(trust.staff, "2029-01-02T10:00:00Z", trust.a)["because"]
    assert because[-1] == "Bank holidays are known until 2027-12-31 only." and "no term dates" in because[-2]


def test_overlapping_terms_are_named(trust):
    enter(trust.slt, TERMS[0])
    again = ("term", "Winter term", "2026-12-18", "2027-02-01")
    answer = enter(trust.slt, again, expect=422)
    refused(answer, 422, "invalid", ["/from_on"])
    assert answer.json["errors"][0]["detail"] == \
        '2026-12-18 to 2027-02-01 overlaps "Autumn term" (2026-09-02 to 2026-12-18)'
    enter(trust.slt, again, trust.a)  # another place
    enter(trust.slt, ("half_term", "Half-term", "2026-12-01", "2026-12-04"))  # another kind
    other = enter(trust.slt, ("term", "Spring", "2027-01-04", "2027-03-31"))
    answer = trust.slt.patch(f"{PERIODS}/{other.json['id']}", {"from_on": "2026-12-18"},
                             headers={"If-Match": other.etag}, expect=422)
    assert "Autumn term" in answer.json["errors"][0]["detail"]


def test_of_two_that_are_entered_at_the_same_time_one_stands(house, trust):
    first, answers = psycopg2.connect(house.dsn), []
    try:
        first.cursor().execute(
            "INSERT INTO calendar_period (tenant_id, id, kind, title, from_on, to_on) VALUES (%s, gen_random_uuid(),"
            " 'term', 'Autumn term', '2026-09-02', '2026-12-18')", (trust.tenant.id,))
        second = threading.Thread(target=lambda: answers.append(enter(trust.slt, TERMS[0], expect=422)))
        second.start()
        assert house.one_waits() == 1
        first.commit()
        second.join()
    finally:
        first.close()
    refused(answers[0], 422, "invalid", ["/from_on"])
    assert "somebody has just entered" in answers[0].json["errors"][0]["detail"]


@pytest.mark.parametrize("period, pointer", [
    (("term", "T", "2026-09-02", "2026-12-18"), "/title"), (("feast", "Feast", "2026-09-02", "2026-12-18"), "/kind"),
    (("term", "Term", "2026-09-31", "2026-12-18"), "/from_on"), (("term", "Term", "2026-09-02", "2026-09-01"), "/to_on"),
    (("term", "Term", "2026-09-02", "2027-09-01"), "/to_on"), (("inset", "INSET", "2026-09-02", "2026-09-30"), "/to_on")])
def test_what_is_no_period(trust, period, pointer):
    refused(enter(trust.slt, period, expect=422), 422, "invalid", [pointer])


def test_who_keeps_a_calendar(trust):
    enter(trust.staff, TERMS[0], trust.a, expect=403)
    refused(enter(trust.head, TERMS[0], expect=422), 422, "invalid", ["/school_id"])
    refused(enter(trust.head, TERMS[0], trust.b, expect=422), 422, "invalid", ["/school_id"])
    own = enter(trust.head, TERMS[0], trust.a)
    path = f"{PERIODS}/{own.json['id']}"
    trust.staff.patch(path, {"title": "Mine"}, headers={"If-Match": own.etag}, expect=403)
    changed = trust.head.patch(path, {"title": "Our autumn"}, headers={"If-Match": own.etag}, expect=200)
    trust.head.delete(path, headers={"If-Match": own.etag}, expect=412)
    trust.head.delete(path, expect=428)
    trust.head.delete(path, headers={"If-Match": changed.etag}, expect=204)
    trust.head.get(path, expect=404)
    assert trust.head.get(PERIODS, expect=200).json["data"] == []
    assert shown(calendar(trust.staff, trust.a, from_on="2026-10-01")) == []
    enter(trust.head, TERMS[0], trust.a)  # what was removed is in nobody's way


# Bank holidays


def test_the_file_again_changes_nothing(house):
    said = house.server.run("import", "bank-holidays", str(BANK_HOLIDAYS)).stdout
    assert said == "32 bank holidays, 0 of them new or renamed, 0 removed; known until 2027-12-31.\n"


def test_a_later_file_corrects(house):
    """A day that was moved is not kept; earlier years stay."""
    before = house.sql("SELECT count(*) AS n FROM bank_holiday")[0]["n"]
    path = house.secret_file("later.json", json.dumps({"england-and-wales": {"division": "england-and-wales", "events": [
        {"title": "New Year's Day", "date": "2027-01-04"}, {"title": "Coronation", "date": "2027-06-02"}]}}))
    said = house.server.run("import", "bank-holidays", path).stdout
    assert said.startswith("2 bank holidays, ") and "removed; known until 2027-12-31" in said
    assert house.sql("SELECT count(*) AS n FROM bank_holiday WHERE day < '2027-01-01'")[0]["n"] == before - 8
    assert house.sql("SELECT title FROM bank_holiday WHERE day >= '2027-01-01' ORDER BY day") == [
        {"title": "New Year's Day"}, {"title": "Coronation"}]
    house.server.run("import", "bank-holidays", str(BANK_HOLIDAYS))
    assert house.sql("SELECT count(*) AS n FROM bank_holiday")[0]["n"] == before


@pytest.mark.parametrize("text, said", [
    ("{", "is no JSON"), ("{}", "is it GOV.UK's file?"), ('{"scotland": {"events": []}}', "is it GOV.UK's file?"),
    ('{"england-and-wales": {"events": [{"title": "X", "date": "2026-02-30"}]}}', "Event 1")])
def test_what_is_no_such_file(house, text, said):
    path = house.secret_file("bad.json", text)
    before = house.sql("SELECT * FROM bank_holiday ORDER BY day")
    done = house.server.run("import", "bank-holidays", path, expect=1)
    assert said in done.stderr
    assert house.sql("SELECT * FROM bank_holiday ORDER BY day") == before
