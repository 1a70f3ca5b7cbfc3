"""Who may be looked at a second time (M9), and what a school says it looks at (R4)."""
import pytest

from days import day
from refusal import refused, unchanged
from second_wall import silent

AUTH, STATEMENTS = "/v1/monitoring-authorisations", "/v1/monitoring-statements"
SECOND = {"concerns": "The account @rumours", "scope": "Its public posts.", "reason": "It names pupils."}


class Watch:
    def __init__(self, house):
        self.house, self.tenant = house, house.fresh_tenant()
        self.a, self.b = self.tenant.schools
        self.trust = self.tenant.person("Tara Trust", "slt")
        self.head = self.tenant.person("Hal Head", "slt", [self.a], ["head"])
        self.deputy = self.tenant.person("Dee Deputy", "slt", [self.a])
        self.dpo = self.tenant.person("Di Dpo", "staff", [self.a], ["dpo"])
        self.admin = self.tenant.person("Ada Admin", "administrator", [self.a])
        self.staff = self.tenant.person("Stan Staff", "staff", [self.a])

    def authorise(self, who=None, expect=201, **more):
        body = {"school_id": self.a, **SECOND, "until_on": day(30), **more}
        return (who or self.head).client.post(AUTH, {k: v for k, v in body.items() if v is not None}, expect=expect)


@pytest.fixture
def watch(house):
    return Watch(house)


def test_an_authorisation_is_a_record_that_ends(watch):
    made = watch.authorise(dpia_reference="DPIA-1").json
    assert made["current"] and made["from_on"] == day(0) and made["authorised_name"] == "Hal Head"
    assert [action["name"] for action in made["actions"]] == ["end"]
    path = f"{AUTH}/{made['id']}"
    assert watch.dpo.client.get(path, expect=200).json["actions"] == []
    watch.dpo.client.post(f"{path}/end", {"end_reason": "Not needed."}, expect=403)
    for who in watch.admin, watch.staff:
        who.client.get(path, expect=403)
    assert watch.house.http.delete(path).status in (401, 405)
    refused(watch.deputy.client.post(f"{path}/end", {}), 422, "invalid", ["/end_reason"])
    ended = watch.deputy.client.post(f"{path}/end", {"end_reason": "The account is gone."}, expect=200).json
    assert (ended["state"], ended["current"], ended["ended_name"], ended["end_reason"]) == (
        "ended", False, "Dee Deputy", "The account is gone.")
    refused(watch.deputy.client.post(f"{path}/end", {"end_reason": "Once more."}), 409, "wrong-state")
    assert watch.head.client.get(f"{AUTH}?current=true", expect=200).json["data"] == []


@pytest.mark.parametrize("more, pointers", [
    ({"until_on": None}, ["/until_on"]), ({"until_on": day(-1)}, ["/until_on"]), ({"until_on": day(400)}, ["/until_on"]),
    ({"from_on": day(33)}, ["/until_on"]), ({"from_on": day(-9), "until_on": day(-2)}, ["/until_on"]), ({"concerns": None}, ["/concerns"]),
    ({"scope": None, "reason": None}, ["/scope", "/reason"]),
    ({"person_id": "0192d3e0-feed-7000-8000-000000000009"}, ["/person_id"])])
def test_what_is_no_authorisation(watch, more, pointers):
    with unchanged(watch.house):
        refused(watch.authorise(expect=422, **more), 422, "invalid", pointers)


def test_nobody_authorises_what_concerns_themselves(watch):
    with unchanged(watch.house):
        refused(watch.authorise(person_id=watch.head.id, expect=409), 409, "conflicted")


def test_whom_it_concerns_never_sees_it(watch, second_wall):
    """Whatever they hold, and with the matrix off: neither the row, nor a list, nor its audit trail."""
    made = watch.authorise(watch.trust, person_id=watch.head.id, concerns=None, reason="Canaryreason").json
    path = f"{AUTH}/{made['id']}"
    assert made["person_name"] == "Hal Head"
    for client in watch.head.client, second_wall.as_(watch.head.login):
        silent(client.get(path, expect=404), {"Canaryreason"})
        for media in "application/json", "text/csv":
            silent(client.get(AUTH, headers={"Accept": media}, expect=200), {"Canaryreason", made["id"]})
        client.post(f"{path}/end", {"end_reason": "In my way."}, expect=404)
    assert watch.deputy.client.get(path, expect=200).json["current"]
    seen = watch.house.sql("SELECT person_id::text AS id FROM exclusion WHERE subject_id = %s", made["id"])
    assert [row["id"] for row in seen] == [watch.head.id]


def test_a_statement_is_kept_edition_by_edition(watch):
    def write(who, text, expect=201, **more):
        return who.client.post(STATEMENTS, {"body": text, "dpia_note": "Public posts only.", **more}, expect=expect)
    write(watch.trust, "We look once a week.")
    first = write(watch.head, "We look once a day.", school_id=watch.a).json
    second = write(watch.head, "We look twice a day.", school_id=watch.a).json
    assert (first["edition"], first["current"], second["edition"], second["current"]) == (1, True, 2, True)
    old = watch.staff.client.get(f"{STATEMENTS}/{first['id']}", expect=200).json
    assert not old["current"] and old["superseded_at"] and old["body"] == "We look once a day."
    current = watch.staff.client.get(f"{STATEMENTS}?current=true", expect=200).json["data"]
    assert [(row["school_id"], row["edition"]) for row in current] == [(watch.a, 2), (None, 1)]
    write(watch.admin, "We look everywhere.", expect=403, school_id=watch.a)
    refused(write(watch.head, "We look everywhere.", expect=422), 422, "invalid", ["/school_id"])
