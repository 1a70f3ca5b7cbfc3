"""Who looks at a channel on which days, who did, and when nobody did (M1, M2)."""
import datetime

import pytest

from days import day
from reach import Plot, if_match
from refusal import refused, unchanged

ROTA, CHECKS = "/v1/monitor-duties", "/v1/channel-checks"
WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
SPAN = range(-14, 0)


class Rota:
    def __init__(self, house):
        self.house, self.tenant = house, house.fresh_tenant()
        self.a, self.b = self.tenant.schools
        self.plot = Plot(self.tenant, self.a, f"rota{self.tenant.mark}")
        self.slt = self.tenant.person("Sal Slt", "slt", [self.a])
        self.trust = self.tenant.person("Tara Trust", "slt")
        self.staff = self.tenant.person("Stan Staff", "staff", [self.a])
        self.other = self.tenant.person("Oda Other", "staff", [self.a])
        self.channel = self.active()

    def active(self, **values):
        """In use for sixty days."""
        id = self.plot.plant_channel("active", **values)
        self.house.sql("UPDATE channel_history SET at = now() - interval '60 days' WHERE channel_id = %s", id)
        self.house.sql("UPDATE channel SET created_at = now() - interval '60 days' WHERE id = %s", id)
        return id

    def duty(self, expect=201, **body):
        return self.slt.client.post(ROTA, {"channel_id": self.channel, "days": WEEK, **body}, expect=expect)

    def look(self, who, expect=201, channel=None, **body):
        return who.client.post(f"/v1/channels/{channel or self.channel}/checks", {"found": "nothing", **body},
                               expect=expect)

    def missed(self, who=None, **query):
        query = {"school_id": self.a, "from_on": day(SPAN[0]), "to_on": day(9), **query}
        return (who or self.slt).client.get(f"{CHECKS}/missed?" + "&".join(f"{k}={v}" for k, v in query.items()),
                                            expect=200).json["data"]

    def days_missed(self, **query):
        return [row["day"] for row in self.missed(**query) if row["channel_id"] == self.channel]

    def rule(self, value):
        path = "/v1/settings/monitor.days"
        etag = self.slt.client.get(f"{path}?school_id={self.a}", expect=200).etag
        self.slt.client.put(path, {"value": value, "school_id": self.a}, headers={"If-Match": etag}, expect=200)


@pytest.fixture
def rota(house):
    return Rota(house)


def test_looked_at_and_found_nothing(rota):
    """Written down once, and not changed afterwards."""
    answer = rota.look(rota.slt, note="Looked at 08:40, nothing.")
    made = answer.json
    assert made["checked_name"] == "Sal Slt" and made["found"] == "nothing" and made["channel_id"] == rota.channel
    assert answer.headers["location"] == f"{CHECKS}/{made['id']}"
    assert rota.slt.client.get(answer.headers["location"], expect=200).json == made
    rota.look(rota.slt, found="concern", checked_at=f"{day(-3)}T08:40:00+01:00")
    seen = rota.slt.client.get(f"/v1/channels/{rota.channel}/checks", expect=200).json["data"]
    assert [row["found"] for row in seen] == ["nothing", "concern"]
    assert len(rota.slt.client.get(f"{CHECKS}?channel_id={rota.channel}&found=concern").json["data"]) == 1


@pytest.mark.parametrize("body, pointers", [
    ({"checked_at": "2099-01-01T00:00:00Z"}, ["/checked_at"]), ({"checked_at": "2026-11-02T08:40:00"}, ["/checked_at"]),
    ({"found": "trouble", "note": ""}, ["/found", "/note"])])
def test_what_is_no_check(rota, body, pointers):
    with unchanged(rota.house):
        refused(rota.look(rota.slt, expect=422, **body), 422, "invalid", pointers)


def test_nobody_looks_at_what_is_closed(rota):
    closed = rota.plot.plant_channel("closed")
    with unchanged(rota.house):
        refused(rota.look(rota.slt, expect=409, channel=closed), 409, "wrong-state")
        refused(rota.duty(channel_id=closed, person_id=rota.staff.id, expect=409), 409, "wrong-state")


