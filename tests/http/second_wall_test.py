"""With the permission matrix answering SCOPE to everything, row security alone leaks nothing.

Every row is planted with a canary of its place. Whoever calls must never be shown a canary or
an id of a place that is not theirs, in any body, header or CSV, nor change anything there."""
import json

import pytest

from days import day
from icalendar import event, ical
from reach import DUTIES, Plot, if_match
from second_wall import needles, silent, snapshot, strangers

WORDS = {"reason": "We looked at the whole case."}
REPORTED = {"status": "sent", "reported_at": "2026-01-05T10:00:00Z", "chase_on": "2026-01-12"}
ACCOUNT = {"handle": "@planted", "url": "https://x.example/", "account_created_on": day(0)}
# What is sent to each route that writes to one row, by method or action.
CHANGES = {
    ("school", "PATCH"): {"telephone": "01632 960999"},
    ("person", "PATCH"): {"job_title": "Changed"},
    ("person", "invite"): None,
    ("person", "leave"): {"left_on": day(-1)},
    ("person", "relationships"): {"relationship": "volunteer"}, ("person", "end"): {},
    ("post", "PATCH"): {"kind": "other"}, ("team", "PATCH"): {"kind": "other"},
    ("post", "members"): {"shared": True}, ("team", "members"): {},
    ("post", "end"): {}, ("team", "end"): {},
    ("appointment", "confirm"): {}, ("appointment", "decline"): {}, ("appointment", "end"): {},
    ("channel", "PATCH"): {"audience": "Changed"},
    ("channel", "activate"): {"settings_checked": ["privacy", "tagging", "comments",
                                                   "direct_messages", "two_factor"]},
    ("channel", "review"): {}, ("channel", "grants"): {"access": "poster"}, ("channel", "end"): {},
    ("channel", "close"): WORDS,
    ("channel_application", "PATCH"): {"aim": "Changed"},
    ("channel_application", "submit"): {}, ("channel_application", "ask"): WORDS,
    ("channel_application", "answer"): {}, ("channel_application", "approve"): WORDS,
    ("channel_application", "reject"): WORDS, ("channel_application", "revise"): {},
    ("channel_application", "withdraw"): {},
    ("channel_application", "record-account"): ACCOUNT,
    ("channel_application", "exclude"): WORDS, ("channel_application", "step-down"): {},
    ("transfer", "accept"): {}, ("transfer", "decline"): WORDS,
    ("calendar_period", "PATCH"): {"title": "Changed"}, ("calendar_period", "DELETE"): None,
    ("message", "stop"): {"stop": "fulfilled", **WORDS}, ("message", "pause"): WORDS, ("message", "resume"): WORDS,
    ("message", "handlers"): {}, ("message", "end"): {},
    ("message", "acknowledge"): {}, ("message", "answer"): {"reply": "Yes."},
    ("message", "close"): {"outcome": "no_reply_needed"}, ("message", "reopen"): WORDS,
    ("message", "triage"): {"triage": ["media"]}, ("message", "assign"): {}, ("message", "exclude"): WORDS,
    ("notification", "see"): {}, ("upload", "PUT"): b"x" * 1024, ("upload", "complete"): {},
    ("channel", "checks"): {"found": "nothing"},
    ("monitor_duty", "PATCH"): {"holiday_cover": True},
    ("watch_term", "DELETE"): None, ("mention", "close"): {},
    ("monitoring_authorisation", "end"): {"end_reason": "It is over."},
    ("media_enquiry", "approve"): {"approved_words": "All are well.", "spokesperson": "The head"},
    ("media_enquiry", "respond"): {}, ("media_enquiry", "decline"): WORDS,
    ("moderation_action", "reports"): REPORTED, ("moderation_action", "update"): {"status": "refused"},
    ("moderation_action", "take"): {}, ("moderation_action", "record-snapshot"): {"no_snapshot_reason": "already_gone"},
    ("moderation_action", "post-reason"): {"public_reason": "Changed"}, ("moderation_action", "waive"): WORDS,
    ("moderation_action", "complete"): {}, ("moderation_action", "withdraw"): WORDS,
    ("moderation_action", "appeal"): {"by": "Ann", "text": "No.", "received_at": "2026-01-05T10:00:00Z"},
    ("moderation_action", "decide-appeal"): {"outcome": "upheld", **WORDS},
    ("moderation_reason", "PATCH"): {"public_text": "Changed"},
    ("message", "release"): WORDS, ("message", "redirect"): {"reply": "Write to us."},
    ("message_template", "PATCH"): {"title": "Changed"},
    ("setting", "PUT"): {"value": 9}, ("setting", "DELETE"): None,
}
KEY = "channel.max_admins"  # the setting that is planted at each place
PUBLIC = ("register_school", "register_trust", "register_import")  # no tenant's at all


