"""Account approval (A3), from the business case to the recorded account, with every refusal."""
import threading

import pytest

from agreement import agrees, flow
from reach import day

PATH = "/v1/channel-applications"


class Stage:
    """One tenant with the people of an approval."""

    def __init__(self, house, kind="trust"):
        self.house = house
        self.tenant = tenant = house.fresh_tenant(kind)
        self.school = tenant.schools[0]
        at = [self.school] if kind == "trust" else []
        self.trust_slt = tenant.person("Tara Trust", "slt") if kind == "trust" else None
        self.head = tenant.person("Hal Head", "slt", at, ["head"])
        self.deputy = tenant.person("Dee Deputy", "slt", at)
        self.admin = tenant.person("Ann Admin", "administrator", at)
        self.applicant = tenant.person("Ali Applicant", "staff", at)
        self.first = tenant.person("Flo First", "staff", at)
        self.second = tenant.person("Sid Second", "staff", at)
        self.chair = tenant.person("Cy Chair", "governor", [], ["chair"])
        self.proprietor = tenant.person("Pru Proprietor", "governor", [], ["proprietor"])

    def set(self, key, value, school=None, locked=False):
        """As whoever leads the whole tenant."""
        path, who = f"/v1/settings/{key}", (self.trust_slt or self.head).client
        place = {"school_id": school} if school else {}
        etag = who.get(path + (f"?school_id={school}" if school else ""), expect=200).etag
        who.put(path, {"value": value, "locked": locked, **place}, headers={"If-Match": etag}, expect=200)

    def assessment(self):
        return (self.trust_slt or self.head).client.post("/v1/assessments", {
            "title": "Social media", "assessed_on": day(-20), "author_name": "A. Uthor",
            "score": 6, "mitigations": "Two operators.", "approved_by_name": "Trust Leaders",
            "approved_on": day(-10), "review_on": day(300)}, expect=201).json["id"]

    def attest(self, *people, by=None, edition="2026", trained=-30):
        for person in people:
            (by or self.head).client.post("/v1/attestations", {
                "person_id": person.id, "policy_edition": edition, "policy_read_on": day(-30),
                "trained_on": day(trained)}, expect=201)

    def ready(self):
        self.attest(self.first, self.second)
        return self.assessment()

    def body(self, **changes):
        body = {
            "school_id": self.school, "platform": "x", "proposed_name": "History department",
            "kind": "department", "aim": "Share what the department does.",
            "audience": "Parents and pupils of years 7 to 11", "promotion": "Newsletter",
            "visibility": "open", "purpose": "education",
            "purpose_detail": "Shows pupils' work and trips.",
            "other_communication_methods": "Letters home and the website.",
            "operators": [{"person_id": self.first.id, "access": "admin"},
                          {"person_id": self.second.id, "access": "poster",
                           "access_until": day(90)}]}
        body.update(changes)
        return {key: value for key, value in body.items() if value is not None}

    def draft(self, by=None, **changes):
        return (by or self.applicant).client.post(PATH, self.body(**changes), expect=201).json

    def submitted(self, by=None, **changes):
        application = self.draft(by, **changes)
        return self.act(by or self.applicant, application, "submit").json

    def act(self, person, application, action, body=None, expect=200):
        return person.client.post(f"{PATH}/{application['id']}/{action}", body or {}, expect=expect)

    def see(self, person, application):
        return person.client.get(f"{PATH}/{application['id']}", expect=200).json


def codes(answer):
    return {blocker["code"] for blocker in answer["blockers"]}


def names(answer):
    return {action["name"] for action in answer["actions"]}


@pytest.fixture
def stage(house):
    return Stage(house)


WORDS = {"reason": "We looked at the whole case."}


