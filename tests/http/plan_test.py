"""The first page of every list is read in the order of an index, with row security on.

The plans are those of the service's own statements: auto_explain writes them down while the
service answers, with its role, its context and a plan that knows no parameter's value."""
import json
import re
import time

import pytest

from house import House

PAGED = [
    "/v1/people", "/v1/posts", "/v1/teams", "/v1/appointments", "/v1/assessments",
    "/v1/attestations", "/v1/channels", "/v1/channel-applications",
    "/v1/channel-applications/inbox", "/v1/transfers", "/v1/calendar-periods",
    "/v1/messages", "/v1/messages/open", "/v1/clocks", "/v1/evidence", "/v1/message-templates",
    "/v1/monitor-duties", "/v1/channel-checks", "/v1/watch-terms", "/v1/mentions",
    "/v1/monitoring-authorisations", "/v1/monitoring-statements", "/v1/media-enquiries",
    "/v1/moderation-actions", "/v1/moderation-actions/chase", "/v1/moderation-reasons", "/v1/notifications",
]
# No tenant's: the index of the order is found without one.
PUBLIC = ["/v1/register/schools", "/v1/register/trusts"]
CHANGING = ["/v1/people", "/v1/appointments", "/v1/channels", "/v1/channel-applications"]
# Pages of so few rows that a Sort is right, when they are found by an index.
SMALL = {"/v1/schools": "the largest trusts have some dozen schools"}
# Lists that are no pages: they are read whole, and a Sort of the few rows is right.
WHOLE = {
    "/v1/platforms": "some twenty platforms",
    "/v1/register/imports": "the last hundred files",
    "/v1/channels/register": "all of the register at once, for a spreadsheet",
    "/v1/channels/quality": "a report of the whole register",
    "/v1/posts/{id}/members": "who held one post",
    "/v1/posts/{id}/history": "who came and went",
    "/v1/teams/{id}/members": "who was in one team",
    "/v1/teams/{id}/history": "who came and went",
    "/v1/channels/{id}/grants": "who had access to one channel",
    "/v1/channels/{id}/history": "what happened to one channel",
    "/v1/appointments/{id}/history": "what happened to one appointment",
    "/v1/channel-checks/missed": "the channels of one school on some days",
    "/v1/channels/{id}/checks": "pages of one channel, found by its own index",
    "/v1/mentions/{id}/history": "what happened to one mention",
    "/v1/media-enquiries/{id}/history": "what happened to one enquiry",
    "/v1/channel-applications/{id}/history": "what happened to one application",
    "/v1/channel-applications/{id}/revisions": "the revisions of one application",
    "/v1/messages/{id}/history": "what happened to one message",
    "/v1/evidence/{id}/custody": "who had one piece of evidence",
    "/v1/moderation-actions/{id}/history": "what happened to one action",
    "/v1/messages/{id}/clocks": "every due date of one message",
    "/v1/settings": "every key, in the order of a form",
    "/v1/settings/{key}/history": "what happened to one key at one place",
    "/v1/setting-presets": "five presets",
}
EXPLAIN = {
    "session_preload_libraries": "auto_explain", "auto_explain.log_min_duration": "0",
    "auto_explain.log_format": "json", "plan_cache_mode": "force_generic_plan",
}
SCHOOLS = 15
CALLERS = ("slt_of_a_school", "slt_of_the_trust")
# Who reaches messages in several ways, and the ways that each of them has an index for.
SEVERAL = {"staff": {"recorded_by", "assignee_id", "channel_id"},
           "dsl_of_a_school": {"school_id", "recorded_by", "assignee_id", "channel_id"},
           "slt_of_two_schools": {"school_id"}}