class Land:
    """A trust X with three schools, a trust Y, a school Z that stands alone; planted all over."""

    def __init__(self, house):
        self.house = house
        self.x, self.y = house.fresh_tenant(schools=3), house.fresh_tenant(schools=1)
        self.z = house.fresh_tenant("school")
        self.tenants = [self.x, self.y, self.z]
        self.plots = {}
        for letter, tenant in ("x", self.x), ("y", self.y), ("z", self.z):
            for school, place in zip([None, *tenant.schools], "0abc"):
                self.plots[letter + place] = self.plot(tenant, school, letter + place)
        self.callers = dict(self.make_callers())
        self.routes = json.loads(house.server.run("describe").stdout)["routes"]
        self.complete()

    def complete(self):
        """A new resource is missing here: this says where to add it."""
        rows = [r for r in self.routes if "{id}" in r["path"]]
        lacking = {r["resource"] for r in rows} - set(self.plots["xa"].ids) - set(PUBLIC)
        assert not lacking, f"Plot of reach.py plants no row of, or has no id in ids for: {lacking}"
        lacking = {change_key(r) for r in rows if r["method"] != "GET"} - set(CHANGES)
        assert not lacking, f"CHANGES of second_wall_test.py lacks: {lacking}"

    def plot(self, tenant, school, name):
        mark = f"canary{name}{tenant.mark}"
        if school:
            self.house.sql("UPDATE school SET name = %s WHERE id = %s", f"place {mark}", school)
        return Plot(tenant, school, mark)

    def make_callers(self):
        a, b, _ = self.x.schools
        for role in ("slt", "administrator", "staff", "governor"):
            yield f"{role}@a", (self.x.person(f"{role} A", role, [a]), {"xa", "x0"})
            yield f"{role}@ab", (self.x.person(f"{role} AB", role, [a, b]), {"xa", "xb", "x0"})
        for duty in DUTIES:
            yield f"{duty}@a", (self.x.person(f"{duty} A", "governor", [a], [duty]),
                                {"xa", "x0"})
        yield "slt@x", (self.x.person("Trust", "slt"), {"xa", "xb", "xc", "x0"})
        yield "slt@y", (self.y.person("Other", "slt"), {"ya", "y0"})
        yield "slt@z", (self.z.person("Alone", "slt"), {"za", "z0"})
        yield "nobody", (self.x.person("No Body"), set())
        for name, change in (("ended", "state = 'ended'"), ("past", "to_on = current_date - 1"),
                             ("future", "from_on = current_date + 9")):
            person = self.x.person(f"{name} slt", "slt")
            self.house.sql(f"UPDATE appointment SET {change} WHERE person_id = %s", person.id)
            yield name, (person, set())

    def foreign(self, allowed):
        return {name: plot for name, plot in self.plots.items() if name not in allowed}

    def reading(self):
        return [r for r in self.routes if r["method"] == "GET" and r["permission"] != "public"
                and r["resource"] not in PUBLIC]


@pytest.fixture(scope="module")
def land(house):
    return Land(house)