def test_whole_walk(stage):
    """Applicant, SLT, administrator; then the channel stands with its whole history."""
    stage.ready()
    draft = stage.draft()
    assert draft["state"] == "draft" and names(draft) == {"submit", "withdraw"}
    submitted = stage.act(stage.applicant, draft, "submit").json
    assert submitted["state"] == "submitted" and submitted["revision"] == 1
    assert {d["person_name"] for d in submitted["deciders"]} == {"Hal Head", "Dee Deputy"}
    assert names(stage.see(stage.head, draft)) == {"approve", "reject", "ask", "exclude"}
    approved = stage.act(stage.head, draft, "approve", WORDS).json
    assert approved["state"] == "approved"
    assert approved["decisions"][0]["decider_name"] == "Hal Head"
    assert approved["decisions"][0]["capacity"] == "slt"
    assert names(stage.see(stage.admin, draft)) == {"record_account"}
    made = stage.act(stage.admin, draft, "record-account", {
        "handle": "@TorHistory", "url": "https://x.example/TorHistory",
        "account_created_on": day(0)}).json
    assert made["state"] == "account_created" and made["actions"] == []
    channel = stage.admin.client.get(f"/v1/channels/{made['channel_id']}", expect=200).json
    assert channel["state"] == "approved" and channel["handle"] == "@TorHistory"
    grants = {g["holder"]: g for g in channel["grants"]}
    assert grants["Sid Second"]["until_on"] == day(90)
    assert grants["Flo First"]["until_on"] > day(300)
    assert channel["blockers"][0]["code"] == "not_in_privacy_notice"
    answer = stage.admin.client.post(f"/v1/channels/{channel['id']}/activate", {
        "settings_checked": ["privacy", "tagging", "comments", "direct_messages", "two_factor"]},
        expect=409)
    assert answer.json["type"].endswith("/blocked")
    etag = stage.admin.client.get(f"/v1/channels/{channel['id']}").etag
    stage.admin.client.patch(f"/v1/channels/{channel['id']}", {"privacy_notice_on": day(0)},
                             headers={"If-Match": etag}, expect=200)
    active = stage.admin.client.post(f"/v1/channels/{channel['id']}/activate", {
        "settings_checked": ["privacy", "tagging", "comments", "direct_messages", "two_factor"]},
        expect=200).json
    assert active["state"] == "active" and active["settings_checked_on"] == day(0)
    history = stage.head.client.get(f"/v1/channels/{channel['id']}/history", expect=200).json["data"]
    assert [(h["subject"], h["action"]) for h in history] == [
        ("application", "draft"), ("application", "submit"), ("application", "approve"),
        ("application", "record_account"), ("channel", "record_account"), ("channel", "change"),
        ("channel", "activate")]
    assert [h["actor_name"] for h in history if h["action"] == "approve"] == ["Hal Head"]


@pytest.mark.parametrize("part,code", [
    ("aim", "missing_aim"), ("audience", "missing_audience"), ("promotion", "missing_promotion"),
    ("visibility", "missing_visibility"), ("purpose", "missing_purpose"),
    ("other_communication_methods", "missing_other_communication_methods")])
def test_submit_names_blank_part(stage, part, code):
    """P2: refused with the list of fields; readiness says so before anybody tries."""
    application = stage.draft(**{part: None})
    assert codes(application) == {code} and "submit" not in names(application)
    answer = stage.act(stage.applicant, application, "submit", expect=422)
    assert [e["pointer"] for e in answer.json["errors"]] == [f"/{part}"]
    assert stage.see(stage.applicant, application)["state"] == "draft"


def test_submit_names_all_blanks_at_once(stage):
    application = stage.draft(aim=None, audience=None, operators=None)
    answer = stage.act(stage.applicant, application, "submit", expect=422)
    assert {e["pointer"] for e in answer.json["errors"]} == {"/aim", "/audience", "/operators"}


def test_required_parts_are_configuration(stage):
    stage.set("application.required_parts", ["audience"])
    application = stage.draft(aim=None, promotion=None, visibility=None, operators=None)
    stage.act(stage.applicant, application, "submit", expect=200)


def test_minimum_operators(stage):
    """P3: two, both employees; volunteers and parents may be added but do not count."""
    one = stage.draft(operators=[{"person_id": stage.first.id, "access": "admin"}])
    assert codes(one) == {"too_few_operators", "too_few_staff_operators"}
    helper = stage.tenant.person("Val Volunteer", "staff", [stage.school], type="volunteer")
    mixed = stage.draft(operators=[{"person_id": stage.first.id, "access": "admin"},
                                   {"person_id": helper.id, "access": "poster"}])
    assert codes(mixed) == {"too_few_staff_operators"}
    stage.set("application.min_staff_operators", 1, stage.school)
    assert codes(stage.see(stage.applicant, mixed)) == set()


def test_locked_setting_beats_the_school(stage):
    stage.set("application.min_staff_operators", 1, stage.school)
    stage.set("application.min_staff_operators", 3, locked=True)
    assert codes(stage.draft()) == {"too_few_staff_operators"}