OTHERS = """
SET session_replication_role = replica;
INSERT INTO school (tenant_id, id, name)
SELECT gen_random_uuid(), gen_random_uuid(), 'School ' || n FROM generate_series(1, 3000) n;
INSERT INTO register_trust (id, uid, name, kind, as_of)
SELECT gen_random_uuid(), n, 'Trust ' || md5(n::text), 'multi_academy_trust', '2026-09-01'
  FROM generate_series(1, 3000) n;
INSERT INTO register_school (urn, name, as_of)
SELECT 100000 + n, 'School ' || md5(n::text), '2026-09-01' FROM generate_series(1, 9000) n;
INSERT INTO register_membership (urn, trust_id, seen_on)
SELECT 100000 + uid::integer, id, '2026-09-01' FROM register_trust;
INSERT INTO register_school_word (word, urn) SELECT w, urn FROM register_school, search_words(name) w;
INSERT INTO register_trust_word (word, trust_id) SELECT w, id FROM register_trust, search_words(name) w;
RESET session_replication_role;
"""
# For the tenant %(tenant)s, whose schools are %(schools)s; one row in sixteen has no school.
# Settled things are old, what waits is new.
SEED = """
SET session_replication_role = replica;
CREATE TEMP TABLE seed ON COMMIT DROP AS
SELECT n, gen_random_uuid() AS id, (%(schools)s::uuid[])[n %% 16] AS school,
       now() - n * interval '1 hour' AS at
  FROM generate_series(1, 4000) n;
INSERT INTO person (tenant_id, id, school_id, name, person_type, created_at)
SELECT %(tenant)s, id, school, 'Person ' || md5(n::text), 'employee', at FROM seed;
INSERT INTO appointment (tenant_id, id, person_id, role, scope, state, from_on, created_at)
SELECT %(tenant)s, id, id, 'staff', CASE WHEN school IS NULL THEN 'tenant' ELSE 'schools' END,
       'active', current_date, at FROM seed;
INSERT INTO appointment_school (tenant_id, appointment_id, school_id, person_id)
SELECT %(tenant)s, id, school, id FROM seed WHERE school IS NOT NULL;
INSERT INTO post (tenant_id, id, school_id, name, created_at)
SELECT %(tenant)s, id, school, 'Post ' || n, at FROM seed;
INSERT INTO team (tenant_id, id, school_id, name, created_at)
SELECT %(tenant)s, id, school, 'Team ' || n, at FROM seed;
INSERT INTO attestation (tenant_id, id, person_id, school_id, person_name, policy_edition,
	policy_read_on, trained_on, attested_by, attested_name, created_at)
SELECT %(tenant)s, id, id, school, 'Person ' || n, '2026-09', at::date, at::date,
       %(tenant)s, 'Lead', at FROM seed;
INSERT INTO assessment (tenant_id, id, school_id, title, assessed_on, author_name, score,
	mitigations, approved_by_name, approved_on, review_on, recorded_by, created_at)
SELECT %(tenant)s, id, school, 'Assessment ' || n, at::date, 'Author', 8, 'Two operators', 'Lead',
       at::date, at::date + 365, %(tenant)s, at FROM seed;
INSERT INTO channel (tenant_id, id, school_id, state, platform, handle, source, created_at)
SELECT %(tenant)s, id, school, 'active', 'facebook', 'handle' || n, 'register', at FROM seed;
INSERT INTO person_word (tenant_id, word, person_id)
SELECT tenant_id, w, id FROM person, search_words(name) w WHERE tenant_id = %(tenant)s;
INSERT INTO channel_word (tenant_id, word, channel_id)
SELECT tenant_id, w, id FROM channel, search_words(handle) w WHERE tenant_id = %(tenant)s;
INSERT INTO channel_application (tenant_id, id, school_id, state, applicant_id, applicant_name,
	recorded_by, platform, proposed_name, kind, waiting_since, created_at)
SELECT %(tenant)s, id, school, CASE WHEN n <= 400 THEN 'submitted' ELSE 'account_created' END,
       id, 'Person ' || n, id, 'facebook', 'Account ' || n, 'class',
       CASE WHEN n <= 400 THEN at END, at FROM seed;
INSERT INTO calendar_period (tenant_id, id, school_id, kind, title, from_on, to_on, created_at)
SELECT %(tenant)s, id, school, 'inset', 'Inset ' || n, '1990-01-01'::date + n, '1990-01-01'::date + n, at FROM seed;
INSERT INTO message (tenant_id, id, school_id, channel_id, state, kind, source, received_at, text, author_kind, author_confidence,
	author_identity, assignee_id, outcome, closed_at, next_due_at, recorded_by, recorded_name, created_at)
SELECT %(tenant)s, s.id, s.school, f.id, CASE WHEN s.n <= 400 THEN 'open' ELSE 'closed' END, 'comment', 'phone', s.at, 'Said ' || s.n,
       'parent', 'likely', 'unknown', CASE WHEN s.n %% 3 = 0 THEN f.id END, CASE WHEN s.n > 400 THEN 'answered' END,
       CASE WHEN s.n > 400 THEN s.at END, CASE WHEN s.n <= 400 THEN s.at + interval '1 day' END, f.id, 'Person ' || f.n, s.at
  FROM seed s JOIN seed f ON f.n = 1 + s.n %% 400;
INSERT INTO evidence (tenant_id, id, message_id, school_id, kind, text, captured_at, author_identity, sha256, recorded_by,
	recorded_name, created_at)
SELECT %(tenant)s, id, id, school, 'text', 'Said ' || n, at, 'unknown', repeat('0', 64), id, 'Person ' || n, at FROM seed;
INSERT INTO monitor_duty (tenant_id, id, channel_id, school_id, person_id, holder_text, days, from_on, added_by, added_name,
	created_at)
SELECT %(tenant)s, id, id, school, id, 'Person ' || n, '{mon}', at::date, id, 'Lead', at FROM seed;
INSERT INTO channel_check (tenant_id, id, channel_id, school_id, checked_at, found, checked_by, checked_name, created_at)
SELECT %(tenant)s, id, id, school, at, 'nothing', id, 'Person ' || n, at FROM seed;
INSERT INTO watch_term (tenant_id, id, school_id, kind, text, added_by, added_name, created_at)
SELECT %(tenant)s, id, school, 'name', 'School ' || n, id, 'Lead', at FROM seed;
INSERT INTO mention (tenant_id, id, school_id, url, platform, excerpt, public, action_taken, found_at, found_by, found_name,
	created_at)
SELECT %(tenant)s, id, school, 'https://x.example/', 'facebook', 'Said', true, 'none', at, id, 'Person ' || n, at FROM seed;
INSERT INTO monitoring_authorisation (tenant_id, id, school_id, concerns, scope, reason, from_on, until_on,
	authorised_by, authorised_name, created_at)
SELECT %(tenant)s, id, school, 'Account ' || n, 'Posts', 'Why', at::date, at::date + 30, id, 'Lead', at FROM seed;
INSERT INTO monitoring_statement (tenant_id, id, school_id, edition, body, dpia_note, written_by, written_name, created_at)
SELECT %(tenant)s, id, school, n, 'Body', 'Note', id, 'Lead', at FROM seed;
INSERT INTO media_enquiry (tenant_id, id, school_id, outlet, medium, about, received_at, logged_by, logged_name, created_at)
SELECT %(tenant)s, id, school, 'Post ' || n, 'email', 'About', at, id, 'Person ' || n, at FROM seed;
INSERT INTO clock (tenant_id, id, message_id, place_id, kind, started_at, first_due_at, due_at, because, rule, stopped_at, stop,
	calendar_version)
SELECT %(tenant)s, id, id, coalesce(school, %(tenant)s), 'response', at, at + interval '1 day', at + interval '1 day', '[]', '{}',
       CASE WHEN n > 400 THEN at END, CASE WHEN n > 400 THEN 'answered' END, 0 FROM seed;
INSERT INTO moderation_action (tenant_id, id, school_id, message_id, state, kind, reason, taken_at, taken_by, taken_name,
	public_reason, public_reason_posted_at, recorded_by, recorded_name, created_at)
SELECT %(tenant)s, id, school, id, 'taken', 'block', 'Why ' || n, at, id, 'Person ' || n, 'Told ' || n, at, id, 'Person ' || n, at
  FROM seed;
INSERT INTO moderation_report (tenant_id, id, action_id, status, reported_at, chase_on, reported_by, reported_name, created_at)
SELECT %(tenant)s, id, id, CASE WHEN n <= 400 THEN 'sent' ELSE 'removed' END, at, '1990-01-01'::date + n, id, 'Person ' || n, at
  FROM seed;
INSERT INTO moderation_reason (tenant_id, id, school_id, house_rule, public_text, created_at)
SELECT %(tenant)s, id, school, 'Rule ' || n, 'Told ' || n, at FROM seed;
INSERT INTO message_template (tenant_id, id, school_id, purpose, title, text, created_name, created_at)
SELECT %(tenant)s, id, school, 'answer', 'Title ' || n, 'Text ' || n, 'Person', at FROM seed;
INSERT INTO message_word (tenant_id, word, message_id, school_id)
SELECT tenant_id, w, id, school_id FROM message, search_words(text) w WHERE tenant_id = %(tenant)s;
INSERT INTO transfer (tenant_id, id, move_id, side, state, urn, school_id, school_name, from_trust_id,
	from_trust_name, to_trust_id, to_trust_name, found_on, import_id, created_at)
SELECT %(tenant)s, id, id, 'from', CASE WHEN n <= 400 THEN 'proposed' ELSE 'accepted' END,
       100000 + n, school, 'School ' || n, id, 'From', id, 'To', at::date, id, at FROM seed;
"""