CALLERS = [f"{role}@{place}" for role in ("slt", "administrator", "staff", "governor")
           for place in ("a", "ab")] + [f"{duty}@a" for duty in DUTIES] + \
    ["slt@x", "slt@y", "slt@z", "nobody", "ended", "past", "future"]


def fill(land, route, plots):
    """The addresses of a route: one, or one for each of these places."""
    path = route["path"].replace("{key}", KEY)
    if route["resource"] == "setting":
        return [(path, None)] + [(f"{path}?school_id={p.school}", p.school) for p in plots if p.school]
    if "{id}" not in path:
        return [(path, None)]
    return [(route["path"].replace("{id}", plot.ids[route["resource"]])
             + (f"?message_id={plot.message}" if "message_id" in route["query"] else ""),
             plot.ids[route["resource"]]) for plot in plots if plot.ids[route["resource"]]]


ICALENDAR = ical(event("1", "Closed", ":20260901"))
ASKED = {"/v1/clocks/preview": "&kind=response&received_at=2026-11-17T10:00:00Z"}  # what it cannot do without


def filters(route, plots):
    """Filters that name a row of a place."""
    more = ASKED.get(route["path"], "")
    kinds = {"school_id": "school", "person_id": "person", "applicant_id": "person"}
    for plot in plots:
        for name in set(route["query"]) & set(kinds):
            if plot.ids[kinds[name]]:
                yield f"{route['path']}?{name}={plot.ids[kinds[name]]}{more}"
        for name, value in (("email", f"{plot.mark}@plot.example"), ("handle", plot.handle),
                            ("q", plot.mark)):
            if name in route["query"]:
                yield f"{route['path']}?{name}={value}"


@pytest.mark.parametrize("name", CALLERS)
def test_reading_shows_nothing_foreign(land, second_wall, name):
    caller, allowed = land.callers[name]
    client, foreign = second_wall.as_(caller.login), land.foreign(allowed).values()
    forbidden = needles(foreign) | strangers(foreign, caller)
    for route in land.reading():
        for media in route["media"]:
            for target, id in fill(land, route, foreign):
                empty = route["path"] == "/v1/settings"  # a filter that finds nothing
                answer = client.get(target, headers={"Accept": media},
                                    expect=404 if id and not empty else None)
                silent(answer, forbidden - {id})
    for route in (r for r in land.reading() if "{" not in r["path"]):
        for target in filters(route, foreign):
            answer = client.get(target, expect=200 if route["list"] else 404)
            assert not route["list"] or answer.json["data"] == [], answer
        if "changed_since" in route["query"]:
            silent(client.get(f"{route['path']}?changed_since=0&limit=200", expect=200), forbidden)


@pytest.mark.parametrize("name", ["slt@a", "slt@ab", "slt@x", "slt@y", "slt@z"])
def test_reading_shows_what_is_theirs(land, second_wall, name):
    """The same requests do find the canaries of one's own places: the search is no dud."""
    caller, allowed = land.callers[name]
    client = second_wall.as_(caller.login)
    for route in land.reading():
        if route["resource"] in ("session", "tenant", "platform", "setting_preset", "audit",
                                 "upload", "notification") \
                or "inbox" in route["path"] or route["path"] in ("/v1/calendar", "/v1/clocks/preview"):
            continue
        if route["path"].endswith(("/privacy-notice", "/missed")):  # about one place: verify_test.py, monitoring_test.py
            continue
        for media in route["media"]:
            for plot in (land.plots[place] for place in allowed if place[1] != "0"):
                for target, _ in fill(land, route, [plot])[-1:]:
                    answer = client.get(target + ("?limit=200" if "limit" in route["query"]
                                                  else ""), headers={"Accept": media}, expect=200)
                    assert plot.mark in answer.text or "readiness" in target, (target, answer)


