"""Every permission for every kind of appointment in every scope (A26), over HTTP.

What is expected comes from tests/policy.eval, never from the service. A row of CASES is one
request about a row of school A. Whoever holds nothing for its permission gets 403; whose reach
holds the row gets the status in the table; all others 403 when they may read the row, 404 when
they may not, and 422 when the row is named in a body."""
import json
import uuid
from collections import namedtuple

import pytest

from reach import DUTIES, ROLES, Plot, cells, day, if_match

CELLS = cells()
PLACES = {"school": [0], "other": [1], "both": [0, 1], "tenant": []}
KINDS = [(role, None) for role in ROLES] + \
    [(role, duty) for role in ("staff", "governor") for duty in DUTIES]
READS = {"person": "person_read", "appointment": "appointment_read", "channel": "channel_read",
         "channel_application": "application_read", "school": "school_read"}


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
        """Targets: there is a row of school A; mine is the caller's own; shared belongs to
        the tenant or to several schools; level is the tenant's; None is no row at all."""
        found = self.cells(permission)
        if target in (None, "mine"):
            return bool(found)
        wide = self.place == "tenant"
        return "SCOPE" in found and (wide or target == "there" and self.place != "other"
                                     or target == "shared" and reading)


class Stage:
    def __init__(self, house):
        self.house = house
        self.tenant = house.fresh_tenant(schools=2)
        self.a, self.b = self.tenant.schools
        self.plot = Plot(self.tenant, self.a, f"atschool{self.tenant.mark}")
        self.level = Plot(self.tenant, None, f"attenant{self.tenant.mark}")
        self.holders = [Holder(self.tenant, role, duty, place)
                        for role, duty in KINDS for place in PLACES]
        self.nobody = self.tenant.person("Nobody")
        for holder in self.holders:
            self.own_rows(holder)

    def spread(self):
        """An appointment over both schools."""
        return self.plot.plant_appointment(schools=[self.a, self.b])

    def own_rows(self, holder):
        plot = self.plot.moved(self.b) if holder.place == "other" else self.plot
        holder.attestation = plot.plant_attestation(holder.person.id)
        holder.application = plot.plant_application("draft", applicant=holder.person.id)
        holder.appointment = self.house.sql(
            "SELECT id FROM appointment WHERE person_id = %s", holder.person.id)[0]["id"]


@pytest.fixture(scope="module")
def stage(house):
    return Stage(house)


def read(path):
    return lambda s, h: ("GET", path(s, h), None, {})


def change(table, id, body):
    return lambda s, h: ("PATCH", f"{PATHS[table]}/{id(s, h)}", body,
                         if_match(s.house, table, id(s, h)))


def act(table, id, action, body=None):
    return lambda s, h: ("POST", f"{PATHS[table]}/{id(s, h)}/{action}",
                         body(s, h) if callable(body) else body or {}, {})


def add(path, body):
    return lambda s, h: ("POST", path, body(s, h), {})


PATHS = {"school": "/v1/schools", "person": "/v1/people", "appointment": "/v1/appointments",
         "channel": "/v1/channels", "channel_application": "/v1/channel-applications"}
APPS, AIM = "/v1/channel-applications", {"aim": "Something else."}
SETTINGS = {"settings_checked": ["privacy", "tagging", "comments", "direct_messages",
                                 "two_factor"]}
WORDS = {"reason": "We looked at the whole case."}


def draft_body(school):
    return {"school_id": school, "platform": "x", "proposed_name": "Drafted", "kind": "class"}


def assessment_body(school):
    return {**({"school_id": school} if school else {}), "title": "Use", "assessed_on": day(-9), "author_name": "An",
            "score": 6, "mitigations": "Two.", "approved_by_name": "Bo", "approved_on": day(-8),
            "review_on": day(90)}


def attest_body(person):
    return {"person_id": person, "policy_edition": "1", "policy_read_on": day(-2),
            "trained_on": day(-2)}


def account_body(s, h):
    return {"handle": f"@{uuid.uuid4().hex[:12]}", "url": "https://x.example/",
            "account_created_on": day(0)}


