"""A fortnight of messages over Christmas, at a school of each of the five policies, over HTTP: every due date against
one that was counted by hand. The days are those of A8a, a year earlier, for only what has come can be recorded."""
import pytest

from calendar_test import BANK_HOLIDAYS, enter
from clock_test import FOI, settled
from message_test import MESSAGES, clock

CAS, CLA, DMAT, AUP, WEL = ("academy_in_trust", "independent_prep", "multi_academy_trust", "acceptable_use",
                            "local_authority_primary")
# Christmas Day is a Thursday, Boxing Day a Friday; so are New Year's Day and the day after it, which is none.
TERMS = [("term", "Autumn term", "2025-09-03", "2025-12-19"), ("half_term", "Half-term", "2025-10-27", "2025-10-31"),
         ("term", "Spring term", "2026-01-05", "2026-03-27"), ("inset", "INSET day", "2026-01-05", "2026-01-05"),
         ("half_term", "Half-term", "2026-02-16", "2026-02-20")]
BACK = "2026-01-05T23:59:00Z"  # the end of the first day of term
# Received, due where weekends and holidays wait, due where only weekends and bank holidays do. The others promise nothing.
RECEIVED = {
    "Tue 16": ("2025-12-16T10:15:00Z", "2025-12-17T10:15:00Z", "2025-12-17T10:15:00Z"),
    "Fri 19": ("2025-12-19T16:30:00Z", "2025-12-20T16:30:00Z", "2025-12-20T16:30:00Z"),  # the literal Saturday
    "Sat 20": ("2025-12-20T12:00:00Z", BACK, "2025-12-22T23:59:00Z"),
    "Tue 23": ("2025-12-23T11:00:00Z", BACK, "2025-12-24T11:00:00Z"),
    "Wed 24": ("2025-12-24T18:00:00Z", BACK, "2025-12-25T18:00:00Z"),  # the literal Christmas Day
    "Thu 25": ("2025-12-25T10:00:00Z", BACK, "2025-12-29T23:59:00Z"),
    "Sun 28": ("2025-12-28T09:00:00Z", BACK, "2025-12-29T23:59:00Z"),
    "Wed 31": ("2025-12-31T15:00:00Z", BACK, "2026-01-01T15:00:00Z"),
    "Thu 1": ("2026-01-01T15:00:00Z", BACK, "2026-01-02T23:59:00Z"),
    "Mon 5": ("2026-01-05T10:00:00Z", "2026-01-06T10:00:00Z", "2026-01-06T10:00:00Z")}  # an INSET day: staff are in
# What triage finds some of them to be; the law is the same everywhere.
SAID = {
    "Tue 16": (FOI, "2026-01-28T23:59:00Z"),  # 17 to 19 December, 6 to 9, 12 to 16, 19 to 23, 26 to 28 January
    "Tue 23": (FOI, "2026-02-02T23:59:00Z"),
    "Wed 24": ("subject_access", "2026-01-26T23:59:00Z"),  # a month: a Saturday, so the Monday after
    "Thu 25": ("data_protection_complaint", "2026-01-24T23:59:00Z")}  # thirty days, whatever day that is
SNOWED = {"Tue 16": "2026-01-29T23:59:00Z", "Tue 23": "2026-02-03T23:59:00Z"}  # with Tuesday 6 January closed


def due(preset, day):
    waiting, plain = RECEIVED[day][1:]
    return {CAS: waiting, CLA: plain, AUP: plain}.get(preset)


class Trust:
    """A school for each policy, and all of the fortnight's messages at each."""

    def __init__(self, house):
        house.server.run("import", "bank-holidays", str(BANK_HOLIDAYS))
        self.house, self.tenant = house, house.fresh_tenant(schools=5)
        house.sql("UPDATE tenant SET demo = true WHERE id = %s", self.tenant.id)
        self.slt = self.tenant.person("Tara Trust", "slt").client
        for term in TERMS:
            enter(self.slt, term)
        self.schools = dict(zip((CAS, CLA, DMAT, AUP, WEL), self.tenant.schools))
        for preset, school in self.schools.items():
            self.slt.post("/v1/settings/apply-preset", {"preset": preset, "school_id": school}, expect=200)
        self.messages = {(preset, day): self.log(school, received[0])
                         for preset, school in self.schools.items() for day, received in RECEIVED.items()}
        for preset in self.schools:
            for day, (kind, _) in SAID.items():
                self.act(preset, day, "triage", {"triage": [kind]})

    def log(self, school, received):
        return self.slt.post(MESSAGES, {
            "school_id": school, "kind": "query", "source": "email", "received_at": received,
            "text": "When is the carol service?"}, expect=201).json["id"]

    def act(self, preset, day, action, body):
        return self.slt.post(f"{MESSAGES}/{self.messages[preset, day]}/{action}", body, expect=200).json

    def seen(self, preset, day):
        return self.slt.get(f"{MESSAGES}/{self.messages[preset, day]}", expect=200).json


@pytest.fixture(scope="module")
def trust(house):
    return Trust(house)


@pytest.mark.parametrize("preset", [CAS, CLA, DMAT, AUP, WEL])
def test_every_due_date(trust, preset):
    for day, (received, _, _) in RECEIVED.items():
        message = trust.seen(preset, day)
        first = clock(message)
        assert (first["started_at"], first["due_at"]) == (received, due(preset, day)), (day, first["because"])
        law = SAID.get(day)
        assert {c["kind"] for c in message["clocks"]} == {"response"} | ({law[0]} if law else set())
        if law:
            assert clock(message, law[0])["due_at"] == law[1], (day, clock(message, law[0])["because"])
            assert clock(message, law[0])["started_at"] == received
        assert message["next_due_at"] == min(filter(None, [due(preset, day), law and law[1]]), default=None)


@pytest.mark.parametrize("preset, late", [
    (CAS, {"Tue 16", "Fri 19"}), (CLA, {"Tue 16", "Fri 19", "Sat 20", "Tue 23", "Wed 24"}), (DMAT, set()),
    (AUP, {"Tue 16", "Fri 19", "Sat 20", "Tue 23", "Wed 24"}), (WEL, set())])
def test_what_was_late_on_the_monday_between_the_years(trust, preset, late):
    """As a demo shows it, whose clock says 29 December."""
    trust.slt.post("/v1/demo/clock", {"now": "2025-12-29T12:00:00Z"}, expect=200)
    rows = trust.slt.get(f"/v1/clocks?overdue=true&school_id={trust.schools[preset]}", expect=200).json["data"]
    trust.slt.delete("/v1/demo/clock", expect=204)
    assert [row["message_id"] for row in rows] == [
        trust.messages[preset, day] for day in sorted(late, key=lambda day: due(preset, day))]


def test_snow_after_christmas(trust):
    """Entered for all of the trust once everything has come: school days move, and nothing else."""
    before = {key: trust.seen(*key) for key in trust.messages}
    enter(trust.slt, ("closure", "Snow", "2026-01-06", "2026-01-06"))
    settled(trust.house)
    for (preset, day), was in before.items():
        message = trust.seen(preset, day)
        for old in was["clocks"]:
            new = clock(message, old["kind"])
            moved = old["kind"] == FOI
            assert new["due_at"] == (SNOWED[day] if moved else old["due_at"]), (preset, day, new["because"])
            assert new["first_due_at"] == old["due_at"] and not new["calendar_conflict"] and not new["recalculating"]