@pytest.mark.parametrize("name", ["governor@a", "nobody", "ended", "past", "future"])
def test_who_holds_next_to_nothing(land, second_wall, name):
    """A plain governor knows no other person; whoever holds nothing now sees only themselves."""
    caller, _ = land.callers[name]
    client = second_wall.as_(caller.login)
    people = client.get("/v1/people?limit=200", expect=200).json["data"]
    assert [person["id"] for person in people] == [caller.id]
    for path in ("channel-applications", "channel-applications/inbox", "attestations"):
        assert client.get(f"/v1/{path}", expect=200).json["data"] == []


def change_key(route):
    """The resource of a route that writes to one row, and what it does there."""
    what = route["path"].split("/")[-1] if route["method"] == "POST" else route["method"]
    return route["resource"], what


def changing(land):
    """Each such route, with what it does and what is sent to it."""
    for route in land.routes:
        if route["method"] != "GET" and "{" in route["path"]:
            key = change_key(route)
            yield route, key[1], CHANGES[key]


def write(land, client, route, plot, body):
    resource = route["resource"]
    id = plot.ids[resource]
    target = route["path"].format(id=id, key=KEY, **plot.parts.get(resource, {}))
    if resource == "setting" and plot.school:
        if route["method"] == "PUT":
            body = {**body, "school_id": plot.school}
        else:
            target += f"?school_id={plot.school}"
    if route["binary"]:
        return client.request(route["method"], target, body=body,
                              headers={"Content-Type": "application/octet-stream"})
    return client.request(
        route["method"], target, json=body,
        headers=if_match(land.house, route["resource"], id) if route["if_match"] else {})


