"""Rows of every kind, planted at one place and marked, for whoever asks how far somebody sees."""
import copy
import json
import pathlib
import re
import uuid

from days import day

ROLES = ["slt", "administrator", "staff", "governor"]
DUTIES = ["head", "dsl", "dpo", "hr", "clerk", "chair", "proprietor", "auditor"]
TABLE = pathlib.Path(__file__).parents[1] / "policy.eval"


def cells():
    """The second statement of A26: {permission: {column: NO, OWN or SCOPE}}."""
    table = {}
    for line in TABLE.read_text().splitlines():
        words = line.split("#")[0].split()
        if len(words) != 3:
            continue
        reach, held, permission = words
        found = re.fullmatch(r"(\w+)@(tenant|school)(?:\+(\w+))?", held)
        role, scope, duty = found.groups() if found else (None, None, None)
        if role in ROLES and not duty and (scope == "school" or role == "slt"):
            table.setdefault(permission, {})[f"slt@{scope}" if role == "slt" else role] = reach
        elif role == "none" and scope == "school" and duty in DUTIES:
            table.setdefault(permission, {})[duty] = reach
    return table


def sql_row(house, table, **values):
    """Inserts one row as the superuser; lists and dictionaries become JSON."""
    values = {name: json.dumps(value) if isinstance(value, (dict, list)) else value
              for name, value in values.items()}
    house.sql(f"INSERT INTO {table} ({', '.join(values)}) VALUES"
              f" ({', '.join(['%s'] * len(values))})", *values.values())
    return values.get("id")