def test_operator_twice_or_unknown(stage):
    person = {"person_id": stage.first.id, "access": "admin"}
    answer = stage.applicant.client.post(PATH, stage.body(operators=[person, person]), expect=422)
    assert answer.json["errors"][0]["pointer"].startswith("/operators")
    other = stage.house.fresh_tenant().person("Out Sider", "staff")
    for stranger in (other.id, "01920000-0000-7000-8000-000000000000"):
        answer = stage.applicant.client.post(PATH, stage.body(
            operators=[person, {"person_id": stranger, "access": "poster"}]), expect=422)
        assert answer.json["errors"] == [{"pointer": "/operators/1/person_id",
                                          "detail": answer.json["errors"][0]["detail"]}]


def test_readiness_shows_everything(stage):
    """P5 and O7: reading, training and the risk assessment, for all who may see it."""
    application = stage.submitted()
    answer = stage.act(stage.head, application, "approve", WORDS, expect=409).json
    wanted = {"policy_not_read", "not_trained", "no_risk_assessment"}
    assert {b["code"] for b in answer["blockers"]} == wanted
    seen = stage.see(stage.head, application)
    assert codes(seen) == wanted and names(seen) == {"ask", "reject", "exclude"}
    readiness = stage.applicant.client.get(f"{PATH}/{application['id']}/readiness", expect=200).json
    assert readiness["ready_to_submit"] and not readiness["ready_to_approve"]
    assert {f["code"] for f in readiness["findings"]} == wanted
    stage.ready()
    assert stage.act(stage.head, application, "approve", WORDS).json["state"] == "approved"


def test_training_expires_and_edition_counts(stage):
    stage.set("policy.current_edition", "2026")
    stage.assessment()
    application = stage.submitted()
    stage.attest(stage.first, edition="2024")
    stage.attest(stage.second, trained=-800)
    blockers = stage.see(stage.head, application)["blockers"]
    assert {(b["action"], b["code"]) for b in blockers} == {
        ("approve", "policy_not_read"), ("approve", "not_trained")}
    stage.set("application.training_gate", "advised")
    assert codes(stage.see(stage.head, application)) == set()


def test_nobody_attests_themselves(stage):
    answer = stage.head.client.post("/v1/attestations", {
        "person_id": stage.head.id, "policy_edition": "1", "policy_read_on": day(-1),
        "trained_on": day(-1)}, expect=409)
    assert answer.json["type"].endswith("/conflicted")
    stage.admin.client.post("/v1/attestations", {
        "person_id": stage.first.id, "policy_edition": "1", "policy_read_on": day(-1),
        "trained_on": day(-1)}, expect=403)


@pytest.mark.parametrize("side", ["applicant", "operator"])
def test_nobody_decides_on_their_own(stage, side):
    """The API gives the reason first; the constraint holds by any path."""
    stage.ready()
    stage.attest(stage.head, by=stage.deputy)
    operators = [{"person_id": p.id, "access": "admin"} for p in (
        (stage.first, stage.second) if side == "applicant" else (stage.head, stage.second))]
    application = stage.submitted(by=stage.head if side == "applicant" else None, operators=operators)
    seen = stage.see(stage.head, application)
    assert not names(seen) & {"approve", "reject", "ask"}
    for action in ("approve", "reject", "ask"):
        answer = stage.act(stage.head, application, action, WORDS, expect=409).json
        assert answer["type"].endswith("/conflicted")
        assert answer["blockers"][0]["code"] == "conflict_of_interest"
        assert "Dee Deputy" in answer["blockers"][0]["detail"]
    with pytest.raises(Exception, match="nobody decides on their own"):
        stage.house.sql("INSERT INTO application_decision (tenant_id, id, application_id, revision, step,"
                        " outcome, reason, decider_id, decider_name, capacity) VALUES"
                        " (%s, gen_random_uuid(), %s, 1, 0, 'approved', 'x', %s, 'x', 'slt')",
                        stage.tenant.id, application["id"], stage.head.id)
    assert stage.act(stage.deputy, application, "approve", WORDS).json["state"] == "approved"


def conflict_all(stage):
    """Every SLT of the school is on the applicant's side."""
    stage.attest(stage.head, by=stage.deputy)
    stage.attest(stage.deputy, by=stage.head)
    return stage.submitted(by=stage.head, operators=[
        {"person_id": stage.deputy.id, "access": "admin"},
        {"person_id": stage.first.id, "access": "poster"}])


