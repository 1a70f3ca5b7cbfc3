"""One request for each permission and kind of row: the table that permission_test.py walks.

A builder is given the stage `s` and the holder `h`, and returns (method, target, body,
headers). A row of Case: the permission; which row it is about (`there` is a row of school A,
`mine` the caller's own, `shared` the tenant's or of several schools and readable by each of
them, `level` the tenant's alone, None no row at all); the statuses that prove the permission
was granted; the request; whether it creates, so that a row out of reach is 422; the table that
the row is looked up in first, so that one out of sight is 404."""
import uuid
from collections import namedtuple

from days import day
from icalendar import event, ical
from reach import if_match


def read(path):
    return lambda s, h: ("GET", path(s, h), None, {})


def change(table, id, body):
    return lambda s, h: ("PATCH", f"{s.paths[table]}/{id(s, h)}", body,
                         if_match(s.house, table, id(s, h)))


def act(table, id, action, body=None):
    return lambda s, h: ("POST", f"{s.paths[table]}/{id(s, h)}/{action}",
                         body(s, h) if callable(body) else body or {}, {})


def end(table, plant, parts):
    """Ends the part of a row that is planted for this one request."""
    def request(s, h):
        id = plant(s, h)
        part, = s.plot.parts[table].values()
        return "POST", f"{s.paths[table]}/{id}/{parts}/{part}/end", {}, {}
    return request


def remove(table, plant):
    """Of a row that is planted for this one request."""
    def request(s, h):
        id = plant(s, h)
        return "DELETE", f"{s.paths[table]}/{id}", None, if_match(s.house, table, id)
    return request


def one_day():
    """Another one each time: two of one kind do not overlap."""
    one_day.last = getattr(one_day, "last", -9000) + 2
    return {"from_on": day(one_day.last), "to_on": day(one_day.last)}


def add(path, body):
    return lambda s, h: ("POST", path, body(s, h), {})


def member_body(s, h):
    return {"person_id": s.plot.plant_person("member")}


APPS, AIM = "/v1/channel-applications", {"aim": "Something else."}
SETTINGS = {"settings_checked": ["privacy", "tagging", "comments", "direct_messages",
                                 "two_factor"]}
WORDS = {"reason": "We looked at the whole case."}


ROTA, TERMS, MENTIONS = "/v1/monitor-duties", "/v1/watch-terms", "/v1/mentions"
WATCHING, STATEMENTS, PRESS = "/v1/monitoring-authorisations", "/v1/monitoring-statements", "/v1/media-enquiries"
APPROVAL = {"approved_words": "All are well.", "spokesperson": "The head"}


def authorise_body(school):
    return {**({"school_id": school} if school else {}), "concerns": "An account", "scope": "Its posts",
            "reason": "It names pupils.", "until_on": day(30)}


def mention_body(school):
    return {**({"school_id": school} if school else {}), "url": "https://x.example/1", "platform": "x",
            "excerpt": "Closed again.", "public": True, "action_taken": "none"}


def enquiry_body(school):
    return {**({"school_id": school} if school else {}), "outlet": "The Post", "medium": "email",
            "about": "The school trip."}


def draft_body(school):
    return {"school_id": school, "platform": "x", "proposed_name": "Drafted", "kind": "class"}


def assessment_body(school):
    return {**({"school_id": school} if school else {}), "title": "Use",
            "assessed_on": day(-9), "author_name": "An", "score": 6,
            "mitigations": "Two.", "approved_by_name": "Bo", "approved_on": day(-8),
            "review_on": day(90)}


def attest_body(person):
    return {"person_id": person, "policy_edition": "1", "policy_read_on": day(-2),
            "trained_on": day(-2)}


def account_body(s, h):
    return {"handle": f"@{uuid.uuid4().hex[:12]}", "url": "https://x.example/",
            "account_created_on": day(0)}


def record_body(school):
    return {**({"school_id": school} if school else {}), "platform": "x",
            "handle": uuid.uuid4().hex[:12], "reason": "There for years."}


def message_body(school):
    return {**({"school_id": school} if school else {}), "kind": "query", "source": "phone",
            "received_at": "2026-01-05T10:00:00Z", "text": "When does term begin?"}