def fresh(what, *state):
    """A row of school A made for one request, since that request will move it."""
    return lambda s, h: getattr(s, what)() if not state else \
        getattr(s.plot, f"plant_{what}")(*state)


Case = namedtuple("Case", "permission target passed request creates table", defaults=[False, None])
CASES = [
    Case("tenant_read", None, (200,), read(lambda s, h: "/v1/tenant")),
    Case("platform_read", None, (200,), read(lambda s, h: "/v1/platforms")),
    Case("school_read", "there", (200,), read(lambda s, h: f"/v1/schools/{s.a}")),
    Case("school_add", None, (201,), add("/v1/schools", lambda s, h: {"name": "Added"})),
    Case("school_write", "there", (200,),
         change("school", lambda s, h: s.a, {"telephone": "01632 960000"}), table="school"),
    Case("person_read", "there", (200,), read(lambda s, h: f"/v1/people/{s.plot.person}")),
    Case("person_read", "shared", (200,), read(lambda s, h: f"/v1/people/{s.level.person}")),
    Case("person_read", "mine", (200,), read(lambda s, h: f"/v1/people/{h.person.id}")),
    Case("person_write", "there", (201,), add("/v1/people", lambda s, h: {
        "name": "Added", "person_type": "volunteer", "school_id": s.a}), creates=True),
    Case("person_write", "level", (201,), add("/v1/people", lambda s, h: {
        "name": "Added", "person_type": "volunteer"}), creates=True),
    Case("person_write", "there", (200,), change("person", lambda s, h: s.plot.person,
         {"job_title": "Changed"}), table="person"),
    Case("person_write", "shared", (200,), change("person", lambda s, h: s.level.person,
         {"job_title": "Changed"}), table="person"),
    Case("person_write", "there", (200,), act("person", fresh("person", "leaver"), "leave",
         {"left_on": day(0)}), table="person"),
    Case("person_write", "shared", (200,), act("person",
         lambda s, h: s.level.plant_person("leaver"), "leave", {"left_on": day(0)}),
         table="person"),
    Case("person_write", "there", (201,), act("person", fresh("person", "invited"), "invite"),
         table="person"),
    Case("appointment_read", "there", (200,),
         read(lambda s, h: f"/v1/appointments/{s.plot.appointment}")),
    Case("appointment_read", "shared", (200,), read(lambda s, h: f"/v1/appointments/{s.spread()}")),
    Case("appointment_read", "level", (200,),
         read(lambda s, h: f"/v1/appointments/{s.level.appointment}/history")),
    Case("appointment_read", "mine", (200,),
         read(lambda s, h: f"/v1/appointments/{h.appointment}")),
    # The door alone: what passes it is then judged by the may-grant table.
    Case("appointment_grant", None, (422,), add("/v1/appointments", lambda s, h: {})),
    Case("appointment_confirm", "there", (200,),
         act("appointment", fresh("appointment", "proposed"), "confirm"), table="appointment"),
    Case("appointment_confirm", "level", (409,),
         act("appointment", lambda s, h: s.level.appointment, "decline"), table="appointment"),
    Case("appointment_end", "there", (200,),
         act("appointment", fresh("appointment", "active"), "end"), table="appointment"),
    Case("appointment_end", "shared", (200,),
         act("appointment", fresh("spread"), "end"), table="appointment"),
    Case("channel_read", "there", (200,), read(lambda s, h: f"/v1/channels/{s.plot.channel}")),
    Case("channel_read", "shared", (200,),
         read(lambda s, h: f"/v1/channels/{s.level.channel}/history")),
    Case("channel_write", "there", (200,), change("channel", lambda s, h: s.plot.channel,
         {"audience": "Parents"}), table="channel"),
    Case("channel_write", "shared", (200,), change("channel", lambda s, h: s.level.channel,
         {"audience": "Parents"}), table="channel"),
    Case("channel_activate", "there", (200,),
         act("channel", fresh("channel", "approved"), "activate", SETTINGS), table="channel"),
    Case("channel_close", "there", (200,),
         act("channel", fresh("channel", "active"), "close", WORDS), table="channel"),
    Case("assessment_read", "there", (200,),
         read(lambda s, h: f"/v1/assessments/{s.plot.assessment}")),
    Case("assessment_read", "shared", (200,),
         read(lambda s, h: f"/v1/assessments/{s.level.assessment}")),
    Case("assessment_record", "there", (201,),
         add("/v1/assessments", lambda s, h: assessment_body(s.a)), creates=True),
    Case("assessment_record", "level", (201,),
         add("/v1/assessments", lambda s, h: assessment_body(None)), creates=True),
    Case("attestation_read", "there", (200,),
         read(lambda s, h: f"/v1/attestations/{s.plot.attestation}")),
    Case("attestation_read", "level", (200,),
         read(lambda s, h: f"/v1/attestations/{s.level.attestation}")),
    Case("attestation_read", "mine", (200,),
         read(lambda s, h: f"/v1/attestations/{h.attestation}")),
    Case("attest", "there", (201,),
         add("/v1/attestations", lambda s, h: attest_body(s.plot.person)), creates=True),
    Case("application_read", "there", (200,), read(lambda s, h: f"{APPS}/{s.plot.application}")),
    Case("application_read", "level", (200,),
         read(lambda s, h: f"{APPS}/{s.level.application}/readiness")),
    Case("application_read", "mine", (200,), read(lambda s, h: f"{APPS}/{h.application}")),
    Case("application_draft", "there", (201,), add(APPS, lambda s, h: draft_body(s.a)),
         creates=True),
    Case("application_edit", "there", (200,), change("channel_application",
         lambda s, h: s.plot.application, AIM), table="channel_application"),
    Case("application_edit", "mine", (200,), change("channel_application",
         lambda s, h: h.application, AIM), table="channel_application"),
    # 409: in reach, but the chain names somebody else for the present step.
    Case("application_decide", "there", (200, 409), act("channel_application",
         fresh("application", "submitted"), "reject", WORDS), table="channel_application"),
    Case("application_exclude", "there", (200,), act("channel_application",
         lambda s, h: s.plot.application, "exclude",
         lambda s, h: {"person_id": s.plot.person, **WORDS}), table="channel_application"),
    Case("account_record", "there", (200,), act("channel_application",
         fresh("application", "approved"), "record-account", account_body),
         table="channel_application"),
]
ELSEWHERE = {"channel_import"}  # has no route: the command line is its door, tested below


