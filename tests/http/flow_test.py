"""From which state which step is possible, stated a second time: whatever the caller holds."""
import json
import re

import pytest

from reach import Plot

STEPS = {
    "channel": {
        "proposed": {"review", "close"}, "approved": {"activate", "review", "close"},
        "active": {"review", "close"}, "suspended": {"review", "close"},
        "handover": {"review", "close"}, "closed": set(), "lost": set()},
    "channel_application": {
        "draft": {"submit", "withdraw", "step_down"},
        "submitted": {"ask", "approve", "reject", "withdraw", "exclude", "step_down"},
        "more_information": {"answer", "withdraw", "exclude", "step_down"},
        "approved": {"withdraw", "record_account"}, "rejected": {"revise", "withdraw"},
        "account_created": set(), "withdrawn": set()},
    "appointment": {
        "proposed": {"confirm", "decline", "end"}, "active": {"end"}, "declined": set(), "ended": set()},
    "message": {
        "open": {"acknowledge", "redirect", "answer", "close", "triage", "assign", "exclude"},
        "acknowledged": {"redirect", "answer", "close", "triage", "assign", "exclude"}, "closed": {"reopen", "exclude"}},
    "transfer": {
        "proposed": {"accept", "decline"}, "accepted": set(), "declined": set(), "superseded": set()},
    "monitoring_authorisation": {"active": {"end"}, "ended": set()},
    "mention": {"open": {"close"}, "closed": set()},
    "media_enquiry": {
        "received": {"approve", "respond", "decline"}, "approved": {"respond", "decline"},
        "responded": set(), "declined": set()},
    "moderation_action": {
        "open": {"take", "record_snapshot", "post_reason", "waive", "withdraw"},
        "taken": {"record_snapshot", "post_reason", "waive", "complete", "appeal"},
        "complete": {"post_reason", "appeal"}, "overturned": set(), "withdrawn": set(),
        "appealed": {"record_snapshot", "post_reason", "waive", "decide_appeal"}},
}
PATHS = {"channel": "channels", "channel_application": "channel-applications",
         "appointment": "appointments", "transfer": "transfers",
         "monitoring_authorisation": "monitoring-authorisations", "media_enquiry": "media-enquiries",
         "mention": "mentions", "message": "messages", "moderation_action": "moderation-actions"}


class Stage:
    """One row of each kind in any state, and people who may, together, do all there is to do."""

    def __init__(self, house):
        tenant = house.fresh_tenant(schools=1)
        school = tenant.schools[0]
        self.plot = Plot(tenant, school, f"flow{tenant.mark}")
        self.applicant = tenant.person("Ann Applicant", "staff", [school])
        self.operator = tenant.person("Olly Operator", "staff", [school])
        self.all = [self.applicant, self.operator, tenant.person("Tara Trust", "slt"),
                    tenant.person("Ada Admin", "administrator"), tenant.person("Dot Lead", "staff", [school], ["dsl"])]

    def plant(self, resource, state):
        plant = getattr(self, f"plant_{resource}", None) or getattr(self.plot, f"plant_{resource}")
        return plant(state)

    def plant_message(self, state):
        return self.plot.plant_message(state=state, **{
            "open": {}, "acknowledged": {"acknowledged_at": "2026-01-06", "acknowledged_name": "A"},
            "closed": {"outcome": "answered", "closed_at": "2026-01-06"}}[state])

    def plant_moderation_action(self, state):
        return self.plot.plant_moderation(state)

    def plant_channel_application(self, state):
        id = self.plot.plant_application(state, self.applicant.id)
        self.plot.row("application_operator", application_id=id, person_id=self.operator.id,
                      school_id=self.plot.school, applicant_id=self.applicant.id, access="admin",
                      person_name=self.operator.name)
        return id

    def steps(self, resource, id):
        """What is offered to anybody, or would be but for a blocker."""
        rows = [who.client.get(f"/v1/{PATHS[resource]}/{id}") for who in self.all]
        seen = [row.json for row in rows if row.status == 200]
        assert seen, rows
        return {action["name"] for row in seen for action in row["actions"]} | {
            blocker["action"] for row in seen for blocker in row["blockers"]}


@pytest.fixture(scope="module")
def stage(house):
    return Stage(house)


@pytest.mark.parametrize("resource, state", [(r, s) for r, states in STEPS.items() for s in states])
def test_steps_of_a_state(stage, resource, state):
    assert stage.steps(resource, stage.plant(resource, state)) == STEPS[resource][state]


def test_every_flow_and_state_is_stated(house):
    described = json.loads(house.server.run("describe").stdout)["resources"]
    assert {row["name"] for row in described if row["flow"]} == set(STEPS)
    for resource, states in STEPS.items():
        check = house.sql("SELECT pg_get_constraintdef(oid) AS text FROM pg_constraint"
                          " WHERE conname = %s", f"{resource}_state_check")[0]["text"]
        assert set(re.findall(r"'(\w+)'", check)) == set(states), resource