# What the callers and many others were told.
TOLD = """
SET session_replication_role = replica;
INSERT INTO notification (tenant_id, event_id, person_id, kind, urgent, subject_kind, subject_id, created_at)
SELECT m.tenant_id, gen_random_uuid(), p, 'message_overdue', false, 'message', m.id, m.created_at
  FROM message m, (VALUES ('%(person)s'::uuid), (gen_random_uuid()), (gen_random_uuid())) x (p)
 WHERE m.school_id = '%(school)s';
"""


class Plans:
    """A house of its own: what it holds would slow down the other tests' database."""

    def __init__(self, cluster):
        self.house = house = House(cluster)
        self.log = f"{cluster.folder}/postgresql.log"
        tenants = [house.fresh_tenant(schools=SCHOOLS) for _ in range(2)]
        for tenant in tenants:
            house.sql("BEGIN;" + SEED % {
                "tenant": f"'{tenant.id}'::uuid",
                "schools": "'{" + ",".join(tenant.schools) + "}'"} + "COMMIT; RESET ALL")
        self.callers = {
            CALLERS[0]: tenants[0].person("Slt School", "slt", tenants[0].schools[:1]),
            CALLERS[1]: tenants[0].person("Slt Trust", "slt"),
            "staff": tenants[0].person("Stan Staff", "staff", tenants[0].schools[:1]),
            "dsl_of_a_school": tenants[0].person("Dot Lead", "staff", tenants[0].schools[:1], ["dsl"]),
            "slt_of_two_schools": tenants[0].person("Slt Two", "slt", tenants[0].schools[:2])}
        for caller in self.callers.values():
            house.sql("BEGIN;" + TOLD % {"school": tenants[0].schools[0], "person": caller.id} + "COMMIT; RESET ALL")
        house.sql(OTHERS)
        house.sql("VACUUM (ANALYZE)")
        for name, value in EXPLAIN.items():
            house.sql(f"ALTER DATABASE {house.database} SET {name} = '{value}'")
        house.restart()  # so that each connection is a new one

    def of(self, caller, path, mark=r"\bLIMIT\b"):
        """The plan of the statement that answered with the first page, or the one row, as JSON; its text has the mark."""
        client = self.callers[caller].client
        client.get("/v1/tenant", expect=200)  # the principal is looked up only once
        with open(self.log, encoding="utf-8") as log:
            log.seek(0, 2)
            answer = client.get(path, expect=200).json
            assert answer.get("data", "one row") or caller in SEVERAL
            return self.written(log, mark)

    @staticmethod
    def written(log, mark):
        text, end = "", time.monotonic() + 10
        while time.monotonic() < end:
            text += log.read()
            for found in re.findall(r"  plan:\n((?:\t.*\n)+)(?=[^\t])", text + "."):
                plan = json.loads(found)
                if re.search(mark, plan["Query Text"]):
                    return plan["Plan"]
            time.sleep(0.02)
        raise AssertionError(f"no plan was logged: {text}")


