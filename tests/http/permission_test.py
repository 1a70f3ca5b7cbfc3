"""Every permission for every kind of appointment in every scope (A26), over HTTP.

What is expected comes from tests/policy.eval, never from the service. A row of CASES is one
request (see permission_cases). Whoever holds nothing for its permission gets 403; whose reach
holds the row gets the status in the table; all others 403 when they may read the row, 404 when
they may not, and 422 when the row is named in a body."""
import json
import uuid
from collections import namedtuple

import pytest

from days import day
from permission_cases import APPS, CASES, ELSEWHERE
from reach import DUTIES, ROLES, Plot, cells

CELLS = cells()
PLACES = {"school": [0], "other": [1], "both": [0, 1], "tenant": []}
KINDS = [(role, None) for role in ROLES] + \
    [(role, duty) for role in ("staff", "governor") for duty in DUTIES]


class Holder:
    """One appointment, a row of each kind that is theirs, and what the table says of it."""

    def __init__(self, tenant, role, duty, place):
        self.role, self.duty, self.place = role, duty, place
        self.name = f"{role}@{place}" + (f"+{duty}" if duty else "")
        schools = [tenant.schools[n] for n in PLACES[place]]
        self.person = tenant.person(self.name.replace("@", " ").replace("+", " "), role, schools,
                                    [duty] if duty else [])
        self.client = self.person.client

    def cells(self, permission):
        columns = CELLS[permission]
        wide = "tenant" if self.place == "tenant" else "school"
        found = {columns[f"slt@{wide}" if self.role == "slt" else self.role]}
        return (found | {columns[self.duty]} if self.duty else found) - {"NO"}

    def reaches(self, permission, target, reading):
        """Whether the table of cells gives this holder such a row (see permission_cases)."""
        found = self.cells(permission)
        if target in (None, "mine"):
            return bool(found)
        wide = self.place == "tenant"
        return "SCOPE" in found and (wide or target == "there" and self.place != "other"
                                     or target == "shared" and reading)


class Stage:
    def __init__(self, house):
        self.house = house
        self.routes = json.loads(house.server.run("describe").stdout)["routes"]
        rows = [r for r in self.routes if r["method"] == "GET" and r["path"].endswith(("/{id}", "/{key}"))]
        self.paths = {r["resource"]: r["path"].rpartition("/")[0] for r in rows}
        self.reads = {r["resource"]: r["permission"] for r in rows}
        self.tenant = house.fresh_tenant(schools=2)
        self.a, self.b = self.tenant.schools
        self.plot = Plot(self.tenant, self.a, f"atschool{self.tenant.mark}")
        self.level = Plot(self.tenant, None, f"attenant{self.tenant.mark}")
        self.holders = [Holder(self.tenant, role, duty, place)
                        for role, duty in KINDS for place in PLACES]
        self.nobody = self.tenant.person("Nobody")
        self.level.row("setting", id=uuid.uuid4(), key="journalist.rule", value=json.dumps("follow_media_policy"))
        for holder in self.holders:
            self.own_rows(holder)

    def spread(self):
        """An appointment over both schools."""
        return self.plot.plant_appointment(schools=[self.a, self.b])

    def plot_of(self, holder):
        return self.plot.moved(self.b) if holder.place == "other" else self.plot

    def operated(self, holder):
        """An application that names the holder as its operator."""
        plot = self.plot_of(holder)
        id = plot.plant_application("submitted")
        plot.row("application_operator", application_id=id, person_id=holder.person.id,
                 school_id=plot.school, applicant_id=plot.person, access="admin",
                 person_name=holder.name)
        return id

    def named(self, holder):
        """A message in the compartment, for which the DSL has named the holder."""
        plot = self.plot_of(holder)
        id = plot.plant_protected()
        plot.row("message_handler", id=uuid.uuid4(), message_id=id, person_id=holder.person.id,
                 person_name=holder.name, named_by=plot.boss, named_name="DSL")
        return id

    def asked(self, holder=None, state="received"):
        """A question of the press, logged by the holder; the rule is the one by which staff may answer it."""
        self.house.sql("UPDATE setting SET value = %s WHERE tenant_id = %s AND key = 'journalist.rule'",
                       json.dumps("follow_media_policy"), self.tenant.id)
        return self.plot_of(holder).plant_media_enquiry(state, by=holder.person.id) if holder \
            else self.plot.plant_media_enquiry(state)

    def watched(self, holder):
        """A channel that the holder is on duty for."""
        plot = self.plot_of(holder)
        channel = plot.plant_channel("active")
        plot.plant_duty(holder.person.id, channel)
        return channel

    def looked(self, holder):
        """Somebody looked at such a channel."""
        return self.plot_of(holder).plant_check(channel=self.watched(holder))

    def handle(self):
        """Of a channel that is new to the register."""
        handle = uuid.uuid4().hex[:15]
        self.plot.plant_channel("active", handle=handle)
        return handle

    def found(self, holder):
        """What the holder has found in public."""
        return self.plot_of(holder).plant_mention(by=holder.person.id)

    def own_rows(self, holder):
        plot = self.plot_of(holder)
        holder.message = plot.plant_message(by=holder.person.id)
        holder.evidence = plot.plant_evidence(holder.message)
        holder.moderation = plot.plant_moderation(by=holder.person.id, message_id=holder.message)
        holder.attestation = plot.plant_attestation(holder.person.id)
        holder.upload = plot.plant_upload(holder.person.id)
        holder.application = plot.plant_application("draft", applicant=holder.person.id)
        holder.appointment = self.house.sql(
            "SELECT id FROM appointment WHERE person_id = %s", holder.person.id)[0]["id"]