@pytest.mark.parametrize("holder", ["person", "post", "team", "grant"])
def test_staff_look_at_their_own_channels(rota, holder):
    """On duty themselves or by a post or team, or with access; until the last day."""
    path = f"/v1/channels/{rota.channel}/checks"
    rota.staff.client.get(path, expect=200)
    rota.look(rota.slt)
    rota.look(rota.staff, expect=403)
    assert rota.staff.client.get(path, expect=200).json["data"] == []
    if holder == "grant":
        rota.slt.client.post(f"/v1/channels/{rota.channel}/grants",
                             {"access": "moderator", "person_id": rota.staff.id}, expect=200)
    elif holder == "person":
        rota.duty(person_id=rota.staff.id)
    else:
        body = rota.plot.plant_body(holder)
        rota.slt.client.post(f"/v1/{holder}s/{body}/members", {"person_id": rota.staff.id, "shared": True} if holder
                             == "post" else {"person_id": rota.staff.id}, expect=200)
        rota.duty(**{f"{holder}_id": body})
    made = rota.look(rota.staff).json
    assert len(rota.staff.client.get(path, expect=200).json["data"]) == 2
    rota.other.client.get(f"{CHECKS}/{made['id']}", expect=404)
    rota.look(rota.other, expect=403)
    rota.house.sql("UPDATE monitor_duty SET from_on = current_date - 9, until_on = current_date - 1 WHERE channel_id = %s",
                   rota.channel)
    rota.house.sql("UPDATE channel_grant SET from_on = current_date - 9, until_on = current_date - 1"
                   " WHERE channel_id = %s", rota.channel)
    rota.look(rota.staff, expect=403)


def test_the_rota_is_kept_by_leaders_and_seen_by_colleagues(rota):
    made = rota.duty(person_id=rota.staff.id, until_on=day(30)).json
    assert (made["holder"], made["days"], made["holiday_cover"], made["current"]) == ("Stan Staff", WEEK, False, True)
    path = f"{ROTA}/{made['id']}"
    assert rota.other.client.get(path, expect=200).json == made
    rota.other.client.patch(path, {"days": ["mon"]}, headers=if_match(rota.house, "monitor_duty", made["id"]), expect=403)
    changed = rota.slt.client.patch(path, {"days": ["sat", "sun"], "holiday_cover": True, "until_on": None},
                                    headers=if_match(rota.house, "monitor_duty", made["id"]), expect=200).json
    assert (changed["days"], changed["holiday_cover"], changed["until_on"]) == (["sat", "sun"], True, None)


def test_whoever_leaves_is_on_the_rota_no_longer(rota):
    made = rota.duty(person_id=rota.staff.id).json
    other = rota.duty(person_id=rota.other.id, until_on=day(0)).json
    for who in rota.staff, rota.other:
        rota.slt.client.post(f"/v1/people/{who.id}/leave", {"left_on": day(0)}, expect=200)
    seen = rota.slt.client.get(f"{ROTA}/{made['id']}", expect=200).json
    assert (seen["until_on"], seen["version"]) == (day(0), 2)
    assert rota.slt.client.get(f"{ROTA}/{other['id']}", expect=200).json["version"] == 1
    rota.house.sql("UPDATE person SET left_on = current_date - 1 WHERE id = %s", rota.staff.id)
    refused(rota.duty(person_id=rota.staff.id, expect=422), 422, "invalid", ["/person_id"])


@pytest.mark.parametrize("body, pointers", [
    ({}, ["/person_id"]), ({"days": []}, ["/days"]), ({"days": ["mon", "someday"]}, ["/days/1"]),
    ({"person_id": "0192d3e0-feed-7000-8000-000000000009"}, ["/person_id"]),
    ({"channel_id": "0192d3e0-feed-7000-8000-000000000009", "person_id": "self"}, ["/channel_id"]),
    ({"person_id": "self", "until_on": day(-1)}, ["/until_on"])])
