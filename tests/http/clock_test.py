"""Clocks that are reckoned again when a calendar changes (A8a, vector 9): what was promised at first is kept, nobody is
made late in silence, and nothing is left behind."""
import json
import re
import threading
import time

import pytest

from calendar_test import BANK_HOLIDAYS, PERIODS, TERMS, enter
from cluster import ROOT, connect, run_sql
from days import day
from message_test import MESSAGES, Office, clock

FOI, COMPLAINT = "freedom_of_information", "data_protection_complaint"
SNOW = ("closure", "Snow", "2026-12-01", "2026-12-01")


@pytest.fixture(scope="module", autouse=True)
def bank_holidays(house):
    house.server.run("import", "bank-holidays", str(BANK_HOLIDAYS))
    yield
    house.server.run("import", "bank-holidays", str(BANK_HOLIDAYS))


def settled(house):
    """Waits until every place is reckoned by its present calendar."""
    end = time.monotonic() + 30
    while house.sql("SELECT place_id FROM calendar_version WHERE reckoned < version"):
        assert time.monotonic() < end, "some place is never reckoned again"
        time.sleep(0.1)


class School(Office):
    """With the terms of A8a; the tenant's, unless they are entered late."""

    def __init__(self, house, terms=TERMS):
        super().__init__(house)
        self.trust = self.tenant.person("Tara Trust", "slt").client
        for term in terms:
            enter(self.trust, term)
        settled(house)

    def phoned(self, by, **place):
        said = {name: value for name, value in self.said(source="phone", triage=[FOI], **place).items()
                if name != "channel_id"}
        return by.client.post(MESSAGES, said, expect=201).json

    def seen(self, message, kind=FOI):
        settled(self.house)
        seen = self.slt.client.get(f"{MESSAGES}/{message['id']}", expect=200).json
        assert not clock(seen, kind)["recalculating"]
        return clock(seen, kind)

    def told(self, message, kind=FOI):
        rows = self.slt.client.get(f"{MESSAGES}/{message['id']}/clocks", expect=200).json["data"]
        return [(row["action"], row["due_at"], row["actor_id"]) for row in rows if row["kind"] == kind]


@pytest.fixture
def school(house):
    return School(house)


def test_snow_moves_what_is_counted_in_school_days(school):
    """Of what was received before it was known; the others at the tenant are not touched."""
    message = school.log(triage=[FOI, COMPLAINT])
    before = clock(message, FOI)
    assert before["due_at"] == "2026-12-18T23:59:00Z"
    enter(school.slt.client, SNOW, school.a)
    after = school.seen(message)
    # Friday 18 December was the twentieth; Monday 4 January is an INSET day
    assert after["due_at"] == "2027-01-05T23:59:00Z" and after["first_due_at"] == before["due_at"]
    assert any("5 January 2027" in line for line in after["because"]) and not after["calendar_conflict"]
    assert school.told(message) == [("start", before["due_at"], school.slt.id), ("calendar", after["due_at"], None)]
    assert school.seen(message, COMPLAINT) == clock(message, COMPLAINT)
    assert school.told(message, COMPLAINT) == [("start", clock(message, COMPLAINT)["due_at"], school.slt.id)]
    shown = school.slt.client.get(f"{MESSAGES}/{message['id']}", expect=200).json
    assert shown["next_due_at"] == clock(shown)["due_at"]  # still the first answer's


def test_what_an_edit_takes_back_comes_back(school):
    message = school.log(triage=[FOI])
    snow = enter(school.slt.client, SNOW, school.a)
    school.seen(message)
    school.slt.client.delete(f"{PERIODS}/{snow.json['id']}", headers={"If-Match": snow.etag}, expect=204)
    assert school.seen(message)["due_at"] == clock(message, FOI)["due_at"]
    assert [action for action, _, _ in school.told(message)] == ["start", "calendar", "calendar"]


def test_terms_that_are_entered_late(house):
    school = School(house, [])
    message = school.log(received_at="2026-10-27T10:00:00Z", triage=[FOI])
    assert "no term dates" in " ".join(clock(message)["because"])
    assert clock(message)["due_at"] == "2026-10-28T10:00:00Z"
    for term in TERMS:
        enter(school.trust, term)
    after = school.seen(message, "response")  # in the half-term: it waits for Monday
    assert after["due_at"] == "2026-11-02T23:59:00Z" and "no term dates" not in " ".join(after["because"])
    assert school.seen(message)["due_at"] == "2026-11-27T23:59:00Z"