def test_trust_slt_substitutes(stage):
    stage.ready()
    application = conflict_all(stage)
    seen = stage.see(stage.trust_slt, application)
    assert [d["capacity"] for d in seen["deciders"]] == ["substitute:trust_slt"]
    answer = stage.act(stage.deputy, application, "approve", WORDS, expect=409).json
    assert "Tara Trust" in answer["blockers"][0]["detail"]
    done = stage.act(stage.trust_slt, application, "approve", WORDS).json
    assert done["decisions"][0]["capacity"] == "substitute:trust_slt"


@pytest.mark.parametrize("substitute", ["chair", "proprietor"])
def test_configured_substitute(stage, substitute):
    stage.set("application.substitute_decider", [substitute])
    stage.ready()
    application = conflict_all(stage)
    person = getattr(stage, substitute)
    other = stage.proprietor if substitute == "chair" else stage.chair
    stage.act(other, application, "approve", WORDS, expect=409)
    done = stage.act(person, application, "reject", WORDS).json
    assert done["decisions"][0]["capacity"] == f"substitute:{substitute}"


def test_not_a_substitute_while_somebody_is_left(stage):
    stage.ready()
    application = stage.submitted()
    for person in (stage.trust_slt, stage.chair):
        answer = stage.act(person, application, "approve", WORDS, expect=409).json
        assert answer["blockers"][0]["code"] == "not_your_turn"


def test_stand_alone_school(house):
    """H3: no trust; its SLT decides, and when all are in conflict the chair does."""
    stage = Stage(house, kind="school")
    stage.ready()
    application = stage.submitted()
    assert {d["person_name"] for d in application["deciders"]} == {"Hal Head", "Dee Deputy"}
    assert stage.act(stage.head, application, "approve", WORDS).json["state"] == "approved"
    application = conflict_all(stage)
    assert stage.act(stage.chair, application, "approve", WORDS).json["decisions"][0][
        "capacity"] == "substitute:chair"


def test_two_step_chain(stage):
    """P8: school SLT, then trust SLT; the same person never decides both."""
    stage.set("application.approver_chain", [{"scope": "school", "role": "slt", "need": "any"},
                                             {"scope": "tenant", "role": "slt", "need": "any"}])
    stage.ready()
    application = stage.submitted()
    stage.act(stage.trust_slt, application, "approve", WORDS, expect=409)
    first = stage.act(stage.head, application, "approve", WORDS).json
    assert first["state"] == "submitted"
    assert [d["person_name"] for d in first["deciders"]] == ["Tara Trust"]
    stage.act(stage.head, application, "approve", WORDS, expect=409)
    done = stage.act(stage.trust_slt, application, "approve", WORDS).json
    assert done["state"] == "approved" and [d["step"] for d in done["decisions"]] == [0, 1]


def test_excluding_somebody_moves_nothing(stage):
    """An action that stays put leaves the step of the chain and the wait as they are."""
    stage.set("application.approver_chain", [{"scope": "school", "role": "slt", "need": "any"},
                                             {"scope": "tenant", "role": "slt", "need": "any"}])
    stage.ready()
    application = stage.submitted()
    first = stage.act(stage.head, application, "approve", WORDS).json
    after = stage.act(stage.deputy, application, "exclude", {
        "person_id": stage.proprietor.id, "reason": "A relative."}).json
    assert after["waiting_since"] == first["waiting_since"]
    assert [d["person_name"] for d in after["deciders"]] == ["Tara Trust"]
    assert stage.act(stage.trust_slt, application, "approve", WORDS).json["state"] == "approved"


def test_all_of_a_step(stage):
    stage.set("application.approver_chain", [{"scope": "school", "role": "slt", "need": "all"}])
    stage.ready()
    application = stage.submitted()
    assert stage.act(stage.head, application, "approve", WORDS).json["state"] == "submitted"
    answer = stage.act(stage.head, application, "approve", WORDS, expect=409).json
    assert answer["blockers"][0]["code"] == "not_your_turn"
    assert stage.act(stage.deputy, application, "approve", WORDS).json["state"] == "approved"