@pytest.fixture(scope="module")
def stage(house):
    return Stage(house)


SECOND_WALL = " (the matrix lets them through: which circle does the policy of this table name?)"


def expected(case, holder, reads):
    """Any of these statuses."""
    reading = not case.table and not case.creates
    if not holder.cells(case.permission):
        return (403,)
    if holder.reaches(case.permission, case.target, reading):
        return case.passed
    if case.creates:
        return (422,)
    if reading:
        return (404,)
    return (403,) if holder.reaches(reads[case.table], case.target, True) else (404,)


def case_name(case):
    return f"{case.permission}-{case.target}-{CASES.index(case)}"


@pytest.mark.parametrize("case", CASES, ids=case_name)
def test_cell(stage, case):
    wrong = []
    for holder in stage.holders:
        method, target, body, headers = case.request(stage, holder)
        answer = holder.client.request(method, target, json=body, headers=headers)
        due = expected(case, holder, stage.reads)
        if answer.status not in due:
            wrong.append(f"{holder.name} {method} {target}: expected {due}, got {answer}" + SECOND_WALL * (
                answer.status == 404 and 404 not in due))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("case", CASES, ids=case_name)
def test_nobody(stage, case):
    """Signed in, and appointed to nothing."""
    holder = namedtuple("Nobody", "person application appointment attestation message upload evidence moderation")(
        stage.nobody, *[uuid.uuid4()] * 7)
    if case.target == "mine":
        return
    method, target, body, headers = case.request(stage, holder)
    stage.nobody.client.request(method, target, json=body, headers=headers, expect=403)


LISTS = [
    ("person_read", "person", "/v1/people?email={0.mark}@plot.example"),
    ("post_read", "post", "/v1/posts?sort=created_at"),
    ("team_read", "team", "/v1/teams?sort=created_at"),
    ("appointment_read", "appointment", "/v1/appointments?role=staff&person_id={0.person}"),
    ("channel_read", "channel", "/v1/channels?handle={0.handle}"),
    ("assessment_read", "assessment", "/v1/assessments?sort=created_at"),
    ("attestation_read", "attestation", "/v1/attestations?person_id={0.person}"),
    ("application_read", "application", APPS + "?applicant_id={0.person}&state=submitted"),
    ("school_read", "school", "/v1/schools?sort=name"),
    ("calendar_read", "period", "/v1/calendar-periods?kind=inset"),
    ("monitor_duty_read", "duty", "/v1/monitor-duties?sort=created_at"),
    ("channel_check_read", "check", "/v1/channel-checks?found=nothing"),
    ("watch_term_read", "term", "/v1/watch-terms?kind=name"),
    ("mention_read", "mention", "/v1/mentions?state=open"),
    ("monitoring_read", "authorisation", "/v1/monitoring-authorisations?state=active"),
    ("statement_read", "statement", "/v1/monitoring-statements?sort=created_at"),
    ("media_enquiry_read", "enquiry", "/v1/media-enquiries?medium=email"),
    ("transfer_read", "transfer", "/v1/transfers?side=from&state=proposed"),
    ("message_read", "message", "/v1/messages?kind=complaint"),
    ("evidence_read", "evidence", "/v1/evidence?message_id={0.message}"),
    ("message_read", "clock", "/v1/clocks?kind=response"),
    ("moderation_read", "moderation", "/v1/moderation-actions?kind=warn"),
    ("moderation_reason_read", "house_rule", "/v1/moderation-reasons?sort=created_at"),
    ("message_template_read", "template", "/v1/message-templates?purpose=redirect"),
]
# Lists that hold the rows of another list, what is the caller's alone, or what is the same for everybody.
OTHER_LISTS = {"/v1/notifications", "/v1/channel-applications/inbox", "/v1/messages/open", "/v1/moderation-actions/chase", "/v1/channel-checks/missed",
               "/v1/channels/register", "/v1/channels/quality",
               "/v1/platforms", "/v1/settings", "/v1/settings/{key}/history", "/v1/setting-presets",
               "/v1/register/schools", "/v1/register/trusts", "/v1/register/imports"}


