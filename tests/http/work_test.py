"""GET /v1/me/work: what waits for me, and nothing that waits for somebody else."""
import pytest

from days import day
from reach import Plot

WORK = "/v1/me/work"


def work(client):
    return {each["kind"]: each for each in client.get(WORK, expect=200).json["data"]}


def counts(client):
    """But for messages, which have a test of their own."""
    return {kind: each["count"] for kind, each in work(client).items() if not kind.startswith("message_")}


class Desk:
    def __init__(self, house):
        self.house = house
        self.tenant = tenant = house.fresh_tenant(schools=2)
        self.a, self.b = tenant.schools
        self.plot = Plot(tenant, self.a, f"work{tenant.mark}")
        self.slt = tenant.person("Sal Slt", "slt", [self.a])
        self.other = tenant.person("Oth Er", "slt", [self.b])
        self.admin = tenant.person("Ad Min", "administrator", [self.a])
        self.staff = tenant.person("Sta Ff", "staff", [self.a])
        self.governor = tenant.person("Gov", "governor", [self.a])

    def grant(self, until, person=None, access="poster", channel=None):
        self.plot.row("channel_grant", id=self.house.sql("SELECT gen_random_uuid()::text AS id")
                      [0]["id"], channel_id=channel or self.plot.channel, school_id=self.a,
                      access=access, person_id=person, holder_text="holder", holder_kind="person",
                      from_on=day(-9), until_on=until)


@pytest.fixture
def desk(house):
    return Desk(house)


def test_each_has_their_own(desk):
    found = work(desk.slt.client)
    assert counts(desk.slt.client) == {
        "application_to_decide": 1, "application_to_answer": 0, "appointment_to_confirm": 1,
        "media_enquiry_to_decide": 1, "attestation_expiring": 0, "grant_ending": 0,
        "platform_report_to_chase": 1, "public_reason_missing": 0}
    item, = found["application_to_decide"]["items"]
    assert item["id"] == desk.plot.application and item["since"] and item["school_name"]
    for each in found.values():
        desk.slt.client.get(each["href"], expect=200)
        for item in each["items"]:
            assert desk.slt.client.get(item["href"], expect=200).json["id"] == item["id"]
    actions = desk.slt.client.get(found["appointment_to_confirm"]["items"][0]["href"]).json
    assert "confirm" in {action["name"] for action in actions["actions"]}
    assert counts(desk.other.client) == {
        "application_to_decide": 0, "application_to_answer": 0, "appointment_to_confirm": 0,
        "media_enquiry_to_decide": 0, "attestation_expiring": 0, "grant_ending": 0,
        "platform_report_to_chase": 0, "public_reason_missing": 0}
    desk.plot.plant_application("approved")
    assert counts(desk.admin.client) == {
        "application_to_decide": 0, "account_to_record": 1, "application_to_answer": 0,
        "attestation_expiring": 0, "grant_ending": 0, "platform_report_to_chase": 1, "public_reason_missing": 0}
    assert counts(desk.governor.client) == {"attestation_expiring": 0, "grant_ending": 0}
    assert work(desk.tenant.person("No Body").client) == {}


def test_counts_go_beyond_what_is_shown_and_agree_with_the_inbox(desk):
    for _ in range(7):
        desk.plot.plant_application("submitted")
    found = work(desk.slt.client)["application_to_decide"]
    inbox = desk.slt.client.get(found["href"], expect=200).json["data"]
    assert found["count"] == len(inbox) == 8 and len(found["items"]) == 5
    assert [item["id"] for item in found["items"]] == [row["id"] for row in inbox[:5]]


def test_to_answer_is_the_applicants(desk):
    id = desk.plot.plant_application("more_information", applicant=desk.staff.id)
    found = work(desk.staff.client)["application_to_answer"]
    assert found["count"] == 1 and found["items"][0]["id"] == id
    assert counts(desk.slt.client)["application_to_answer"] == 0


def test_nobody_confirms_what_they_granted_or_would_hold(desk):
    desk.house.sql("UPDATE appointment SET granted_by = %s WHERE id = %s", desk.slt.id, desk.plot.proposed)
    assert counts(desk.slt.client)["appointment_to_confirm"] == 0, "granted it"
    desk.house.sql("SET session_replication_role = replica;"
                   " UPDATE appointment SET granted_by = NULL, person_id = %s WHERE id = %s;"
                   " UPDATE appointment_school SET person_id = %s WHERE appointment_id = %s;"
                   " RESET session_replication_role", *(desk.slt.id, desk.plot.proposed) * 2)
    desk.house.forget(desk.slt.login)
    assert counts(desk.slt.client)["appointment_to_confirm"] == 0, "would hold it"
    spread = desk.plot.plant_appointment("proposed", schools=[desk.a, desk.b])
    assert counts(desk.slt.client)["appointment_to_confirm"] == 0, "over two schools"
    whole = desk.tenant.person("Who Le", "slt")
    assert spread in {item["id"] for item in work(whole.client)["appointment_to_confirm"]["items"]}