def creating(plot, own):
    """Bodies that point from one's own place to another's."""
    case = {"platform": "x", "proposed_name": "Planted", "kind": "class"}
    grant = {"role": "staff", "scope": "schools"}
    yield f"/v1/posts/{own.post}/members", {"person_id": plot.person, "shared": True}
    yield f"/v1/teams/{own.team}/members", {"person_id": plot.person}
    for holder in ("person", "post", "team"):
        yield f"/v1/channels/{own.channel}/grants", {
            "access": "poster", f"{holder}_id": plot.ids[holder]}
    said = {"kind": "query", "source": "phone", "received_at": "2026-01-05T10:00:00Z", "text": "Planted"}
    yield "/v1/messages", {"channel_id": plot.channel, **said}
    yield "/v1/messages", {"school_id": own.school, "assignee_id": plot.person, **said}
    shown = {"kind": "text", "text": "Planted"}
    yield "/v1/evidence", {"message_id": plot.message, **shown}
    yield "/v1/evidence", {"message_id": own.message, "reappearance_of": plot.evidence, **shown}
    yield "/v1/evidence", {"message_id": own.message, "kind": "file", "upload_id": plot.upload}
    yield "/v1/messages/bulk", {"messages": [{"channel_id": plot.channel, **said}]}
    yield f"/v1/messages/{own.message}/redirect", {"template_id": plot.template}
    yield f"/v1/messages/{own.message}/assign", {"person_id": plot.person}
    yield f"/v1/messages/{own.message}/exclude", {"person_id": plot.person, **WORDS}
    done = {"kind": "hide", "reason": "Planted", "target_author": "@planted"}
    yield "/v1/moderation-actions", {"message_id": plot.message, **done}
    yield "/v1/moderation-actions", {"channel_id": plot.channel, **done}
    for named in {"target_person_id": plot.person}, {"taken_by": plot.person, "taken_at": said["received_at"]}, {
            "moderation_reason_id": plot.house_rule}, {"snapshot_id": plot.evidence}:
        yield "/v1/moderation-actions", {"message_id": own.message, **done, **named}
    yield f"/v1/moderation-actions/{own.moderation}/record-snapshot", {"snapshot_id": plot.evidence}
    yield f"/v1/moderation-actions/{own.moderation}/post-reason", {"moderation_reason_id": plot.house_rule}
    attest = {"policy_edition": "1", "policy_read_on": day(-1), "trained_on": day(-1)}
    assess = {"title": "T", "assessed_on": day(-9), "author_name": "An", "score": 6,
              "mitigations": "M", "approved_by_name": "Bo", "approved_on": day(-8),
              "review_on": day(90)}
    watch = {"concerns": "An account", "scope": "Its posts", "reason": "Planted", "until_on": day(9)}
    press = {"outlet": "The Post", "medium": "email", "about": "Planted"}
    for holder in ("person", "post", "team"):
        yield "/v1/monitor-duties", {"channel_id": own.channel, "days": ["mon"], f"{holder}_id": plot.ids[holder]}
    yield "/v1/monitor-duties", {"channel_id": plot.channel, "days": ["mon"], "person_id": own.person}
    seen = {"url": "https://x.example/1", "platform": "x", "excerpt": "Planted", "public": True, "action_taken": "none"}
    yield "/v1/mentions", {"school_id": own.school, **seen, "watch_term_id": plot.term}
    yield "/v1/mentions", {"school_id": own.school, **seen, "authorisation_id": plot.authorisation}
    yield "/v1/monitoring-authorisations", {"school_id": own.school, **watch, "person_id": plot.person}
    yield "/v1/media-enquiries", {"school_id": own.school, **press, "channel_id": plot.channel}
    applications = "/v1/channel-applications"
    yield "/v1/attestations", {"person_id": plot.person, **attest}
    yield "/v1/channels", {"school_id": own.school, "platform": "x", **WORDS,
                           "operators": [{"person_id": plot.person, "access": "admin"}]}
    yield "/v1/appointments", {"person_id": plot.person, "school_ids": [own.school], **grant}
    yield applications, {"school_id": own.school, "assessment_id": plot.assessment, **case}
    yield applications, {"school_id": own.school, "applicant_id": plot.person, **case}
    yield applications, {"school_id": own.school, **case,
                         "operators": [{"person_id": plot.person, "access": "admin"}]}
    yield f"{applications}/{own.application}/exclude", {"person_id": plot.person, **WORDS}
    if plot.school:
        yield "/v1/people", {"name": "Planted", "person_type": "employee",
                             "school_id": plot.school}
        yield "/v1/posts", {"name": "Planted", "school_id": plot.school}
        yield "/v1/teams", {"name": "Planted", "school_id": plot.school}
        yield "/v1/messages", {"school_id": plot.school, **said}
        yield "/v1/moderation-reasons", {"school_id": plot.school, "house_rule": "Planted", "public_text": "Planted"}
        yield "/v1/message-templates", {"school_id": plot.school, "purpose": "answer", "title": "Planted", "text": "Planted"}
        yield "/v1/assessments", {"school_id": plot.school, **assess}
        yield "/v1/calendar-periods", {"school_id": plot.school, "kind": "closure", "title": "Planted",
                                       "from_on": day(0), "to_on": day(0)}
        yield "/v1/calendar-periods/import", {"school_id": plot.school, "icalendar": ICALENDAR}
        yield "/v1/monitoring-authorisations", {"school_id": plot.school, **watch}
        yield "/v1/mentions", {"school_id": plot.school, **seen}
        yield "/v1/watch-terms", {"school_id": plot.school, "kind": "handle", "text": own.handle}
        yield "/v1/monitoring-statements", {"school_id": plot.school, "body": "Planted here", "dpia_note": "Planted"}
        yield "/v1/media-enquiries", {"school_id": plot.school, **press}
        yield "/v1/channels", {"school_id": plot.school, "platform": "x", **WORDS}
        yield "/v1/settings/apply-preset", {"school_id": plot.school, "preset": "acceptable_use"}
        yield applications, {"school_id": plot.school, **case}
        yield "/v1/appointments", {"person_id": own.person, "school_ids": [plot.school], **grant}


@pytest.mark.parametrize("name", ["slt@a", "slt@ab", "administrator@a", "staff@a", "head@a",
                                  "hr@a", "slt@x", "slt@y", "slt@z", "nobody"])
