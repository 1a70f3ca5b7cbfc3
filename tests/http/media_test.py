"""What the press asks (J1, J2): logged by staff, answered by nobody before a leader approves the words."""
import pytest

from refusal import refused, unchanged
from row_security_test import Field, acting, outcome

import psycopg2.errors

PATH = "/v1/media-enquiries"
APPROVAL = {"approved_words": "All pupils were back by four.", "spokesperson": "The head"}


class Press:
    def __init__(self, house):
        self.house, self.tenant = house, house.fresh_tenant()
        self.a, self.b = self.tenant.schools
        self.head = self.tenant.person("Hal Head", "slt", [self.a], ["head"])
        self.deputy = self.tenant.person("Dee Deputy", "slt", [self.a])
        self.admin = self.tenant.person("Ada Admin", "administrator", [self.a])
        self.staff = self.tenant.person("Stan Staff", "staff", [self.a])
        self.other = self.tenant.person("Oda Other", "staff", [self.a])

    def log(self, who=None, expect=201, **more):
        return (who or self.staff).client.post(PATH, {
            "school_id": self.a, "outlet": "The Evening Post", "medium": "telephone",
            "about": "The school trip.", **more}, expect=expect)

    def act(self, who, enquiry, action, body=None, expect=200):
        return who.client.post(f"{PATH}/{enquiry['id']}/{action}", body or {}, expect=expect)

    def policy_first(self):
        client = self.head.client
        path = "/v1/settings/journalist.rule"
        etag = client.get(f"{path}?school_id={self.a}", expect=200).etag
        client.put(path, {"value": "follow_media_policy", "school_id": self.a},
                   headers={"If-Match": etag}, expect=200)

    def work(self, who):
        rows = {row["kind"]: row for row in who.client.get("/v1/me/work", expect=200).json["data"]}
        return rows.get("media_enquiry_to_decide")


@pytest.fixture
def press(house):
    return Press(house)


def names(row):
    return {action["name"] for action in row["actions"]}


def test_staff_log_and_no_more(press):
    """J2: do not respond, report now: at once with the school's leaders."""
    made = press.log(deadline_at="2026-11-20T16:00:00Z").json
    assert made["state"] == "received" and made["journalist_rule"] == "do_not_respond_report_now"
    assert made["actions"] == [] and made["blockers"] == []
    waiting = press.work(press.head)
    assert waiting["count"] == 1 and waiting["items"][0]["id"] == made["id"]
    assert waiting["items"][0]["due_on"] == "2026-11-20"
    press.head.client.get(waiting["href"], expect=200)
    assert press.work(press.staff) is None and press.work(press.admin) is None
    press.act(press.staff, made, "respond", expect=403)
    press.act(press.admin, made, "respond", expect=403)
    press.act(press.staff, made, "approve", APPROVAL, expect=403)
    press.other.client.get(f"{PATH}/{made['id']}", expect=404)
    press.act(press.head, made, "approve", APPROVAL)
    press.act(press.staff, made, "respond", expect=403)
    assert press.work(press.head)["count"] == 0
    assert press.act(press.deputy, made, "respond").json["state"] == "responded"


def test_nobody_answers_before_the_words_are_approved(press):
    """J1: the media policy first; the blocker shows before anybody tries."""
    press.policy_first()
    made = press.log().json
    assert [(b["action"], b["code"]) for b in made["blockers"]] == [("respond", "not_approved")]
    seen = press.head.client.get(f"{PATH}/{made['id']}", expect=200).json
    assert names(seen) == {"approve", "decline"} and seen["blockers"] == made["blockers"]
    with unchanged(press.house):
        answer = refused(press.act(press.staff, made, "respond", expect=409), 409, "blocked")
        assert answer["blockers"] == made["blockers"]
    approved = press.act(press.head, made, "approve", APPROVAL).json
    assert (approved["approved_name"], approved["approved_words"], approved["spokesperson"]) == (
        "Hal Head", APPROVAL["approved_words"], "The head")
    seen = press.staff.client.get(f"{PATH}/{made['id']}", expect=200).json
    assert names(seen) == {"respond"} and seen["blockers"] == []
    done = press.act(press.staff, made, "respond", {"reason": "Rung back."}).json
    assert done["state"] == "responded" and done["responded_at"] and done["actions"] == []
    told = press.head.client.get(f"{PATH}/{made['id']}/history", expect=200).json["data"]
    assert [(h["actor_name"], h["action"], h["to_state"]) for h in told] == [
        ("Stan Staff", "log", "received"), ("Hal Head", "approve", "approved"),
        ("Stan Staff", "respond", "responded")]


def test_four_eyes(press):
    made = press.log(press.head).json
    assert ("approve", "conflict_of_interest") in {(b["action"], b["code"]) for b in made["blockers"]}
    with unchanged(press.house):
        refused(press.act(press.head, made, "approve", APPROVAL, expect=409), 409, "conflicted")
    press.act(press.deputy, made, "approve", APPROVAL)


def test_what_is_declined_is_over(press):
    made = press.log().json
    refused(press.act(press.head, made, "decline", expect=422), 422, "invalid", ["/reason"])
    assert press.act(press.head, made, "decline", {"reason": "Not ours to say."}).json["actions"] == []
    refused(press.act(press.head, made, "respond", expect=409), 409, "wrong-state")


@pytest.mark.parametrize("more, pointers", [
    ({"outlet": "", "medium": "pigeon", "about": "x"}, ["/outlet", "/medium", "/about"]),
    ({"received_at": "2099-01-01T00:00:00Z"}, ["/received_at"]), ({"received_at": "2026-01-01T00:00:00"}, ["/received_at"]),
    ({"channel_id": "0192d3e0-feed-7000-8000-000000000009"}, ["/channel_id"]), ({"about_url": "javascript:1"}, ["/about_url"])])
def test_what_is_no_enquiry(press, more, pointers):
    with unchanged(press.house):
        refused(press.log(expect=422, **more), 422, "invalid", pointers)


def test_bare_sql_of_who_logged_it(press):
    """Staff may touch the row that they logged: not to decide, nor to answer where the rule is to report."""
    made = press.log().json
    approve = ("state = 'approved', approved_name = 'x', approved_at = now(), approved_words = 'x', spokesperson = 'x',"
               " approved_by = ")

    def tried(who, change):
        with acting(press.house, session=Field.session(press, who)) as cursor:
            return outcome(cursor, f"UPDATE media_enquiry SET {change} WHERE id = %s", made["id"])
    for change in ("state = 'declined'", approve + "me_person()", approve + f"'{press.head.id}'", "approved_words = 'x'"):
        assert isinstance(tried(press.staff, change), (
            psycopg2.errors.InsufficientPrivilege, psycopg2.errors.CheckViolation)), change
    assert isinstance(tried(press.head, approve + f"'{press.deputy.id}'"), psycopg2.errors.InsufficientPrivilege)
    assert tried(press.head, approve + "me_person()") == 1
    press.act(press.head, made, "approve", APPROVAL)
    answer = "state = 'responded', responded_at = now()"
    assert isinstance(tried(press.staff, answer), psycopg2.errors.InsufficientPrivilege)
    assert isinstance(tried(press.head, "approved_words = 'y'"), psycopg2.errors.InsufficientPrivilege)
    press.policy_first()
    assert tried(press.staff, answer) == 1
