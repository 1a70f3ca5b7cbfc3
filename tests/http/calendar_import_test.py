"""An iCalendar of term dates, as school websites publish them (B6)."""
import pytest

from calendar_test import PERIODS, Trust
from icalendar import event, ical
from refusal import refused, unchanged

IMPORT = PERIODS + "/import"


TERM = event("t1@school", "Autumn Term", ";VALUE=DATE:20260902", ";VALUE=DATE:20261219")
HALF = event("h1@school", "October half-\r\n term break", ";VALUE=DATE:20261026", ";VALUE=DATE:20261031")
INSET = event("i1@school", "INSET Day 1", ";VALUE=DATE:20260902")
EVENING = event("i2@school", "Staff training", ":20261123T083000Z", ":20261123T160000Z")
SUMMER = event("c1@school", "School closed", ":20260619T230000Z", ":20260620T230000Z")  # midnight to midnight in London
STARTS = event("x1@school", "Term starts", ";VALUE=DATE:20260902")
OFF = event("x2@school", "Spring Term", ";VALUE=DATE:20270104", ";VALUE=DATE:20270401", "STATUS:CANCELLED")


@pytest.fixture
def trust(house):
    return Trust(house)


def take(client, text, expect=200, **more):
    return client.post(IMPORT, {"icalendar": text, **more}, expect=expect)


def rows(answer):
    return [(r["kind"], r["from_on"], r["to_on"], r["result"]) for r in answer.json["data"]]


def entered(client):
    return [(p["kind"], p["title"], p["from_on"], p["to_on"])
            for p in client.get(PERIODS, expect=200).json["data"]]


def test_what_a_file_becomes(trust):
    text = ical(TERM, HALF, INSET, EVENING, SUMMER, STARTS, OFF)
    with unchanged(trust.tenant.house):
        tried = take(trust.head, text, school_id=trust.a, dry_run=True)
    done = take(trust.head, text, school_id=trust.a)
    assert rows(done) == rows(tried) == [
        ("term", "2026-09-02", "2026-12-18", "created"), ("half_term", "2026-10-26", "2026-10-30", "created"),
        ("inset", "2026-09-02", "2026-09-02", "created"), ("inset", "2026-11-23", "2026-11-23", "created"),
        ("closure", "2026-06-20", "2026-06-20", "created"), (None, "2026-09-02", "2026-09-02", "ignored")]
    assert ("half_term", "October half-term break", "2026-10-26", "2026-10-30") in entered(trust.staff)


def test_the_same_file_changes_nothing_and_a_later_one_corrects(trust):
    take(trust.slt, ical(TERM, INSET))
    assert [r[3] for r in rows(take(trust.slt, ical(TERM, INSET)))] == ["unchanged"] * 2
    later = event("t1@school", "Autumn Term", ";VALUE=DATE:20260902", ";VALUE=DATE:20261218")
    assert [r[3] for r in rows(take(trust.slt, ical(later, INSET)))] == ["changed", "unchanged"]
    assert ("term", "Autumn Term", "2026-09-02", "2026-12-17") in entered(trust.slt)
    first = trust.slt.get(PERIODS + "?kind=inset", expect=200).json["data"][0]
    trust.slt.delete(f"{PERIODS}/{first['id']}", headers={"If-Match": f'"{first["version"]}.x"'}, expect=204)
    assert [r[3] for r in rows(take(trust.slt, ical(INSET)))] == ["created"]  # what was removed is forgotten


@pytest.mark.parametrize("events, said", [
    ([event("", "INSET", ";VALUE=DATE:20260902")], "has no UID"),
    ([event("r@s", "INSET", ";VALUE=DATE:20260902", None, "RRULE:FREQ=YEARLY")], "event 1 (INSET) repeats"),
    ([event("n@s", "INSET", ":nonsense")], "has no proper start or end"),
    ([TERM, event("t2@s", "Winter term", ";VALUE=DATE:20261201", ";VALUE=DATE:20270201")],
     "event 2 (Winter term) overlaps event 1 (Autumn Term)"),
    ([event("l@s", "Long term", ";VALUE=DATE:20260901", ";VALUE=DATE:20270901")], None)])
def test_what_is_refused_with_all_of_the_file(trust, events, said):
    with unchanged(trust.tenant.house):
        answer = take(trust.slt, ical(INSET, *events), expect=422)
    assert said is None or said.replace("event 2", "event 3").replace("event 1", "event 2") in \
        " ".join(fault["detail"] for fault in answer.json["errors"])


def test_what_stands_already_is_named(trust):
    trust.slt.post(PERIODS, {"kind": "term", "title": "Michaelmas", "from_on": "2026-12-01", "to_on": "2026-12-20"},
                   expect=201)
    answer = take(trust.slt, ical(TERM), expect=422)
    assert 'overlaps "Michaelmas" (2026-12-01 to 2026-12-20)' in answer.json["errors"][0]["detail"]


@pytest.mark.parametrize("text", [
    "nothing", "BEGIN:VEVENT\r\nEND:VEVENT\r\n", "BEGIN:VCALENDAR\r\n" * 40000, "BEG\r\n IN:VCALENDAR\r\n" * 20000,
    ical(*[event(f"u{n}", "INSET", ";VALUE=DATE:20260902") for n in range(2001)])],
    ids=["words", "event", "deep", "folded", "many"])
def test_what_is_no_calendar(trust, text):
    refused(take(trust.slt, text, expect=422), 422, "invalid", ["/icalendar"])


def test_who_may(trust):
    take(trust.staff, ical(TERM), school_id=trust.a, expect=403)
    for school in ({}, {"school_id": trust.b}):
        refused(take(trust.head, ical(TERM), expect=422, **school), 422, "invalid", ["/school_id"])