def test_duty_in_the_chain(stage):
    stage.set("application.approver_chain", [{"scope": "school", "role": "head", "need": "any"}])
    stage.ready()
    application = stage.submitted()
    stage.act(stage.deputy, application, "approve", WORDS, expect=409)
    assert stage.act(stage.head, application, "approve", WORDS).json["state"] == "approved"


def test_resubmission_shows_what_changed(stage):
    """P4: a new revision each time; decisions and revisions never change."""
    application = stage.submitted()
    asked = stage.act(stage.head, application, "ask", {"reason": "Which audience?"}).json
    assert asked["state"] == "more_information"
    answer = stage.applicant.client.get(f"{PATH}/{application['id']}")
    stage.applicant.client.patch(f"{PATH}/{application['id']}", {
        "audience": "Parents", "operators": [{"person_id": stage.first.id, "access": "poster"},
                                             {"person_id": stage.second.id, "access": "admin"}]},
        headers={"If-Match": answer.etag}, expect=200)
    again = stage.act(stage.applicant, application, "answer", {"reason": "Narrowed."}).json
    assert again["state"] == "submitted" and again["revision"] == 2
    rejected = stage.act(stage.head, application, "reject", {"reason": "Not yet."}).json
    assert rejected["state"] == "rejected"
    stage.act(stage.applicant, application, "revise")
    stage.act(stage.applicant, application, "submit")
    revisions = stage.head.client.get(f"{PATH}/{application['id']}/revisions", expect=200).json["data"]
    assert [(r["revision"], r["changed"]) for r in revisions] == [
        (1, []), (2, ["audience", "operators"]), (3, [])]
    assert revisions[0]["content"]["audience"] != revisions[1]["content"]["audience"]
    for table in ("application_decision", "application_revision", "application_history"):
        with pytest.raises(Exception, match="never changed"):
            stage.house.sql(f"DELETE FROM {table} WHERE application_id = %s", application["id"])


def test_an_answer_leaves_nothing_blank(stage):
    application = stage.submitted()
    asked = stage.act(stage.head, application, "ask", {"reason": "Which audience?"})
    changed = stage.applicant.client.patch(f"{PATH}/{application['id']}", {"audience": None},
                                           headers={"If-Match": asked.etag}, expect=200)
    assert codes(changed.json) == {"missing_audience"} and "answer" not in names(changed.json)
    answer = stage.act(stage.applicant, application, "answer", expect=422)
    assert [e["pointer"] for e in answer.json["errors"]] == ["/audience"]


def test_a_change_leaves_its_trace(stage):
    application = stage.draft()
    for body in ({"aim": "Another", "involves_pupils": False}, {"aim": "Another"},
                 {"kind": "class", "operators": []}):
        etag = stage.applicant.client.get(f"{PATH}/{application['id']}").etag
        stage.applicant.client.patch(f"{PATH}/{application['id']}", body,
                                     headers={"If-Match": etag}, expect=200)
    history = stage.head.client.get(f"{PATH}/{application['id']}/history", expect=200).json["data"]
    assert [(h["action"], h["from_state"], h["to_state"], h["note"]) for h in history] == [
        ("draft", None, "draft", None), ("change", "draft", "draft", "aim"),
        ("change", "draft", "draft", None), ("change", "draft", "draft", "kind, operators")]


def test_submitted_is_not_edited(stage):
    application = stage.submitted()
    etag = stage.applicant.client.get(f"{PATH}/{application['id']}").etag
    answer = stage.applicant.client.patch(f"{PATH}/{application['id']}", {"aim": "Another aim"},
                                          headers={"If-Match": etag}, expect=409)
    assert answer.json["type"].endswith("/wrong-state")


def test_only_the_applicants_side_edits(stage):
    application = stage.draft()
    for person in (stage.head, stage.admin):
        etag = person.client.get(f"{PATH}/{application['id']}").etag
        person.client.patch(f"{PATH}/{application['id']}", {"aim": "Mine now"},
                            headers={"If-Match": etag}, expect=403)
        stage.act(person, application, "submit", expect=403)
    stage.act(stage.first, application, "submit", expect=403)


def test_a_platform_is_one_of_the_list(stage):
    answer = stage.applicant.client.post(PATH, stage.body(platform="geocities"), expect=422)
    assert [e["pointer"] for e in answer.json["errors"]] == ["/platform"]