def test_writing_changes_nothing_foreign(land, second_wall, name):
    caller, allowed = land.callers[name]
    client = second_wall.as_(caller.login)
    foreign = [plot for place, plot in land.plots.items()
               if place not in allowed and place != "x0"]
    own = land.plots[min((place for place in allowed if place[1] != "0"), default="xa")]
    before, done = snapshot(land.house, foreign, land.tenants), []
    for plot in foreign:
        for route, what, body in changing(land):
            id = plot.ids[route["resource"]]
            # without a school a setting is the caller's own tenant's
            if not id or (route["resource"] == "setting" and not plot.school):
                continue
            if what in ("exclude", "members", "grants", "handlers"):
                body = {**body, "person_id": caller.id if what == "exclude" else own.person}
            answer = write(land, client, route, plot, body)
            done += [answer] if answer.status != (422 if route["resource"] == "setting" and what == "PUT"
                                                  else 404) else []
            silent(answer, needles(foreign) - {id})
        for path, body in creating(plot, own):
            answer = client.post(path, body)
            done += [(path, body, answer)] if answer.status not in (403, 404, 422) else []
            silent(answer, {p.mark for p in foreign})
    assert not done
    assert snapshot(land.house, foreign, land.tenants) == before


def test_tenant_rows_are_not_a_schools_to_change(land, second_wall):
    """What belongs to the whole tenant is seen by its schools, and changed by none of them."""
    plot = land.plots["x0"]
    caller, _ = land.callers["slt@a"]
    client, before = second_wall.as_(caller.login), snapshot(land.house, [plot], land.tenants)
    for route, what, body in changing(land):
        id = plot.ids[route["resource"]]
        if id and what not in ("invite", "exclude"):
            if what in ("members", "grants", "handlers"):
                body = {**body, "person_id": plot.person if what == "grants" else plot.boss}
            answer = write(land, client, route, plot, body)
            assert answer.status in (403, 404, 409, 412), (what, answer)
    assert snapshot(land.house, [plot], land.tenants) == before


def test_excluded_is_blind_at_both_doors(land, second_wall, house):
    """Named after the sign-in, by POST .../exclude: from that commit on there is nothing."""
    plot = land.plots["xb"]
    judge = land.x.person("Judge", "slt", [plot.school])
    named = land.x.person("Named", "slt", [plot.school], ["head"])
    id = plot.plant_application("submitted", whole=True)
    channel = plot.plant_channel("active", application_id=id)
    paths = [f"/v1/channel-applications/{id}{tail}"
             for tail in ("", "/readiness", "/history", "/revisions")]
    lists = ["/v1/channel-applications?limit=200", "/v1/channel-applications/inbox?limit=200",
             f"/v1/channel-applications?applicant_id={plot.person}"]
    clients = [named.client, second_wall.as_(named.login)]
    for client in clients:
        for path in paths:
            client.get(path, expect=200)
        assert all(id in client.get(path).text for path in lists)
        told = client.get(f"/v1/channels/{channel}/history", expect=200).json["data"]
        assert {row["subject"] for row in told} == {"application", "channel"}
    judge.client.post(f"/v1/channel-applications/{id}/exclude",
                      {"person_id": named.id, **WORDS}, expect=200)
    before = snapshot(house, [plot], [plot.tenant])
    for client in clients:
        for path in paths:
            silent(client.get(path, expect=404), [plot.mark])
        for path in lists:
            for media in ("application/json", "text/csv"):
                silent(client.get(path, headers={"Accept": media}, expect=200), [id])
        told = client.get(f"/v1/channels/{channel}/history", expect=200).json["data"]
        assert {row["subject"] for row in told} == {"channel"}
        for action, body in (("approve", WORDS), ("reject", WORDS), ("withdraw", {}),
                             ("exclude", {"person_id": judge.id, **WORDS})):
            client.post(f"/v1/channel-applications/{id}/{action}", body, expect=404)
    assert snapshot(house, [plot], [plot.tenant]) == before
    deciders = judge.client.get(paths[0], expect=200).json["deciders"]
    assert judge.id in {decider["person_id"] for decider in deciders}
    assert named.id not in {decider["person_id"] for decider in deciders}