def template_body(school):
    return {"school_id": school, "purpose": "redirect", "title": "Write to us", "text": "Write to the office, please."}


HIDING = {"kind": "hide", "reason": "Names a pupil."}
SETTING = "/v1/settings/channel.max_admins"


def setting(method, plot, school, value=None):
    """A change of the planted setting: of school A, or of the tenant."""
    def request(s, h):
        place = {"school_id": s.a} if school else {}
        target = SETTING + (f"?school_id={s.a}" if school and method == "DELETE" else "")
        return (method, target, {"value": value, **place} if value else None,
                if_match(s.house, "setting", getattr(s, plot).setting))
    return request


def turned(s, h):
    """The clock of a tenant that is a demo from now on."""
    s.house.sql("UPDATE tenant SET demo = true WHERE id = %s", s.tenant.id)
    return "POST", "/v1/demo/clock", {"hours": 1}, {}


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
    Case("person_write", "there", (200,), act("person", fresh("person", "related"),
         "relationships", {"relationship": "parent"}), table="person"),
    Case("person_write", "shared", (200,), act("person",
         lambda s, h: s.level.plant_person("related"), "relationships",
         {"relationship": "parent"}), table="person"),
    Case("person_write", "there", (201,), act("person", fresh("person", "invited"), "invite"),
         table="person"),
    Case("post_read", "there", (200,), read(lambda s, h: f"/v1/posts/{s.plot.post}")),
    Case("post_read", "shared", (200,), read(lambda s, h: f"/v1/posts/{s.level.post}/members")),
    Case("post_read", "shared", (200,), read(lambda s, h: f"/v1/posts/{s.level.post}/history")),
    Case("post_write", "there", (201,), add("/v1/posts", lambda s, h: {
        "name": f"Added {uuid.uuid4()}", "school_id": s.a}), creates=True),
    Case("post_write", "level", (201,), add("/v1/posts", lambda s, h: {
        "name": f"Added {uuid.uuid4()}"}), creates=True),
    Case("post_write", "there", (200,), change("post", lambda s, h: s.plot.post,
         {"kind": "other"}), table="post"),
    Case("post_write", "shared", (200,), change("post", lambda s, h: s.level.post,
         {"kind": "other"}), table="post"),
    Case("post_write", "there", (200,), act("post", lambda s, h: s.plot.post, "members",
         lambda s, h: {**member_body(s, h), "shared": True}), table="post"),
    Case("post_write", "there", (200,), end("post", fresh("body", "post"), "members"),
         table="post"),
    Case("team_read", "there", (200,), read(lambda s, h: f"/v1/teams/{s.plot.team}")),
    Case("team_read", "shared", (200,), read(lambda s, h: f"/v1/teams/{s.level.team}/members")),
    Case("team_read", "shared", (200,), read(lambda s, h: f"/v1/teams/{s.level.team}/history")),
    Case("team_write", "there", (201,), add("/v1/teams", lambda s, h: {
        "name": f"Added {uuid.uuid4()}", "school_id": s.a}), creates=True),
    Case("team_write", "level", (201,), add("/v1/teams", lambda s, h: {
        "name": f"Added {uuid.uuid4()}"}), creates=True),
    Case("team_write", "there", (200,), change("team", lambda s, h: s.plot.team,
         {"kind": "other"}), table="team"),
    Case("team_write", "shared", (200,), change("team", lambda s, h: s.level.team,
         {"kind": "other"}), table="team"),
    Case("team_write", "there", (200,), act("team", lambda s, h: s.plot.team, "members",
         member_body), table="team"),
    Case("team_write", "there", (200,), end("team", fresh("body", "team"), "members"),
         table="team"),
    Case("appointment_read", "there", (200,),
         read(lambda s, h: f"/v1/appointments/{s.plot.appointment}")),
    Case("appointment_read", "shared", (200,),
         read(lambda s, h: f"/v1/appointments/{s.spread()}")),
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
    Case("channel_grant", "there", (200,), act("channel", lambda s, h: s.plot.channel, "grants",
         lambda s, h: {"access": "poster", **member_body(s, h)}), table="channel"),
    Case("channel_grant", "shared", (200,), act("channel", lambda s, h: s.level.channel, "grants",
         lambda s, h: {"access": "poster", "team_id": s.level.plant_body("team")}),
         table="channel"),
    Case("channel_grant", "there", (200,), end("channel", fresh("channel", "active"), "grants"),
         table="channel"),
    Case("channel_activate", "there", (200,),
         act("channel", fresh("channel", "approved"), "activate", SETTINGS), table="channel"),
    Case("channel_record", "there", (201,),
         add("/v1/channels", lambda s, h: record_body(s.a)), creates=True),
    Case("channel_record", "level", (201,),
         add("/v1/channels", lambda s, h: record_body(None)), creates=True),
    Case("channel_review", "there", (200,),
         act("channel", lambda s, h: s.plot.channel, "review"), table="channel"),
    Case("channel_review", "shared", (200,),
         act("channel", lambda s, h: s.level.channel, "review"), table="channel"),
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
         lambda s, h: {"person_id": s.plot.plant_person("aside"), **WORDS}), table="channel_application"),
    Case("application_step_down", "mine", (200,), act("channel_application",
         lambda s, h: s.operated(h), "step-down"), table="channel_application"),
    Case("application_step_down", "there", (200,), act("channel_application",
         lambda s, h: s.plot.application, "step-down"), table="channel_application"),
    Case("account_record", "there", (200,), act("channel_application",
         fresh("application", "approved"), "record-account", account_body),
         table="channel_application"),
    Case("setting_read", "there", (200,), read(lambda s, h: f"{SETTING}?school_id={s.a}")),
    Case("setting_read", "there", (200,), read(lambda s, h: f"{SETTING}/history?school_id={s.a}")),
    Case("setting_read", "shared", (200,), read(lambda s, h: SETTING)),
    Case("setting_read", None, (200,), read(lambda s, h: "/v1/setting-presets")),
    Case("setting_write", "there", (200,), setting("PUT", "plot", True, 4), creates=True),
    Case("setting_write", "shared", (200,), setting("PUT", "level", False, 4), table="setting"),
    Case("setting_write", "there", (200,), setting("DELETE", "plot", True), table="setting"),
    Case("setting_write", "shared", (200,), setting("DELETE", "level", False), table="setting"),
    Case("setting_write", "there", (200,), add("/v1/settings/apply-preset", lambda s, h: {
        "preset": "acceptable_use", "school_id": s.a}), creates=True),
    Case("setting_write", "shared", (200,), add("/v1/settings/apply-preset", lambda s, h: {
        "preset": "acceptable_use"}), table="setting"),
    Case("register_read", None, (200,), read(lambda s, h: "/v1/register/schools?limit=1")),
    Case("register_read", None, (200,), read(lambda s, h: "/v1/register/trusts?limit=1")),
    Case("register_read", None, (200,), read(lambda s, h: "/v1/register/imports")),
    Case("transfer_read", "there", (200,), read(lambda s, h: f"/v1/transfers/{s.plot.transfer}")),
    Case("transfer_read", "level", (200,), read(lambda s, h: f"/v1/transfers/{s.level.transfer}")),
    Case("transfer_decide", "there", (200,), act("transfer", fresh("transfer", "proposed"),
         "accept"), table="transfer"),
    Case("transfer_decide", "level", (200,), act("transfer",
         lambda s, h: s.level.plant_transfer(), "decline", WORDS), table="transfer"),
    Case("calendar_read", "there", (200,), read(lambda s, h: f"/v1/calendar-periods/{s.plot.period}")),
    Case("calendar_read", "shared", (200,), read(lambda s, h: f"/v1/calendar-periods/{s.level.period}")),
    Case("calendar_read", "there", (200,), read(lambda s, h: f"/v1/calendar?school_id={s.a}")),
    Case("calendar_write", "there", (201,), add("/v1/calendar-periods", lambda s, h: {
        "kind": "closure", "title": "Snow", "school_id": s.a, **one_day()}), creates=True),
    Case("calendar_write", "level", (201,), add("/v1/calendar-periods", lambda s, h: {
        "kind": "closure", "title": "Snow", **one_day()}), creates=True),
    Case("calendar_write", "there", (200,), add("/v1/calendar-periods/import", lambda s, h: {
        "school_id": s.a, "icalendar": ical(event(uuid.uuid4(), "INSET", f":{one_day()['from_on'].replace('-', '')}"))}),
         creates=True),
    Case("calendar_write", "there", (200,), change("calendar_period", lambda s, h: s.plot.period,
         {"title": "Changed"}), table="calendar_period"),
    Case("calendar_write", "there", (204,), remove("calendar_period",
         lambda s, h: s.plot.plant_period(one_day()["from_on"])), table="calendar_period"),
    Case("message_read", "there", (200,), read(lambda s, h: f"/v1/messages/{s.plot.message}")),
    Case("message_read", "level", (200,), read(lambda s, h: f"/v1/messages/{s.level.message}/history")),
    Case("message_read", "mine", (200,), read(lambda s, h: f"/v1/messages/{h.message}/clocks")),
    Case("message_log", "there", (201,), add("/v1/messages", lambda s, h: message_body(s.a)), creates=True),
    Case("message_log", "level", (201,), add("/v1/messages", lambda s, h: message_body(None)), creates=True),
    Case("message_handle", "there", (200,), act("message", fresh("message", None), "acknowledge"), table="message"),
    Case("message_handle", "mine", (200,), act("message", lambda s, h: h.message, "triage", {"triage": []}), table="message"),
    Case("message_assign", "there", (200,), act("message", fresh("message", None), "assign"), table="message"),
    Case("message_assign", "level", (200,), act("message", lambda s, h: s.level.message, "assign"), table="message"),
    Case("message_template_read", "there", (200,), read(lambda s, h: f"/v1/message-templates/{s.plot.template}")),
    Case("message_template_read", "shared", (200,), read(lambda s, h: f"/v1/message-templates/{s.level.template}")),
    Case("message_template_write", "there", (201,), add("/v1/message-templates", lambda s, h: template_body(s.a)), creates=True),
    Case("message_template_write", "there", (200,), change("message_template", lambda s, h: s.plot.template,
         {"title": "Changed"}), table="message_template"),
    Case("message_template_write", "shared", (200,), change("message_template", lambda s, h: s.level.template,
         {"title": "Changed"}), table="message_template"),
    Case("safeguarding_read", "there", (200,), read(lambda s, h: f"/v1/messages/{s.plot.plant_protected()}")),
    Case("safeguarding_read", "level", (200,), read(lambda s, h: f"/v1/messages/{s.level.plant_protected()}")),
    Case("safeguarding_read", "mine", (200,), read(lambda s, h: f"/v1/messages/{s.named(h)}")),
    Case("safeguarding_name", "there", (200,), act("message", lambda s, h: s.plot.plant_protected(), "handlers",
         lambda s, h: {"person_id": h.person.id}), table="message"),
    Case("upload", "mine", (200,), read(lambda s, h: f"/v1/uploads/{h.upload}")),
    Case("upload", None, (201,), add("/v1/uploads", lambda s, h: {
        "kind": "evidence", "size": 9, "sha256": "0" * 64, "media_type": "image/png"})),
    Case("evidence_read", "there", (200,), read(lambda s, h: f"/v1/evidence/{s.plot.evidence}")),
    Case("evidence_read", "level", (200,), read(lambda s, h: f"/v1/evidence/{s.level.evidence}/custody")),
    Case("evidence_read", "mine", (200,), read(lambda s, h: f"/v1/evidence/{h.evidence}")),
    Case("evidence_read", "there", (200,), read(lambda s, h: f"/v1/evidence/{s.plot.evidence_file}/file")),
    Case("evidence_add", "there", (201,), add("/v1/evidence", lambda s, h: {
        "message_id": s.plot.message, "kind": "text", "text": "They wrote: out."}), creates=True),
    Case("evidence_add", "level", (201,), add("/v1/evidence", lambda s, h: {
        "message_id": s.level.message, "kind": "text", "text": "They wrote: out."}), creates=True),
    Case("evidence_add", "mine", (201,), add("/v1/evidence", lambda s, h: {
        "message_id": h.message, "kind": "text", "text": "They wrote: out."}), creates=True),
    Case("monitor_duty_read", "there", (200,), read(lambda s, h: f"{ROTA}/{s.plot.duty}")),
    Case("monitor_duty_read", "shared", (200,), read(lambda s, h: f"{ROTA}/{s.level.duty}")),
    Case("monitor_duty_write", "there", (201,), add(ROTA, lambda s, h: {
        "channel_id": s.plot.channel, "person_id": s.plot.plant_person("watcher"), "days": ["mon"]}), creates=True),
    Case("monitor_duty_write", "level", (201,), add(ROTA, lambda s, h: {
        "channel_id": s.level.channel, "team_id": s.level.team, "days": ["mon"]}), creates=True),
    Case("monitor_duty_write", "there", (200,), change("monitor_duty", lambda s, h: s.plot.duty,
         {"holiday_cover": True}), table="monitor_duty"),
    Case("monitor_duty_write", "shared", (200,), change("monitor_duty", lambda s, h: s.level.duty,
         {"days": ["sun"]}), table="monitor_duty"),
    Case("channel_check_read", "there", (200,), read(lambda s, h: f"/v1/channel-checks/{s.plot.check}")),
    Case("channel_check_read", "level", (200,), read(lambda s, h: f"/v1/channel-checks/{s.level.check}")),
    Case("channel_check_read", "mine", (200,), read(lambda s, h: f"/v1/channel-checks/{s.looked(h)}")),
    Case("channel_check_read", None, (200,), read(lambda s, h: f"/v1/channel-checks/missed?school_id={s.a}")),
    Case("channel_check_record", "there", (201,), act("channel", lambda s, h: s.plot.channel, "checks",
         {"found": "nothing"}), table="channel"),
    Case("channel_check_record", "mine", (201,), act("channel", lambda s, h: s.watched(h), "checks",
         {"found": "nothing"}), table="channel"),
    Case("monitoring_read", "there", (200,), read(lambda s, h: f"{WATCHING}/{s.plot.authorisation}")),
    Case("monitoring_read", "level", (200,), read(lambda s, h: f"{WATCHING}/{s.level.authorisation}")),
    Case("monitoring_authorise", "there", (201,),
         add(WATCHING, lambda s, h: authorise_body(s.a)), creates=True),
    Case("monitoring_authorise", "level", (201,),
         add(WATCHING, lambda s, h: authorise_body(None)), creates=True),
    Case("monitoring_authorise", "there", (200,), act("monitoring_authorisation",
         lambda s, h: s.plot.plant_monitoring_authorisation(), "end", {"end_reason": "It is over."}),
         table="monitoring_authorisation"),
    Case("watch_term_read", "there", (200,), read(lambda s, h: f"{TERMS}/{s.plot.term}")),
    Case("watch_term_read", "shared", (200,), read(lambda s, h: f"{TERMS}/{s.level.term}")),
    Case("watch_term_write", "there", (201,), add(TERMS, lambda s, h: {
        "school_id": s.a, "kind": "handle", "text": s.handle()}), creates=True),
    Case("watch_term_write", "level", (201,), add(TERMS, lambda s, h: {
        "kind": "handle", "text": s.handle()}), creates=True),
    Case("watch_term_write", "there", (204,), remove("watch_term", lambda s, h: s.plot.plant_term()),
         table="watch_term"),
    Case("mention_read", "there", (200,), read(lambda s, h: f"{MENTIONS}/{s.plot.mention}")),
    Case("mention_read", "level", (200,), read(lambda s, h: f"{MENTIONS}/{s.level.mention}/history")),
    Case("mention_read", "mine", (200,), read(lambda s, h: f"{MENTIONS}/{s.found(h)}")),
    Case("mention_record", "there", (201,), add(MENTIONS, lambda s, h: mention_body(s.a)), creates=True),
    Case("mention_record", "level", (201,), add(MENTIONS, lambda s, h: mention_body(None)), creates=True),
    Case("mention_close", "there", (200,), act("mention", lambda s, h: s.plot.plant_mention(), "close"),
         table="mention"),
    Case("mention_close", "mine", (200,), act("mention", lambda s, h: s.found(h), "close"), table="mention"),
    Case("statement_read", "there", (200,), read(lambda s, h: f"{STATEMENTS}/{s.plot.statement}")),
    Case("statement_read", "shared", (200,), read(lambda s, h: f"{STATEMENTS}/{s.level.statement}")),
    Case("statement_write", "there", (201,), add(STATEMENTS, lambda s, h: {
        "school_id": s.a, "body": "What we look at.", "dpia_note": "Why."}), creates=True),
    Case("statement_write", "level", (201,), add(STATEMENTS, lambda s, h: {
        "body": "What we look at.", "dpia_note": "Why."}), creates=True),
    Case("media_enquiry_read", "there", (200,), read(lambda s, h: f"{PRESS}/{s.plot.enquiry}")),
    Case("media_enquiry_read", "level", (200,), read(lambda s, h: f"{PRESS}/{s.level.enquiry}/history")),
    Case("media_enquiry_read", "mine", (200,), read(lambda s, h: f"{PRESS}/{s.asked(h)}")),
    Case("media_enquiry_log", "there", (201,), add(PRESS, lambda s, h: enquiry_body(s.a)), creates=True),
    Case("media_enquiry_log", "level", (201,), add(PRESS, lambda s, h: enquiry_body(None)), creates=True),
    Case("media_enquiry_respond", "there", (200,), act("media_enquiry",
         lambda s, h: s.asked(state="approved"), "respond"), table="media_enquiry"),
    Case("media_enquiry_respond", "mine", (200,), act("media_enquiry",
         lambda s, h: s.asked(h, "approved"), "respond"), table="media_enquiry"),
    Case("media_enquiry_decide", "there", (200,), act("media_enquiry",
         lambda s, h: s.plot.plant_media_enquiry(), "decline", WORDS), table="media_enquiry"),
    Case("media_enquiry_decide", "there", (200,), act("media_enquiry",
         lambda s, h: s.plot.plant_media_enquiry(), "approve", APPROVAL), table="media_enquiry"),
    Case("message_read", None, (200,), read(lambda s, h: "/v1/clocks")),
    Case("demo_clock", None, (200,), turned, creates=True),
    Case("demo_clock", None, (204,), lambda s, h: ("DELETE", "/v1/demo/clock", None, {})),
    Case("moderation_read", "there", (200,), read(lambda s, h: f"/v1/moderation-actions/{s.plot.moderation}")),
    Case("moderation_read", "level", (200,), read(lambda s, h: f"/v1/moderation-actions/{s.level.moderation}/history")),
    Case("moderation_read", "mine", (200,), read(lambda s, h: f"/v1/moderation-actions/{h.moderation}")),
    Case("moderate", "there", (201,), add("/v1/moderation-actions", lambda s, h: {**HIDING, "message_id": s.plot.message}),
         creates=True),
    Case("moderate", "level", (200,), act("moderation_action", lambda s, h: s.level.plant_moderation(), "take"),
         table="moderation_action"),
    Case("moderate", "mine", (200,), act("moderation_action", lambda s, h: h.moderation, "take"), table="moderation_action"),
    Case("moderation_waive", "there", (200,), act("moderation_action", fresh("moderation", "open"), "waive", WORDS),
         table="moderation_action"),
    Case("moderation_waive", "level", (200,), act("moderation_action", lambda s, h: s.level.plant_moderation(), "waive", WORDS),
         table="moderation_action"),
    Case("moderation_appeal", "there", (200,), act("moderation_action", fresh("moderation", "appealed"), "decide-appeal",
         {"outcome": "upheld", **WORDS}), table="moderation_action"),
    Case("moderation_appeal", "level", (200,), act("moderation_action", lambda s, h: s.level.plant_moderation("appealed"),
         "decide-appeal", {"outcome": "upheld", **WORDS}), table="moderation_action"),
    Case("moderation_reason_read", "there", (200,), read(lambda s, h: f"/v1/moderation-reasons/{s.plot.house_rule}")),
    Case("moderation_reason_read", "shared", (200,), read(lambda s, h: f"/v1/moderation-reasons/{s.level.house_rule}")),
    Case("moderation_reason_write", "there", (200,), change("moderation_reason", lambda s, h: s.plot.house_rule,
         {"public_text": "Changed"}), table="moderation_reason"),
    Case("moderation_reason_write", "level", (201,), add("/v1/moderation-reasons", lambda s, h: {
        "house_rule": uuid.uuid4().hex, "public_text": "No."}), creates=True),
    Case("audit_verify", "level", (200,), read(lambda s, h: "/v1/audit/verification")),
]
ELSEWHERE = {"channel_import"}  # has no route: the command line is its door, tested below