def test_what_is_no_duty(rota, body, pointers):
    body = {name: rota.staff.id if value == "self" else value for name, value in body.items()}
    with unchanged(rota.house):
        refused(rota.duty(expect=422, **body), 422, "invalid", pointers)
    refused(rota.duty(expect=422, person_id=rota.staff.id, team_id=rota.plot.team), 422, "invalid", ["/person_id"])


def test_days_that_nobody_looked(rota):
    """By the setting and the school's calendar, up to yesterday, from the day the channel came into use."""
    off = {str(row["day"]) for row in rota.house.sql("SELECT day FROM bank_holiday")}
    weekdays = [day(n) for n in SPAN if datetime.date.fromisoformat(day(n)).weekday() < 5 and day(n) not in off]
    assert rota.days_missed() == weekdays
    assert {row["channel_name"] for row in rota.missed()} == {f"channel {rota.plot.mark}"}
    rota.rule("every_day")
    assert rota.days_missed() == [day(n) for n in SPAN]
    rota.look(rota.slt, checked_at=f"{day(-5)}T12:00:00Z")
    rota.look(rota.slt, checked_at=f"{day(-6)}T12:00:00Z", found="messages")
    assert rota.days_missed() == [day(n) for n in SPAN if n not in (-5, -6)]
    assert rota.days_missed(from_on=day(-3), to_on=day(-2)) == [day(-3), day(-2)]
    rota.slt.client.post("/v1/calendar-periods", {"school_id": rota.a, "kind": "term", "title": "Term",
                                                  "from_on": day(-4), "to_on": day(60)}, expect=201)
    rota.rule("school_days")
    assert rota.days_missed() == [each for each in weekdays if each >= day(-4)]
    rota.rule("every_day")
    rota.house.sql("UPDATE channel_history SET at = now() - interval '2 days' WHERE channel_id = %s", rota.channel)
    assert rota.days_missed() == [day(-2), day(-1)]
    rota.house.sql("UPDATE channel SET declared = 'affiliated' WHERE id = %s", rota.channel)
    assert rota.days_missed() == []


def test_whose_missed_days_one_sees(rota):
    """Staff those of their own channels; nobody those of another school."""
    rota.rule("every_day")
    assert rota.missed(rota.staff) == [] and len(rota.missed(rota.trust)) == 14
    rota.duty(person_id=rota.staff.id, from_on=day(-2))
    seen = rota.missed(rota.staff)
    assert [row["day"] for row in seen] == [day(n) for n in SPAN]
    assert [len(row["on_duty"]) for row in seen] == [0] * 12 + [1, 1]
    other = rota.tenant.person("Far Away", "slt", [rota.b])
    assert rota.missed(other) == []
    text = rota.slt.client.get(f"{CHECKS}/missed?school_id={rota.a}", headers={"Accept": "text/csv"}, expect=200).text
    assert text.count("\n") == 8  # a week, below its heading
    for query in f"from_on={day(-200)}&to_on={day(-1)}", f"from_on={day(200)}", "from_on=2026-13-01":
        assert rota.slt.client.get(f"{CHECKS}/missed?school_id={rota.a}&{query}").status == 400


def test_holidays_are_for_who_covers_them(rota):
    """M2: outside term only whoever covers holidays is on duty."""
    rota.rule("every_day")
    rota.slt.client.post("/v1/calendar-periods", {"school_id": rota.a, "kind": "term", "title": "Term",
                                                  "from_on": day(-7), "to_on": day(60)}, expect=201)
    rota.duty(person_id=rota.staff.id, from_on=day(-30))
    rota.duty(person_id=rota.other.id, from_on=day(-30), holiday_cover=True, days=WEEK[:5])
    for row in rota.missed():
        weekday = datetime.date.fromisoformat(row["day"]).weekday() < 5
        on_duty = {duty["holder"] for duty in row["on_duty"]}
        assert on_duty == ({"Stan Staff"} if row["day"] >= day(-7) else set()) | ({"Oda Other"} if weekday else set())