def test_record_account_is_the_administrators(stage):
    stage.ready()
    body = {"handle": "@one", "url": "https://x.example/one", "account_created_on": day(0)}
    application = stage.submitted()
    stage.act(stage.admin, application, "record-account", body, expect=409)
    stage.act(stage.head, application, "approve", WORDS)
    for person in (stage.head, stage.applicant):
        stage.act(person, application, "record-account", body, expect=403)
    stage.act(stage.admin, application, "record-account", {**body, "handle": "@"}, expect=422)
    stage.act(stage.admin, application, "record-account", body)
    stage.act(stage.admin, application, "record-account", body, expect=409)
    again = stage.submitted()
    stage.act(stage.head, again, "approve", WORDS)
    answer = stage.act(stage.admin, again, "record-account", body, expect=409)
    assert answer.json["type"].endswith("/already-exists")
    assert answer.json["detail"].startswith("This handle cannot be recorded here.")
    assert stage.see(stage.admin, again)["state"] == "approved"


def test_privacy_notice_may_only_warn(stage):
    """H12 by configuration."""
    stage.set("channel.privacy_notice", "warn")
    stage.ready()
    application = stage.submitted()
    stage.act(stage.head, application, "approve", WORDS)
    made = stage.act(stage.admin, application, "record-account", {
        "handle": "@two", "url": "https://x.example/two", "account_created_on": day(0)}).json
    active = stage.admin.client.post(f"/v1/channels/{made['channel_id']}/activate", {
        "settings_checked": ["privacy", "tagging", "comments", "direct_messages", "two_factor"]},
        expect=200).json
    assert "not_in_privacy_notice" in active["flags"]


def test_excluded_person_is_blind(stage):
    """Excluded beats everything, from that commit on, and the others decide."""
    application = stage.submitted()
    stage.act(stage.head, application, "exclude", {
        "person_id": stage.deputy.id, "reason": "Married to the applicant."})
    stage.deputy.client.get(f"{PATH}/{application['id']}", expect=404)
    assert application["id"] not in stage.deputy.client.get(PATH).text
    assert application["id"] not in stage.deputy.client.get(f"{PATH}/inbox").text
    stage.deputy.client.get(f"{PATH}/{application['id']}/history", expect=404)
    stage.act(stage.deputy, application, "reject", WORDS, expect=404)
    assert [d["person_name"] for d in stage.see(stage.head, application)["deciders"]] == ["Hal Head"]


def test_the_applicants_side_does_not_choose_its_judges(stage):
    """Neither by excluding the deciders, nor by appointing new ones since."""
    stage.ready()
    stage.attest(stage.head, by=stage.deputy)
    application = stage.submitted(by=stage.head)
    answer = stage.act(stage.head, application, "exclude", {
        "person_id": stage.deputy.id, "reason": "In my way."}, expect=409).json
    assert answer["blockers"][0]["code"] == "conflict_of_interest"
    for person in (stage.head, stage.first):  # the applicant, an operator
        stage.act(stage.deputy, application, "exclude", {
            "person_id": person.id, "reason": "Blind them."}, expect=422)
    own = stage.submitted(by=stage.trust_slt)
    puppet = stage.tenant.person("Pat Puppet")
    stage.trust_slt.client.post("/v1/appointments", {
        "person_id": puppet.id, "role": "slt", "scope": "schools", "school_ids": [stage.school]}, expect=201)
    assert "Pat Puppet" not in [d["person_name"] for d in stage.see(stage.head, own)["deciders"]]
    answer = stage.act(puppet, own, "approve", WORDS, expect=409).json
    assert answer["blockers"][0]["code"] == "conflict_of_interest"


def test_a_schools_chair_is_no_substitute_in_a_trust(stage):
    stage.set("application.substitute_decider", ["chair"])
    stage.ready()
    local = stage.tenant.person("Lou Local", "governor", [stage.school], ["chair"])
    application = conflict_all(stage)
    stage.act(local, application, "approve", WORDS, expect=409)
    stage.act(stage.chair, application, "approve", WORDS, expect=200)