@pytest.fixture(scope="module")
def plans(cluster):
    plans = Plans(cluster)
    yield plans
    plans.house.close()


@pytest.fixture(scope="module")
def lists(house):
    """{path: table} of every list."""
    routes = json.loads(house.server.run("describe").stdout)["routes"]
    return {r["path"]: r["resource"] for r in routes if r["list"]}


def nodes(plan):
    yield plan
    for inner in plan.get("Plans", []):
        yield from nodes(inner)


def test_every_list_is_judged(lists):
    here = WHOLE.keys() | SMALL.keys() | set(PAGED) | set(PUBLIC)
    assert here == lists.keys(), f"plan_test.py, PAGED (with rows in SEED): {here ^ lists.keys()}"


def reads(plan, table):
    """How the plan reads this table: [(kind, condition)]."""
    return [(node["Node Type"], node.get("Index Cond", "")) for node in nodes(plan)
            if node.get("Relation Name") == table]


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("path", PAGED)
def test_first_page_comes_in_the_order_of_an_index(plans, lists, path, caller):
    plan = plans.of(caller, path)
    found = reads(plan, lists[path])
    assert not [node for node in nodes(plan) if "Sort" in node["Node Type"]], found
    assert found and all(kind in ("Index Scan", "Index Only Scan") and "tenant_id" in condition
                         for kind, condition in found), found


@pytest.mark.parametrize("caller", CALLERS)
def test_clocks_are_not_paid_for_by_messages(plans, caller):
    """Each clock's message is looked up by its key: no page reads all messages to know which are in sight."""
    found = reads(plans.of(caller, "/v1/clocks"), "message")
    assert found and all(kind == "Index Scan" and "id" in condition for kind, condition in found), found