def trained(desk, attestation, months, days):
    desk.house.sql("UPDATE attestation SET trained_on = (current_date - %s * interval '1 month')"
                   "::date + %s WHERE id = %s", months, days, attestation)


def test_attestations_that_run_out(desk):
    mine = desk.plot.plant_attestation(desk.staff.id)
    for days, there in ((60, 0), (20, 1), (-20, 0)):
        trained(desk, mine, 12, days)
        assert counts(desk.staff.client)["attestation_expiring"] == there
        assert counts(desk.slt.client)["attestation_expiring"] == there
        assert counts(desk.governor.client)["attestation_expiring"] == 0
    desk.grant(None, desk.staff.id)
    assert counts(desk.slt.client)["attestation_expiring"] == 1, "over, and still on a channel"
    desk.plot.plant_attestation(desk.staff.id)
    assert counts(desk.slt.client)["attestation_expiring"] == 0, "a newer one stands"
    trained(desk, desk.plot.attestation, 12, 5)
    assert counts(desk.slt.client)["attestation_expiring"] == 1
    desk.house.sql("UPDATE person SET left_on = current_date - 1 WHERE id = %s", desk.plot.person)
    assert counts(desk.slt.client)["attestation_expiring"] == 0, "who left needs none"


def test_grants_that_end(desk):
    desk.grant(day(10))
    desk.grant(day(40))
    for who, there in ((desk.slt, 1), (desk.admin, 1), (desk.staff, 0), (desk.other, 0)):
        assert counts(who.client)["grant_ending"] == there
    desk.grant(None, desk.staff.id, "admin")
    found = work(desk.staff.client)["grant_ending"]
    assert found["count"] == 1 and found["items"][0]["due_on"] == day(10)
    assert found["items"][0]["id"] == desk.plot.channel
    desk.house.sql("UPDATE channel SET state = 'closed' WHERE id = %s", desk.plot.channel)
    assert counts(desk.slt.client)["grant_ending"] == 0


def test_what_a_post_holds_counts_for_who_is_in_it(desk):
    """A grant to the post: its channel is theirs to run, and their training counts."""
    desk.grant(day(10))
    desk.plot.row("channel_grant", id=desk.house.sql("SELECT gen_random_uuid()::text AS id")[0]["id"],
                  channel_id=desk.plot.channel, school_id=desk.a, access="admin", post_id=desk.plot.post,
                  holder_text="holder", holder_kind="post", from_on=day(-9))
    mine = desk.plot.plant_attestation(desk.staff.id)
    trained(desk, mine, 12, -20)
    assert counts(desk.staff.client) | {"grant_ending": 0, "attestation_expiring": 0} == counts(desk.staff.client)
    desk.slt.client.post(f"/v1/posts/{desk.plot.post}/members", {"person_id": desk.staff.id, "shared": True},
                         expect=200)
    found = counts(desk.staff.client)
    assert (found["grant_ending"], found["attestation_expiring"]) == (1, 1)
    assert counts(desk.slt.client)["attestation_expiring"] == 1
    ending = desk.house.sql("UPDATE channel_grant SET ended_at = now() WHERE until_on = %s RETURNING id", day(10))
    assert ending and counts(desk.slt.client)["grant_ending"] == 0, "over, not about to end"


def test_excluded_and_revoked(desk):
    desk.plot.row("exclusion", subject_id=desk.plot.application, person_id=desk.slt.id,
                  reason="named", excluded_by=desk.plot.boss)
    answer = desk.slt.client.get(WORK, expect=200)
    assert desk.plot.application not in answer.text
    desk.house.sql("UPDATE session SET revoked_at = now() WHERE person_id = %s", desk.slt.id)
    desk.slt.client.get(WORK, expect=401)
    desk.house.forget(desk.slt.login)


def test_first_wall_off(desk, second_wall):
    """Row security alone shows nothing of another tenant."""
    foreign = Desk(desk.house)
    text = second_wall.as_(desk.governor.login).get(WORK, expect=200).text
    for id in foreign.plot.ids.values():
        assert id not in text
