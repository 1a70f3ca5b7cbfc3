"""What runs across all messages; what stands still meanwhile; and what a demo shows whose clock was turned."""
import pytest

from calendar_test import BANK_HOLIDAYS, enter
from clock_test import COMPLAINT, FOI, SNOW, School
from days import day
from message_test import MESSAGES, clock


@pytest.fixture(scope="module", autouse=True)
def bank_holidays(house):
    house.server.run("import", "bank-holidays", str(BANK_HOLIDAYS))


@pytest.fixture
def school(house):
    return School(house)


# What stands still


def act(school, message, action, kind="subject_access", expect=200, by=None):
    path = f"{MESSAGES}/{message['id']}/clocks/{clock(message, kind)['id']}/{action}"
    return (by or school.slt).client.post(path, {"reason": "Who asks is not known yet."}, expect=expect).json


def test_who_asks_is_found_out_first(school):
    """Every day that it stood still moves its due date; meanwhile it is due at no time."""
    message = school.log(triage=["subject_access"])
    school.house.sql("UPDATE clock SET due_at = now() + interval '1 day' WHERE message_id = %s", message["id"])
    still = clock(act(school, message, "pause"), "subject_access")
    assert (still["due_at"], still["overdue"], still["paused_on"]) == (None, False, day(0))
    assert still["first_due_at"] == "2026-12-21T23:59:00Z" and "stands still since" in still["because"][-1]
    assert "already" in act(school, message, "pause", expect=409)["detail"]
    enter(school.slt.client, SNOW, school.a)
    assert school.seen(message, "subject_access") == still  # what stands still is not reckoned
    school.house.sql("UPDATE clock SET paused_on = paused_on - 10, version = version WHERE message_id = %s"
                     " AND paused_on IS NOT NULL", message["id"])
    on = clock(act(school, message, "resume"), "subject_access")
    # a month from Monday 30 November; 30 December is a Wednesday
    assert (on["due_at"], on["paused_on"], on["paused_days"]) == ("2026-12-30T23:59:00Z", None, 10)
    assert "It was paused for 10 days." in on["because"]
    assert "does not stand still" in act(school, message, "resume", expect=409)["detail"]
    told = [action for action, _, _ in school.told(message, "subject_access")]
    assert [action for action in told if action != "calendar"] == ["start", "pause", "resume"]  # but for what SQL did above
    notes = [row["note"] for row in school.slt.client.get(f"{MESSAGES}/{message['id']}/history").json["data"]]
    assert notes[-1] == "subject_access: Who asks is not known yet."


def test_twice_makes_the_days_of_both(school):
    message = school.log(triage=["subject_access"])
    school.house.sql("UPDATE clock SET due_at = now() + interval '1 day' WHERE message_id = %s", message["id"])
    for days in 5, 12:
        act(school, message, "pause")
        school.house.sql("UPDATE clock SET paused_on = paused_on - %s WHERE message_id = %s AND paused_on IS NOT NULL",
                         5 if days == 5 else 7, message["id"])
        assert clock(act(school, message, "resume"), "subject_access")["paused_days"] == days
        school.house.sql("UPDATE clock SET due_at = now() + interval '1 day' WHERE message_id = %s", message["id"])


@pytest.mark.parametrize("kind", ["response", FOI, COMPLAINT])
def test_nothing_else_stands_still(school, kind):
    message = school.log(triage=[FOI, COMPLAINT])
    assert kind in act(school, message, "pause", kind, expect=409)["detail"]
    assert school.seen(message, kind) == clock(message, kind)
    act(school, message, "pause", kind, expect=404, by=school.staff)


def test_what_is_late_does_not_stand_still(school):
    message = school.log(triage=["subject_access"])
    school.house.sql("UPDATE clock SET due_at = now() - interval '1 hour' WHERE message_id = %s", message["id"])
    assert "overdue" in act(school, message, "pause", expect=409)["detail"]


def test_it_may_stop_while_it_stands_still(school):
    message = school.log(triage=["subject_access"])
    school.house.sql("UPDATE clock SET due_at = now() + interval '1 day' WHERE message_id = %s", message["id"])
    act(school, message, "pause")
    school.act(message, "close", {"outcome": "redirected"}, expect=409)  # it runs, though it stands still
    path = f"{MESSAGES}/{message['id']}/clocks/{clock(message, 'subject_access')['id']}/stop"
    done = school.slt.client.post(path, {"stop": "not_applicable", "reason": "Never proven."}, expect=200).json
    assert (clock(done, "subject_access")["stop"], clock(done, "subject_access")["paused_on"]) == ("not_applicable", None)
    act(school, message, "resume", expect=404)


# What runs, across all messages