def sorted_whole(plan, sorting=False):
    """The scans of messages whose rows are sorted before a limit holds for them."""
    sorting = plan["Node Type"] != "Limit" and (sorting or "Sort" in plan["Node Type"])
    if sorting and plan.get("Relation Name") == "message":
        yield plan
    for inner in plan.get("Plans", []):
        yield from sorted_whole(inner, sorting)


@pytest.mark.parametrize("sort", ["received_at", "-received_at"])
@pytest.mark.parametrize("caller", SEVERAL)
def test_each_way_to_a_message_has_its_index(plans, caller, sort):
    """The first of each come in the order of the page; only what is found by its id is sorted."""
    plan = plans.of(caller, f"/v1/messages?sort={sort}")
    scans = [node for node in nodes(plan) if node.get("Relation Name") == "message"]
    for column in SEVERAL[caller]:
        assert [n for n in scans if re.search(rf"\b{column} =", n.get("Index Cond", ""))], (column, scans)
    assert all(re.search(r"\bid =", n.get("Index Cond", "")) for n in sorted_whole(plan)), plan


@pytest.mark.parametrize("caller", ["staff", "dsl_of_a_school"])
def test_what_waits_is_found_by_all_ways_at_once(plans, caller):
    """Or in the index of what waits alone, which costs less while the tenant has some hundreds."""
    plan = plans.of(caller, "/v1/messages/open")
    found = [node.get("Index Cond", "") for node in nodes(plan) if node["Node Type"] == "Bitmap Index Scan"]
    ways = {column for column in SEVERAL[caller] for condition in found if f"{column} =" in condition}
    alone = [node for node in nodes(plan) if node["Node Type"] == "Index Only Scan" and node["Index Name"] == "message_open"]
    assert alone or ways == SEVERAL[caller], reads(plan, "message")


def test_what_waits_is_counted_from_its_index(plans):
    plan = plans.of(CALLERS[1], "/v1/me/work", "assignee_id IS NULL")
    found = [node["Index Name"] for node in nodes(plan) if node["Node Type"] == "Index Only Scan"]
    assert found == ["message_open"], plan


@pytest.mark.parametrize("path", PUBLIC)
def test_public_page_comes_in_the_order_of_an_index(plans, lists, path):
    plan = plans.of(CALLERS[0], path)
    table = lists[path]
    assert not [node for node in nodes(plan) if "Sort" in node["Node Type"]], plan
    assert [node["Index Name"] for node in nodes(plan)
            if node.get("Relation Name") == table] == [f"{table}_name"], plan


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("path", CHANGING)
def test_changes_come_in_the_order_of_their_index(plans, lists, path, caller):
    table = lists[path]
    found = [node for node in nodes(plans.of(caller, f"{path}?changed_since=0"))
             if node.get("Relation Name") == table]
    assert [node["Index Name"] for node in found] == [f"{table}_changed"], found
    assert all(word in found[0]["Index Cond"] for word in ("tenant_id", "changed_xid"))


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("path, table", [("/v1/people?q=person%20a1", "person_word"),
                                         ("/v1/channels?q=handle39", "channel_word"),
                                         ("/v1/messages?q=said%2039", "message_word"),
                                         ("/v1/register/schools?q=39", "register_school_word"),
                                         ("/v1/register/trusts?q=39", "register_trust_word")])
def test_words_are_found_by_their_index(plans, path, table, caller):
    """First, and the rows by what was found: no plan walks the rows and looks at the words of each."""
    plan = plans.of(caller, path)
    found, rows = reads(plan, table), reads(plan, table.removesuffix("_word"))
    assert any("word >=" in condition and "word <" in condition for _, condition in found), found
    assert not [kind for kind, _ in found if kind == "Seq Scan"], found
    assert rows and all(condition or kind == "Seq Scan" for kind, condition in rows), rows


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("path", SMALL)
def test_small_list_is_found_by_an_index(plans, lists, path, caller):
    found = reads(plans.of(caller, path), lists[path])
    assert found and not [kind for kind, _ in found if kind == "Seq Scan"], found


@pytest.mark.parametrize("caller", CALLERS)
def test_similar_channels_are_found_by_their_index(plans, caller):
    """P12: what counts as what may leak keeps row security from using an index."""
    path = "/v1/channel-applications"
    listed = plans.callers[caller].client.get(f"{path}?limit=1", expect=200).json["data"][0]
    found = [node for node in nodes(plans.of(caller, f"{path}/{listed['id']}"))
             if node.get("Relation Name") == "channel"]
    assert [node.get("Index Name") for node in found] == ["channel_similar"], found
    assert all(word in found[0]["Index Cond"] for word in ("school_id", "platform")), found