def test_every_list_is_here(stage):
    lists = {r["path"] for r in stage.routes if r["list"] and "{id}" not in r["path"]}
    here = {path.split("?")[0] for _, _, path in LISTS} | OTHER_LISTS
    assert here == lists, f"LISTS of permission_test.py: {here ^ lists}"


def listed(client, target):
    """The ids on all pages."""
    found, cursor = set(), ""
    while cursor is not None:
        answer = client.get(f"{target}&limit=200"
                            + (f"&cursor={cursor}" if cursor else ""), expect=200).json
        found |= {row["id"] for row in answer["data"]}
        cursor = answer["next_cursor"]
    return found


@pytest.mark.parametrize("permission,kind,path", LISTS, ids=[row[1] for row in LISTS])
def test_list(stage, permission, kind, path):
    """200 with or without the row; 403 for who may read none at all."""
    path, wrong = path.format(stage.plot), []
    for holder in stage.holders:
        if not holder.cells(permission):
            holder.client.get(path, expect=403)
        elif (getattr(stage.plot, kind) in listed(holder.client, path)) \
                != holder.reaches(permission, "there", True):
            wrong.append(holder.name)
    assert not wrong, f"tests/policy.eval and the rows listed differ for {', '.join(wrong)}" + SECOND_WALL


def test_me_tells_the_same(stage):
    """GET /v1/me lists each permission with its reach, as the table has it."""
    for holder in stage.holders:
        told = {row["permission"]: row for row in
                holder.client.get("/v1/me", expect=200).json["permissions"]}
        assert set(told) == {p for p in CELLS if holder.cells(p)}, holder.name
        for permission, row in told.items():
            found, what = holder.cells(permission), (holder.name, permission)
            wide = "tenant" if holder.place == "tenant" else "schools"
            assert row["reach"] == (wide if "SCOPE" in found else "own"), what
            assert row["own"] == ("OWN" in found), what


def test_grant_within_scope(stage):
    """What appointment_grant opens and the may-grant table gives: staff, at a school in reach."""
    for holder in [h for h in stage.holders if h.cells("appointment_grant")]:
        may = holder.role in ("slt", "administrator") and holder.place != "other"
        holder.client.post("/v1/appointments", {
            "person_id": stage.plot.person, "role": "staff", "scope": "schools",
            "school_ids": [stage.a]}, expect=201 if may else 403)


def test_invite_counts_what_is_out_of_sight(stage):
    """Whoever accepts an invitation becomes that person, with all that they hold."""
    person = stage.plot.plant_person("invited")
    stage.plot.row("appointment", id=uuid.uuid4(), person_id=person, role="slt", scope="tenant",
                   state="active", from_on=day(-1))
    for holder in [h for h in stage.holders if h.cells("person_write") and not h.duty]:
        wide = holder.role == "slt" and holder.place == "tenant"
        holder.client.post(f"/v1/people/{person}/invite", {},
                           expect=201 if wide else 404 if holder.place == "other" else 403)


def test_import(stage, house):
    """The register is the whole trust's: only tenant-wide SLT and administrators load it."""
    path = house.secret_file("permission.csv", "owner,owner_level,platform,handle,display_name,"
                             "visibility,audience,master_admin,approved_posters\n")
    for holder in stage.holders:
        may = "SCOPE" in holder.cells("channel_import") and holder.place == "tenant"
        if may or holder.place == "tenant" and holder.role != "staff" or holder.name in (
                "slt@school", "administrator@both", "staff@tenant"):
            house.server.run("import", "register", path, "--tenant", stage.tenant.id, "--as",
                             holder.person.login, expect=0 if may else 1)


def test_every_permission_is_here(house):
    described = json.loads(house.server.run("describe").stdout)["permissions"]
    assert set(described) == {case.permission for case in CASES} | ELSEWHERE
    assert set(described) == set(CELLS)