def test_an_edit_of_the_trust_reaches_all_its_schools(school):
    other = school.slt.client  # of the first school; the trust's own are logged by the trust
    messages = [school.log(triage=[FOI]),
                school.phoned(school.tenant.person("Otto Other", "slt", [school.b]), school_id=school.b),
                school.phoned(school.tenant.person("Trish Trust", "slt"))]
    assert {clock(m, FOI)["due_at"] for m in messages} == {"2026-12-18T23:59:00Z"}
    enter(school.trust, SNOW)
    settled(school.house)
    due = {clock(school.trust.get(f"{MESSAGES}/{m['id']}", expect=200).json, FOI)["due_at"] for m in messages}
    assert due == {"2027-01-05T23:59:00Z"}
    assert other.get(f"{MESSAGES}/{messages[1]['id']}").status == 404


def test_a_bank_holiday_that_is_announced_later(school):
    message = school.log(triage=[FOI])
    file = json.loads(BANK_HOLIDAYS.read_text())
    file["england-and-wales"]["events"].append({"title": "A jubilee", "date": "2026-12-02"})
    path = school.house.secret_file("jubilee.json", json.dumps(file))
    school.house.server.run("import", "bank-holidays", path)
    assert school.seen(message)["due_at"] == "2027-01-05T23:59:00Z"
    school.house.server.run("import", "bank-holidays", str(BANK_HOLIDAYS))
    assert school.seen(message)["due_at"] == "2026-12-18T23:59:00Z"


def test_nobody_is_made_late_in_silence(house):
    """What came in the holidays waits for their end; then somebody enters that there were none."""
    school = School(house, [("term", "Last term", day(-190), day(-20)), ("term", "Next term", day(20), day(60))])
    last, = [row for row in school.trust.get(PERIODS, expect=200).json["data"] if row["title"] == "Last term"]
    message = school.log(received_at=f"{day(-10)}T12:00:00Z")
    before = clock(message)["due_at"]
    assert before > day(19)

    def ends(offset):
        etag = school.trust.get(f"{PERIODS}/{last['id']}", expect=200).etag
        school.trust.patch(f"{PERIODS}/{last['id']}", {"to_on": day(offset)}, headers={"If-Match": etag}, expect=200)
        return school.seen(message, "response")
    kept = ends(-1)
    assert kept["calendar_conflict"] and not kept["overdue"]
    assert kept["due_at"] == kept["first_due_at"] == before
    assert kept["because"][-1] == (
        "The calendar was changed since, and by it that has passed: what was told before stays due.")
    assert ends(-2)["calendar_conflict"]  # nor by a second edit
    assert [told[:2] for told in school.told(message, "response")] == [("start", before), ("conflict", before)]
    # what was kept has passed meanwhile: it does not move back either
    house.sql("UPDATE clock SET due_at = now() - interval '1 day' WHERE tenant_id = %s", school.tenant.id)
    passed = school.seen(message, "response")["due_at"]
    assert ends(-1)["due_at"] == passed and ends(-1)["calendar_conflict"]
    mended = ends(-20)
    assert not mended["calendar_conflict"] and mended["due_at"] == before
    assert [action for action, _, _ in school.told(message, "response")][-1] == "calendar"


def test_nobody_is_in_time_by_an_edit_that_is_undone(house):
    """It was late; the term is said to have ended before it came; then it is said that it did not."""
    school = School(house, [("term", "Last term", day(-190), day(-1)), ("term", "Next term", day(20), day(60))])
    last, = [row for row in school.trust.get(PERIODS, expect=200).json["data"] if row["title"] == "Last term"]
    message = school.log(received_at=f"{day(-10)}T12:00:00Z")
    assert clock(message)["overdue"]

    def ends(offset):
        etag = school.trust.get(f"{PERIODS}/{last['id']}", expect=200).etag
        school.trust.patch(f"{PERIODS}/{last['id']}", {"to_on": day(offset)}, headers={"If-Match": etag}, expect=200)
        return school.seen(message, "response")
    moved = ends(-20)
    assert moved["due_at"] > day(19) and not moved["overdue"]
    for _ in range(2):
        undone = ends(-1)
        assert undone["overdue"] and undone["due_at"] == clock(message)["due_at"] and not undone["calendar_conflict"]
        assert not ends(-20)["overdue"]