class Plot:
    """What stands at one place of a tenant: a school, or None for the tenant itself. Every text
    in it holds `mark`, so that a leak is found by searching for it."""

    def __init__(self, tenant, school, mark):
        self.house, self.tenant, self.school, self.mark = tenant.house, tenant, school, mark
        self.person = self.plant_person(email=f"{mark}@plot.example")
        self.boss = self.plant_person("boss")
        self.handle = mark[-15:]
        self.parts = {}  # by resource, what else stands in the paths below it
        self.row("person_relationship", id=self.part("person", "relationship_id"),
                 person_id=self.person, relationship="parent", from_on=day(-9))
        self.post, self.team = self.plant_body("post"), self.plant_body("team")
        self.appointment = self.plant_appointment()
        self.proposed = self.plant_appointment("proposed")
        self.assessment = self.plant_assessment()
        self.period = self.plant_period()
        self.attestation = self.plant_attestation(self.person)
        self.upload = self.plant_upload(self.person)
        self.application = self.plant_application("submitted", whole=True)
        self.channel = self.plant_channel("approved", handle=self.handle,
                                          application_id=self.application)
        self.row("exclusion", subject_id=self.application, person_id=self.plant_person("excluded"),
                 reason=mark, excluded_by=self.boss)
        self.message = self.plant_message(channel_id=self.channel)
        self.evidence = self.plant_evidence(self.message)
        self.evidence_file = self.plant_evidence(self.message, file=True)
        self.clock = self.parts["message"]["clock_id"]
        self.notification = self.plant_notification(self.message)
        self.house_rule = self.plant_house_rule()
        self.moderation = self.plant_moderation("taken")
        self.template = self.row("message_template", id=uuid.uuid4(), school_id=school, purpose="redirect",
                                 title=f"title {mark}", text=f"text {mark}", created_name=f"writer {mark}")
        self.invitation = self.row("invitation", id=uuid.uuid4(), person_id=self.person,
                                   token_hash=uuid.uuid4().bytes * 2, invited_by=self.boss,
                                   expires_at=day(9))
        self.row("person_gone", person_id=uuid.uuid4(), school_id=school)
        self.transfer = self.plant_transfer()
        self.duty = self.plant_duty()
        self.check = self.plant_check()
        self.authorisation = self.plant_monitoring_authorisation()
        self.term = self.plant_term()
        self.mention = self.plant_mention()
        self.statement = self.plant_statement()
        self.enquiry = self.plant_media_enquiry()
        self.setting = self.row("setting", id=uuid.uuid4(), school_id=school,
                                key="channel.max_admins", value=json.dumps(3))

    def moved(self, school):
        """The same people, whose next rows stand at another school."""
        other = copy.copy(self)
        other.school = school
        return other

    def part(self, resource, name):
        self.parts[resource] = {name: str(uuid.uuid4())}
        return self.parts[resource][name]

    def row(self, table, **values):
        values = {name: str(value) if isinstance(value, uuid.UUID) else value
                  for name, value in values.items()}
        return sql_row(self.house, table, tenant_id=self.tenant.id, **values)

    def plant_person(self, what="person", **values):
        id = uuid.uuid4()
        return self.row("person", **{
            "id": id, "school_id": self.school, "name": f"{what} {self.mark}",
            "email": f"{id.hex[:12]}.{what}.{self.mark}@plot.example", "person_type": "employee",
            "job_title": f"{what} of {self.mark}", "external_ref": f"{id.hex[:12]} {self.mark}", **values})

    def plant_body(self, table):
        """A post or team, with the person of this plot in it."""
        id = self.row(table, id=uuid.uuid4(), school_id=self.school,
                      name=f"{table} {uuid.uuid4().hex[:6]} {self.mark}")
        member = self.row("membership", id=self.part(table, "membership_id"), person_id=self.person,
                          school_id=self.school, person_name=f"member {self.mark}",
                          from_on=day(-9), added_by=self.boss, **{f"{table}_id": id})
        self.row("membership_history", membership_id=member, actor_id=self.boss, action="add",
                 actor_name=f"actor {self.mark}", note=f"note {self.mark}")
        return id

    def plant_appointment(self, state="active", schools=None):
        schools = schools or ([self.school] if self.school else [])
        id = self.row("appointment", id=uuid.uuid4(), person_id=self.person, role="staff",
                      scope="schools" if schools else "tenant", state=state, from_on=day(-9),
                      granted_by=self.boss, granted_name=f"granter {self.mark}",
                      reason=f"because {self.mark}")
        for school in schools:
            self.row("appointment_school", appointment_id=id, school_id=school,
                     person_id=self.person)
        self.row("appointment_history", appointment_id=id, actor_id=self.boss,
                 actor_name=f"actor {self.mark}", action="grant", to_state=state,
                 note=f"note {self.mark}")
        return id

    def plant_assessment(self):
        return self.row("assessment", id=uuid.uuid4(), school_id=self.school,
                        title=f"title {self.mark}", assessed_on=day(-9),
                        author_name=f"author {self.mark}", score=6,
                        mitigations=f"mitigated {self.mark}", dpia_reference=f"dpia {self.mark}",
                        approved_by_name=f"approver {self.mark}", approved_on=day(-8),
                        review_on=day(300), recorded_by=self.boss)

    def plant_period(self, from_on="2020-01-06"):
        return self.row("calendar_period", id=uuid.uuid4(), school_id=self.school, kind="inset",
                        title=f"inset {self.mark}", from_on=from_on, to_on=from_on)

    def plant_attestation(self, person, by=None):
        return self.row("attestation", id=uuid.uuid4(), person_id=person, school_id=self.school,
                        person_name=f"attested {self.mark}", policy_edition=f"ed {self.mark}",
                        policy_read_on=day(-9), trained_on=day(-9), attested_by=by or self.boss,
                        attested_name=f"attester {self.mark}")

    def plant_upload(self, person, **values):
        """With its first part of two; the bytes hold the mark."""
        id = self.row("upload", id=uuid.uuid4(), kind="evidence", size=2048, sha256="0" * 64, part_size=1024,
                      declared_type=f"image/{self.mark}", begun_by=person, **values)
        self.row("upload_part", upload_id=id, number=1, content=self.mark.encode().ljust(1024))
        self.parts["upload"] = {"number": 2}
        return id

    def plant_application(self, state, applicant=None, whole=False):
        """By the person of this plot, run by `boss`; whole: with a revision and a decision."""
        who = applicant or self.person
        waiting = day(-1) if state in ("submitted", "approved", "more_information") else None
        id = self.row("channel_application", id=uuid.uuid4(), school_id=self.school, state=state,
                      applicant_id=who, applicant_name=f"applicant {self.mark}", recorded_by=who,
                      platform="x", proposed_name=f"proposed {self.mark}",
                      proposed_handle=f"@{self.mark}"[:15], kind="department",
                      visibility="open", purpose="education", waiting_since=waiting,
                      **{name: f"{name} {self.mark}" for name in (
                          "aim", "audience", "promotion", "purpose_detail",
                          "other_communication_methods")})
        self.row("application_history", application_id=id, actor_id=who,
                 actor_name=f"actor {self.mark}", action="draft", to_state=state, revision=1,
                 note=f"note {self.mark}")
        if whole:
            self.plant_parts(id)
        return id

    def content(self):
        """What was submitted, as application_file writes it down."""
        texts = ("aim", "audience", "promotion", "purpose_detail", "other_communication_methods",
                 "proposed_name", "proposed_handle", "pupils_justification")
        return {**{name: f"{name} {self.mark}" for name in texts}, "platform": "x",
                "kind": "department", "visibility": "open", "purpose": "education",
                "involves_pupils": False, "assessment_id": None, "operators": []}

    def plant_parts(self, application):
        self.row("application_operator", application_id=application, person_id=self.boss,
                 school_id=self.school, applicant_id=self.person, access="admin",
                 person_name=f"operator {self.mark}")
        self.row("application_revision", application_id=application, revision=1,
                 submitted_by=self.person, submitted_name=f"submitter {self.mark}",
                 content=self.content(), changed="{}")
        self.row("application_decision", id=uuid.uuid4(), application_id=application, revision=1,
                 step=0, outcome="approved", reason=f"reason {self.mark}",
                 decider_id=self.plant_person("decider"), decider_name=f"decider {self.mark}",
                 capacity="slt")

    def plant_channel(self, state, **values):
        id = self.row("channel", **{
            "id": uuid.uuid4(), "school_id": self.school, "state": state, "platform": "x",
            "handle": uuid.uuid4().hex[:15], "display_name": f"channel {self.mark}",
            "url": f"https://{self.mark}.example/", "kind": "department", "visibility": "open",
            "audience": f"audience {self.mark}", "purpose": "education",
            "purpose_detail": f"purpose {self.mark}", "privacy_notice_on": day(-1),
            "owner_name": f"owner {self.mark}", "owner_contact": f"contact {self.mark}",
            "last_reviewed_on": day(-1), "last_reviewed_by": self.boss,
            "last_reviewed_name": f"reviewer {self.mark}",
            "source": "application", "register_cells": {"owner": f"owner {self.mark}"},
            **values})
        self.row("channel_grant", id=self.part("channel", "grant_id"), channel_id=id, school_id=self.school,
                 access="admin", person_id=self.person, holder_text=f"holder {self.mark}",
                 holder_kind="person", from_on=day(-9), granted_by=self.boss,
                 granted_name=f"granter {self.mark}")
        self.row("channel_history", channel_id=id, actor_id=self.boss,
                 actor_name=f"actor {self.mark}", action="import", to_state=state,
                 note=f"note {self.mark}")
        return id

    def plant_notification(self, message):
        event = self.row("event", id=uuid.uuid4(), kind="message_unassigned", subject_kind="message", subject_id=message,
                         school_id=self.school, told_at=day(-1))
        return self.row("notification", id=uuid.uuid4(), event_id=event, person_id=self.person, kind="message_unassigned",
                        urgent=False, subject_kind="message", subject_id=message, school_id=self.school)

    def plant_message(self, by=None, **values):
        """With a clock that runs, and somebody named for it, though only the compartment has such."""
        id = self.row("message", **{
            "id": uuid.uuid4(), "school_id": self.school, "kind": "complaint", "source": "phone",
            "received_at": "2026-01-05T10:00:00Z", "text": f"said {self.mark}", "url": f"https://{self.mark}.example/m",
            "external_ref": f"ref {uuid.uuid4().hex[:6]} {self.mark}", "author_kind": "parent",
            "author_confidence": "likely", "author_identity": "declared", "author_name": f"author {self.mark}",
            "author_handle": f"@{self.mark}", "author_contact": f"contact {self.mark}", "about_name": f"about {self.mark}",
            "recorded_by": by or self.boss, "recorded_name": f"recorder {self.mark}", **values})
        self.parts["message"] = {"clock_id": str(uuid.uuid4()), "handler_id": str(uuid.uuid4())}
        self.row("message_history", message_id=id, actor_id=self.boss, actor_name=f"actor {self.mark}",
                 action="log", to_state="open", note=f"note {self.mark}")
        self.row("clock", id=self.parts["message"]["clock_id"], message_id=id, place_id=self.school or self.tenant.id,
                 kind="response", started_at="2026-01-05T10:00:00Z", first_due_at="2026-01-06T10:00:00Z",
                 due_at="2026-01-06T10:00:00Z", because=[f"because {self.mark}"], rule={},
                 calendar_version=10**6)  # no edit of a calendar makes it another
        self.row("timer", clock_id=self.parts["message"]["clock_id"], kind="message_due_soon", fires_at=day(999), due_at=day(999))
        self.row("message_handler", id=self.parts["message"]["handler_id"], message_id=id, person_id=self.person,
                 person_name=f"handler {self.mark}", reason=f"reason {self.mark}", named_by=self.boss,
                 named_name=f"namer {self.mark}")
        return id

    def plant_evidence(self, message, file=False):
        """Words, or a file of one part, with an entry in its custody."""
        known = {}
        if file:
            known = {"upload_id": self.plant_upload(self.person, state="used", media_type="image/png", scan="clean"),
                     "media_type": "image/png", "size": 1024, "part_size": 1024, "scan": "clean"}
        id = self.row("evidence", id=uuid.uuid4(), message_id=message, school_id=self.school,
                      kind="file" if file else "text", text=f"posted {self.mark}",
                      source_url=f"https://{self.mark}.example/e", captured_at="2026-01-05T10:00:00Z", platform="x",
                      author_handle=f"@{self.mark}", author_identity="unknown", sha256="0" * 64,
                      recorded_by=self.boss, recorded_name=f"recorder {self.mark}", **known)
        self.row("evidence_custody", evidence_id=id, action="viewed", actor_id=self.boss,
                 actor_name=f"viewer {self.mark}", request=f"request {self.mark}")
        return id

    def plant_house_rule(self):
        return self.row("moderation_reason", id=uuid.uuid4(), school_id=self.school,
                        house_rule=f"rule {uuid.uuid4().hex[:6]} {self.mark}", public_text=f"public {self.mark}")

    def plant_moderation(self, state="open", by=None, **values):
        """With a report, and an appeal that waits where it has one. Without a message it is the channel's."""
        values = {"message_id": self.message, "channel_id": self.channel, **values}
        by, done = by or self.boss, state not in ("open", "withdrawn")
        id = self.row("moderation_action", **{
            "id": uuid.uuid4(), "school_id": self.school, "state": state, "kind": "warn", "reason": f"why {self.mark}",
            "target_author": f"@target {self.mark}", "target_url": f"https://{self.mark}.example/t",
            "snapshot_id": self.evidence if values["message_id"] == self.message else None,
            "no_snapshot_reason": "safety", "no_snapshot_words": f"words {self.mark}",
            "moderation_reason_id": self.house_rule, "public_reason": f"told {self.mark}",
            "public_reason_url": f"https://{self.mark}.example/p", "recorded_by": by, "recorded_name": f"recorder {self.mark}",
            **({"taken_at": "2026-01-06T10:00:00Z", "taken_by": by, "taken_name": f"taker {self.mark}"} if done else {}),
            **values})
        self.parts["moderation_action"] = {"report_id": str(uuid.uuid4())}
        self.row("moderation_history", action_id=id, actor_id=by, actor_name=f"actor {self.mark}", action="record",
                 to_state=state, note=f"note {self.mark}")
        self.row("moderation_report", id=self.parts["moderation_action"]["report_id"], action_id=id, status="sent",
                 platform_reference=f"reference {self.mark}", reported_at="2026-01-06T10:00:00Z", chase_on="2026-01-09",
                 reported_by=by, reported_name=f"reporter {self.mark}")
        self.row("moderation_appeal", id=uuid.uuid4(), action_id=id, by_name=f"by {self.mark}", text=f"objects {self.mark}",
                 received_at="2026-01-07T10:00:00Z", from_state="taken", taken_by=by, recorded_by=by, opened_by=by,
                 opened_name=f"opener {self.mark}",
                 **({} if state == "appealed" else {"outcome": "upheld", "decision": f"decision {self.mark}",
                                                    "decided_at": "2026-01-08T10:00:00Z", "decided_by": self.person,
                                                    "decided_name": f"judge {self.mark}"}))
        return id

    def plant_protected(self, **values):
        return self.plant_message(safeguarding=True, triage="{safeguarding}", **values)

    def plant_transfer(self, state="proposed"):
        """A school that has moved in the register, which is public and bears no mark."""
        urn, trust = f"9{uuid.uuid4().int % 10**5:05}", uuid.uuid4()  # as no real one begins
        self.house.sql("INSERT INTO register_school (urn, name, as_of) VALUES (%s, 'Moved',"
                       " '2020-01-01') ON CONFLICT DO NOTHING", urn)
        self.house.sql("INSERT INTO register_trust (id, uid, name, kind, as_of) VALUES (%s, %s,"
                       " 'Public', 'multi_academy_trust', '2020-01-01')", str(trust),
                       str(10**7 + trust.int % (9 * 10**7)))
        return self.row("transfer", id=uuid.uuid4(), move_id=uuid.uuid4(), side="from",
                        state=state, urn=urn, school_id=self.school,
                        school_name=f"moved {self.mark}", from_trust_id=trust,
                        from_trust_name=f"from {self.mark}", to_trust_id=trust,
                        to_trust_name=f"to {self.mark}", found_on=day(-3),
                        import_id=uuid.uuid4())

    def plant_duty(self, person=None, channel=None):
        return self.row("monitor_duty", id=uuid.uuid4(), school_id=self.school, from_on=day(-1),
                        channel_id=channel or self.channel, person_id=person or self.person,
                        holder_text=f"watcher {self.mark}", days="{mon,sat}", added_by=self.boss,
                        added_name=f"adder {self.mark}")

    def plant_check(self, by=None, channel=None):
        return self.row("channel_check", id=uuid.uuid4(), school_id=self.school, checked_at=day(-1),
                        channel_id=channel or self.channel, found="nothing", note=f"note {self.mark}",
                        checked_by=by or self.person, checked_name=f"checker {self.mark}")

    def plant_term(self):
        return self.row("watch_term", id=uuid.uuid4(), school_id=self.school, kind="name", added_by=self.boss,
                        text=f"{uuid.uuid4().hex[:6]} {self.mark}", added_name=f"adder {self.mark}")

    def plant_mention(self, state="open", by=None, **values):
        """Found by the person of this plot, or by somebody else."""
        who = by or self.person
        id = self.row("mention", **{
            "id": uuid.uuid4(), "school_id": self.school, "state": state, "platform": "x", "public": True,
            "url": f"https://{self.mark}.example/1", "action_taken": "none", "found_at": day(-1), "found_by": who,
            "watch_term_id": self.term, "authorisation_id": self.authorisation,
            "closed_at": day(0) if state == "closed" else None,
            **{name: f"{name} {self.mark}" for name in ("author_handle", "excerpt", "playbook_reference", "found_name")},
            **values})
        self.row("mention_history", mention_id=id, actor_id=who, action="record",
                 actor_name=f"actor {self.mark}", to_state=state, note=f"note {self.mark}")
        return id

    def plant_monitoring_authorisation(self, state="active", **values):
        ended = {} if state == "active" else {
            "ended_by": self.boss, "ended_name": f"ender {self.mark}", "ended_at": day(0),
            "end_reason": f"over {self.mark}"}
        return self.row("monitoring_authorisation", **{
            "id": uuid.uuid4(), "school_id": self.school, "state": state,
            "person_id": self.plant_person("watched"), "from_on": day(-1), "until_on": day(30),
            "authorised_by": self.boss, **ended, **{name: f"{name} {self.mark}" for name in (
                "person_name", "concerns", "scope", "reason", "dpia_reference", "authorised_name")},
            **values})

    def plant_statement(self):
        return self.row("monitoring_statement", id=uuid.uuid4(), school_id=self.school, edition=1,
                        body=f"body {self.mark}", dpia_note=f"note {self.mark}", written_by=self.boss,
                        written_name=f"writer {self.mark}")

    def plant_media_enquiry(self, state="received", by=None):
        """Logged by the person of this plot, or by somebody else."""
        who, answered = by or self.person, state in ("approved", "responded")
        words = {} if not answered else {
            "approved_by": self.boss, "approved_name": f"approver {self.mark}", "approved_at": day(0),
            "approved_words": f"words {self.mark}", "spokesperson": f"speaker {self.mark}",
            "responded_at": day(0) if state == "responded" else None}
        id = self.row("media_enquiry", id=uuid.uuid4(), school_id=self.school, state=state,
                      medium="email", received_at=day(-1), logged_by=who, **words, **{
                          name: f"{name} {self.mark}" for name in (
                              "outlet", "journalist_name", "contact", "about", "about_url",
                              "logged_name")})
        self.row("media_enquiry_history", media_enquiry_id=id, actor_id=who, action="log",
                 actor_name=f"actor {self.mark}", to_state=state, note=f"note {self.mark}")
        return id

    @property
    def ids(self):
        """By the name of the resource, as `chaperone describe` has it."""
        return {"school": self.school, "person": self.person, "post": self.post,
                "team": self.team, "appointment": self.appointment,
                "assessment": self.assessment, "attestation": self.attestation,
                "channel": self.channel, "channel_application": self.application,
                "setting": self.setting, "transfer": self.transfer,
                "calendar_period": self.period, "message": self.message, "upload": self.upload,
                "evidence": self.evidence, "message_template": self.template,
                "watch_term": self.term, "mention": self.mention,
                "monitor_duty": self.duty, "channel_check": self.check,
                "monitoring_authorisation": self.authorisation,
                "monitoring_statement": self.statement, "media_enquiry": self.enquiry,
                "moderation_action": self.moderation, "moderation_reason": self.house_rule,
                "notification": self.notification}


def version_of(house, table, id):
    return house.sql(f"SELECT version FROM {table} WHERE id = %s", id)[0]["version"]


def if_match(house, table, id):
    """Only the version counts, so that nobody has to read the row first."""
    return {"If-Match": f'"{version_of(house, table, id)}.0"'}