def test_volunteer_applies_through_somebody(stage):
    """P1, P6: who records on behalf joins the applicant's side."""
    volunteer = stage.house.sql("INSERT INTO person (tenant_id, id, school_id, name, person_type) VALUES"
                                " (%s, gen_random_uuid(), %s, 'Vi Volunteer', 'parent') RETURNING id::text",
                                stage.tenant.id, stage.school)[0]["id"]
    stage.ready()
    application = stage.submitted(by=stage.head, applicant_id=volunteer)
    assert application["applicant_name"] == "Vi Volunteer"
    answer = stage.act(stage.head, application, "approve", WORDS, expect=409).json
    assert answer["blockers"][0]["code"] == "conflict_of_interest"
    stage.applicant.client.post(PATH, stage.body(applicant_id=stage.head.id), expect=422)


def test_inbox_waits_oldest_first(stage):
    """P7: what waits for whom, with its age."""
    stage.ready()
    first, second = stage.submitted(), stage.submitted(proposed_name="Art department")
    inbox = stage.head.client.get(f"{PATH}/inbox", expect=200).json["data"]
    assert [item["id"] for item in inbox] == [first["id"], second["id"]]
    assert {item["waiting_for"] for item in inbox} == {"decision"}
    assert inbox[0]["waiting_hours"] == 0
    assert stage.admin.client.get(f"{PATH}/inbox").json["data"] == []
    stage.act(stage.head, first, "approve", WORDS)
    assert [(i["id"], i["waiting_for"]) for i in stage.admin.client.get(f"{PATH}/inbox").json["data"]] == [
        (first["id"], "account")]
    stage.act(stage.head, second, "ask", {"reason": "More please."})
    assert [(i["id"], i["waiting_for"]) for i in stage.applicant.client.get(f"{PATH}/inbox").json["data"]] == [
        (second["id"], "answer")]


def test_similar_channels_are_shown(stage):
    """P12: what there is already, before somebody opens a second one."""
    stage.ready()
    application = stage.submitted()
    stage.act(stage.head, application, "approve", WORDS)
    stage.act(stage.admin, application, "record-account", {
        "handle": "@hist", "url": "https://x.example/hist", "account_created_on": day(0)})
    assert [c["handle"] for c in stage.draft()["similar_channels"]] == ["@hist"]
    assert stage.draft(platform="facebook")["similar_channels"] == []


def test_two_deciders_one_decision(stage):
    """A race ends in one winner and one 409."""
    stage.ready()
    for _ in range(5):
        application = stage.submitted()
        clients = [stage.house.server.client(stage.house.token(p.login)) for p in (stage.head, stage.deputy)]
        answers = []
        threads = [threading.Thread(target=lambda c=c, a=a: answers.append(
            c.post(f"{PATH}/{application['id']}/{a}", WORDS).status))
            for c, a in zip(clients, ("approve", "reject"))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [200, 409]
        assert len(stage.see(stage.head, application)["decisions"]) == 1


STATES = ["draft", "submitted", "more_information", "approved", "rejected", "account_created", "withdrawn"]
BODIES = {
    "submit": {}, "answer": {}, "revise": {}, "withdraw": {},
    "ask": WORDS, "approve": WORDS, "reject": WORDS,
}


def at_state(stage, state):
    application = stage.draft()
    if state == "draft":
        return application
    if state == "withdrawn":
        return stage.act(stage.applicant, application, "withdraw").json
    application = stage.act(stage.applicant, application, "submit").json
    if state == "more_information":
        stage.act(stage.head, application, "ask", WORDS)
    if state in ("approved", "account_created"):
        stage.act(stage.head, application, "approve", WORDS)
    if state == "rejected":
        stage.act(stage.head, application, "reject", WORDS)
    if state == "account_created":
        stage.act(stage.admin, application, "record-account", {
            "handle": f"@h{application['id'][-8:]}", "url": "https://x.example/h",
            "account_created_on": day(0)})
    return application


@pytest.mark.parametrize("who", ["applicant", "first", "head", "admin", "trust_slt", "chair"])
def test_actions_are_what_then_happens(house, who):
    stage = Stage(house)
    stage.ready()
    person = getattr(stage, who)
    for state in STATES:
        for action in [step["action"] for step in flow(house, "channel_application")]:
            application = at_state(stage, state)
            seen = stage.see(person, application)
            body = {"record_account": {"handle": f"@r{application['id'][-8:]}",
                                       "url": "https://x.example/r", "account_created_on": day(0)},
                    "exclude": {"person_id": stage.proprietor.id, "reason": "A relative."}}.get(
                        action, BODIES.get(action))
            answer = stage.act(person, application, action.replace("_", "-"), body, expect=None)
            agrees(seen, action, answer, who)