def test_a_setting_holds_for_what_comes_from_then_on(school):
    """What was received is reckoned again by the promise that was made, whatever is promised now."""
    message = school.log(received_at="2026-10-27T10:00:00Z")  # in the half-term
    assert clock(message)["due_at"] == "2026-11-02T23:59:00Z"
    for key, value in ("clock.response_hours", "none"), ("clock.day_end", "15:30"):
        school.slt.client.put(f"/v1/settings/{key}", {"value": value, "school_id": school.a},
                              headers={"If-Match": '"0.0"'}, expect=200)
    enter(school.slt.client, ("half_term", "A longer one", "2026-11-02", "2026-11-02"), school.a)
    after = school.seen(message, "response")
    assert after["due_at"] == "2026-11-03T23:59:00Z"
    assert clock(school.log())["due_at"] is None


def test_clocks_of_before_the_upgrade_take_the_settings_of_then(school):
    """What the migration writes into clocks that have none yet is what the service writes."""
    for client, key, value in ((school.trust, "clock.response_hours", {"value": 48, "locked": True}),
                               (school.trust, "clock.answer_days", {"value": 5}),
                               (school.slt.client, "clock.day_end", {"value": "15:30", "school_id": school.a})):
        client.put(f"/v1/settings/{key}", value, headers={"If-Match": '"0.0"'}, expect=200)
    school.log(triage=[FOI])
    fill = re.search(r"UPDATE clock k SET rule.*?;", (ROOT / "sql/migrations/0029_clock.sql").read_text(), re.S)[0]
    written = "SELECT kind, rule FROM clock WHERE tenant_id = %s ORDER BY kind"
    before = school.house.sql(written, school.tenant.id)
    assert [(row["kind"], len(row["rule"])) for row in before] == [("answer", 6), (FOI, 0), ("response", 6)]
    assert before[2]["rule"]["clock.response_hours"] == 48 and before[2]["rule"]["clock.day_end"] == "15:30"
    with connect(school.house.dsn) as upgrade:
        run_sql(upgrade, "BEGIN", ())
        run_sql(upgrade, "UPDATE clock SET rule = '{}' WHERE tenant_id = %s", (school.tenant.id,))
        run_sql(upgrade, fill, None)
        after = run_sql(upgrade, written, (school.tenant.id,))
        run_sql(upgrade, "ROLLBACK", ())
    assert after == before


def test_what_has_stopped_stays(school):
    message = school.log(triage=[FOI])
    done = school.act(message, "answer", {"reply": "Here.", "settles": [FOI]}).json
    enter(school.slt.client, SNOW, school.a)
    assert school.seen(message) == clock(done, FOI)


def test_more_than_a_page(school):
    """Of clocks, and of places that have none."""
    message = school.log(triage=[FOI])
    school.house.sql("SET session_replication_role = replica;"
                     " CREATE TEMP TABLE many AS SELECT gen_random_uuid() AS new, m.* FROM message m,"
                     " generate_series(1, 450) WHERE m.id = %s;"
                     " INSERT INTO message (tenant_id, id, school_id, kind, source, received_at, text, author_kind,"
                     " author_confidence, author_identity, recorded_by, recorded_name) SELECT tenant_id, new, school_id,"
                     " kind, 'email', received_at, text, author_kind, author_confidence, author_identity, recorded_by,"
                     " recorded_name FROM many;"
                     " INSERT INTO clock (tenant_id, id, message_id, place_id, kind, started_at, first_due_at, due_at,"
                     " because, rule, calendar_version) SELECT k.tenant_id, gen_random_uuid(), new, place_id, k.kind,"
                     " started_at, first_due_at, due_at, because, rule, calendar_version FROM many JOIN clock k"
                     " ON k.message_id = many.id AND k.kind = 'freedom_of_information';"
                     " DROP TABLE many; RESET session_replication_role", message["id"])
    school.house.sql("INSERT INTO calendar_version (tenant_id, place_id, version) SELECT %s, gen_random_uuid(), 1"
                     " FROM generate_series(1, 2100)", school.tenant.id)
    enter(school.slt.client, SNOW, school.a)
    settled(school.house)
    assert school.house.sql("SELECT due_at::text AS due, count(*) AS n FROM clock WHERE tenant_id = %s AND kind = %s"
                            " GROUP BY 1", school.tenant.id, FOI) == [{"due": "2027-01-05 23:59:00+00", "n": 451}]