def expected(case, holder):
    method = "GET" if not case.table and not case.creates else "POST"
    if not holder.cells(case.permission):
        return (403,)
    if holder.reaches(case.permission, case.target, method == "GET"):
        return case.passed
    if case.creates:
        return (422,)
    if method == "GET":
        return (404,)
    return (403,) if holder.reaches(READS[case.table], case.target, True) else (404,)


def case_name(case):
    return f"{case.permission}-{case.target}-{CASES.index(case)}"


@pytest.mark.parametrize("case", CASES, ids=case_name)
def test_cell(stage, case):
    wrong = []
    for holder in stage.holders:
        method, target, body, headers = case.request(stage, holder)
        answer = holder.client.request(method, target, json=body, headers=headers)
        if answer.status not in expected(case, holder):
            wrong.append(f"{holder.name} {method} {target}: expected {expected(case, holder)},"
                         f" got {answer}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("case", CASES, ids=case_name)
def test_nobody(stage, case):
    """Signed in, and appointed to nothing."""
    holder = namedtuple("Nobody", "person application appointment attestation")(
        stage.nobody, *[uuid.uuid4()] * 3)
    if case.target == "mine":
        return
    method, target, body, headers = case.request(stage, holder)
    stage.nobody.client.request(method, target, json=body, headers=headers, expect=403)


LISTS = [
    ("person_read", "person", "/v1/people?email={0.mark}@plot.example"),
    ("appointment_read", "appointment", "/v1/appointments?role=staff&person_id={0.person}"),
    ("channel_read", "channel", "/v1/channels?handle={0.handle}"),
    ("assessment_read", "assessment", "/v1/assessments?sort=created_at"),
    ("attestation_read", "attestation", "/v1/attestations?person_id={0.person}"),
    ("application_read", "application", APPS + "?applicant_id={0.person}&state=submitted"),
    ("school_read", "school", "/v1/schools?sort=name"),
]


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
    assert not wrong


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