def test_all_that_runs_in_order(house):
    school = School(house)
    late = school.log(received_at="2026-11-02T10:00:00Z", triage=[FOI])
    tag = school.log(kind="tag", received_at="2026-11-03T10:00:00Z", triage=[FOI])
    school.act(school.log(), "close", {"outcome": "no_reply_needed"})

    def found(query, by=school.slt):
        return [(row["kind"], row["message_id"])
                for row in by.client.get(f"/v1/clocks?{query}", expect=200).json["data"]]
    first, law, tagged = ("response", late["id"]), (FOI, late["id"]), (FOI, tag["id"])
    assert found("") == [first, law, tagged]
    assert found("overdue=true") == [first] and found("overdue=false") == [law, tagged]
    assert found(f"kind={FOI}") == [law, tagged] and found("kind=lado,response") == [first]
    assert found("due_at[lt]=2026-11-04T00:00:00Z") == [first] and found(f"message_id={tag['id']}") == [tagged]
    assert found("calendar_conflict=true") == [] and found("school_id=" + school.b) == []
    page = school.slt.client.get("/v1/clocks?limit=1", expect=200).json
    rest = school.slt.client.get(f"/v1/clocks?limit=2&cursor={page['next_cursor']}", expect=200).json
    assert [(row["kind"], row["message_id"]) for row in page["data"] + rest["data"]] == [first, law, tagged]
    assert page["data"][0]["school_id"] == school.a and page["data"][0]["overdue"]
    assert found("", school.staff) == [] and found("", school.runner) == [first, law, tagged]


def test_as_far_as_messages_are_seen(school, second_wall):
    """At either door: not what stands in the compartment, nor what somebody is excluded from."""
    message = school.log()
    dsl = school.tenant.person("Dee Safe", "governor", [school.a], ["dsl"])
    hidden = school.slt.client.post(MESSAGES, school.said(triage=["safeguarding"]), expect=202).json["id"]

    def seen(client):
        return {row["message_id"] for row in client.get("/v1/clocks", expect=200).json["data"]}
    assert seen(dsl.client) == {message["id"], hidden}
    school.act(message, "exclude", {"person_id": school.administrator.id, "reason": "It is about her."})
    for person, sight in (school.slt, {message["id"]}), (school.administrator, set()), (school.staff, set()):
        assert seen(person.client) == sight
        assert hidden not in second_wall.as_(person.login).get("/v1/clocks", expect=200).text
    assert seen(second_wall.as_(school.administrator.login)) == set()


# A demo's clock


def test_a_demo_turns_its_clock(house):
    """What is overdue is shown as of then; what is stored stays; nobody else's moves."""
    school, other = School(house), School(house)
    clock_path = "/v1/demo/clock"
    school.slt.client.post(clock_path, {"hours": 1}, expect=404)
    school.slt.client.delete(clock_path, expect=404)
    house.sql("UPDATE tenant SET demo = true WHERE id = %s", school.tenant.id)
    message, same = school.log(triage=[FOI]), other.log(triage=[FOI])
    stored = "SELECT received_at, next_due_at, created_at, version FROM message WHERE id = %s"
    before = house.sql(stored, message["id"])

    def overdue(school):
        rows = school.slt.client.get(f"/v1/clocks?kind={FOI}&overdue=true", expect=200).json["data"]
        shown = school.slt.client.get(f"{MESSAGES}/{rows[0]['message_id']}", expect=200).json if rows else None
        late = school.slt.client.get(f"{MESSAGES}/open?overdue=true", expect=200).json["data"]
        return len(rows), shown and clock(shown, FOI)["overdue"], len(late)
    assert school.slt.client.get("/v1/me").json["clock_now"] is None
    said = school.slt.client.post(clock_path, {"now": "2027-06-01T10:00:00Z"}, expect=200).json
    assert said["clock_now"].startswith("2027-06-01T10:00:0")
    assert overdue(school) == (1, True, 1)
    assert school.slt.client.get("/v1/me").json["clock_now"].startswith("2027-06-01T10:0")
    on = school.administrator.client.post(clock_path, {"hours": 24}, expect=200).json
    assert on["clock_now"].startswith("2027-06-02T10:0")
    assert other.slt.client.get("/v1/me").json["clock_now"] is None
    back = school.slt.client.post(clock_path, {"now": "2026-11-21T10:00:00Z"}, expect=200).json
    assert back["shift_seconds"] < said["shift_seconds"] and overdue(school) == (0, None, 0)
    assert school.slt.client.get(f"{MESSAGES}/{same['id']}").status == 404
    school.slt.client.delete(clock_path, expect=204)
    assert school.slt.client.get("/v1/me").json["clock_now"] is None
    assert house.sql(stored, message["id"]) == before
    school.staff.client.post(clock_path, {"hours": 1}, expect=403)


@pytest.mark.parametrize("body, pointer", [({}, "/now"), ({"now": "2027-01-01T00:00:00Z", "hours": 1}, "/now"),
                                           ({"now": "2099-01-01T00:00:00Z"}, "/now"), ({"hours": 0}, "/hours")])
def test_a_clock_that_is_turned_badly(school, body, pointer):
    school.house.sql("UPDATE tenant SET demo = true WHERE id = %s", school.tenant.id)
    answer = school.slt.client.post("/v1/demo/clock", body, expect=422)
    assert [fault["pointer"] for fault in answer.json["errors"]] == [pointer]