def test_two_instances_reckon_each_clock_once(school):
    messages = [school.log(triage=[FOI]) for _ in range(30)]
    with school.house.another(), school.house.another():
        for number in range(3):
            enter(school.trust, ("closure", f"Snow {number}", f"2026-12-0{number + 1}", f"2026-12-0{number + 1}"))
            settled(school.house)
    for message in messages:
        told = school.told(message)
        assert [action for action, _, _ in told] == ["start"] + 3 * ["calendar"], told
        assert told[-1][1] == "2027-01-07T23:59:00Z"
    found = school.trust.get("/v1/audit/verification", expect=200).json
    assert found["intact"] and found["faults"] == []


def test_what_is_received_while_the_calendar_changes(school):
    """It waits for the change and goes by it; a change waits for what is being received."""
    with connect(school.house.dsn) as edit:
        cursor = edit.cursor()
        cursor.execute("BEGIN")
        cursor.execute("INSERT INTO calendar_period (tenant_id, id, school_id, kind, title, from_on, to_on) VALUES"
                       " (%s, gen_random_uuid(), %s, 'closure', 'Snow', '2026-12-01', '2026-12-01')",
                       (school.tenant.id, school.a))
        logged = []
        thread = threading.Thread(target=lambda: logged.append(school.log(triage=[FOI])))
        thread.start()
        assert school.house.one_waits() == 1
        cursor.execute("COMMIT")
        thread.join()
    assert clock(logged[0], FOI)["due_at"] == "2027-01-05T23:59:00Z" == school.seen(logged[0])["due_at"]
    with connect(school.house.dsn) as intake:
        cursor = intake.cursor()
        cursor.execute("BEGIN")
        cursor.execute("SELECT set_config('me.tenant', %s, true)", (school.tenant.id,))
        cursor.execute("SELECT calendar_hold(%s)", (school.a,))
        thread = threading.Thread(target=lambda: enter(
            school.slt.client, ("closure", "Ice", "2026-12-02", "2026-12-02"), school.a))
        thread.start()
        assert school.house.one_waits() == 1
        cursor.execute("COMMIT")
        thread.join()
    assert school.seen(logged[0])["due_at"] == "2027-01-06T23:59:00Z"


def test_what_somebody_works_on_is_reckoned_later(school):
    """The job waits for nobody and leaves nothing: a place is not done before its last clock is."""
    held, free = school.log(triage=[FOI]), school.log(triage=[FOI])
    with connect(school.house.dsn) as work:
        cursor = work.cursor()
        cursor.execute("BEGIN")
        cursor.execute("SELECT FROM message WHERE id = %s FOR UPDATE", (held["id"],))
        enter(school.slt.client, SNOW, school.a)
        end = time.monotonic() + 30
        while clock(school.slt.client.get(f"{MESSAGES}/{free['id']}").json, FOI)["recalculating"]:
            assert time.monotonic() < end
            time.sleep(0.1)
        shown = clock(school.slt.client.get(f"{MESSAGES}/{held['id']}").json, FOI)
        assert shown["recalculating"] and shown["due_at"] == "2026-12-18T23:59:00Z"
        cursor.execute("COMMIT")
    assert school.seen(held)["due_at"] == "2027-01-05T23:59:00Z" == school.seen(free)["due_at"]


REFUSE = """
CREATE FUNCTION clock_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING ERRCODE = 'lock_not_available', MESSAGE = 'refused'; END $$;
CREATE TRIGGER refuse BEFORE UPDATE ON clock FOR EACH ROW WHEN (OLD.id = '{}') EXECUTE FUNCTION clock_refuse();
"""


def test_one_clock_that_cannot_be_reckoned_holds_up_no_other(school):
    """Neither at its place nor at those that come after it."""
    first, second = sorted([school.a, school.b])
    trish = school.tenant.person("Trish Trust", "slt")
    stuck, beside, after = (school.phoned(trish, school_id=place) for place in (first, first, second))

    def seen(message):
        return clock(school.trust.get(f"{MESSAGES}/{message['id']}", expect=200).json, FOI)
    school.house.sql(REFUSE.format(clock(stuck, FOI)["id"]))
    try:
        enter(school.trust, SNOW)
        end = time.monotonic() + 30
        while any(seen(message)["recalculating"] for message in (beside, after)):
            assert time.monotonic() < end, "one clock holds up the others"
            time.sleep(0.1)
        assert {seen(message)["due_at"] for message in (beside, after)} == {"2027-01-05T23:59:00Z"}
        assert seen(stuck)["recalculating"] and seen(stuck)["due_at"] == "2026-12-18T23:59:00Z"
    finally:
        school.house.sql("DROP FUNCTION clock_refuse() CASCADE")
    settled(school.house)
    assert seen(stuck)["due_at"] == "2027-01-05T23:59:00Z"
