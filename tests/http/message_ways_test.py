"""Lists of messages that somebody reaches in several ways hold, in order, what they see one by one: nothing is lost on the
way to a page, and nothing comes by it."""
import pytest

from list_test import moment, walk
from message_test import MESSAGES
from safeguarding_test import Compartment

ROWS = 120
NEVER = moment("9999-12-31T00:00:00Z")
# Kinds, states, places and persons fall together in many ways; several messages have one time.
SEED = """
SET session_replication_role = replica;
INSERT INTO channel (tenant_id, id, school_id, state, platform, handle, source)
SELECT %(tenant)s, gen_random_uuid(), (%(schools)s::uuid[])[1 + n %% 3], 'active', 'facebook', 'ways' || n, 'register'
  FROM generate_series(1, 20) n;
INSERT INTO channel_grant (tenant_id, id, channel_id, school_id, access, person_id, holder_text, holder_kind, from_on)
SELECT c.tenant_id, gen_random_uuid(), c.id, c.school_id, 'poster', p.id, 'Person', 'person', '2026-01-01'
  FROM channel c, (VALUES (%(many)s::uuid, 20), (%(few)s, 3), (%(lead)s, 2)) p (id, most)
 WHERE c.tenant_id = %(tenant)s AND c.handle LIKE 'ways%%' AND substr(c.handle, 5)::integer <= p.most;
INSERT INTO message (tenant_id, id, school_id, channel_id, state, kind, source, received_at, text, author_kind,
	author_confidence, author_identity, safeguarding, assignee_id, outcome, closed_at, next_due_at, recorded_by, recorded_name,
	created_at)
SELECT %(tenant)s, gen_random_uuid(), CASE WHEN n %% 7 = 0 THEN NULL WHEN c.id IS NULL THEN (%(schools)s::uuid[])[1 + n %% 3]
	ELSE c.school_id END, c.id, CASE n %% 5 WHEN 0 THEN 'closed' WHEN 1 THEN 'acknowledged' ELSE 'open' END,
       CASE n %% 2 WHEN 0 THEN 'comment' ELSE 'query' END, 'phone', timestamptz '2026-09-01' + (n / 3) * interval '1 hour',
       'Said ' || n, 'parent', 'likely', 'unknown', n %% 6 = 1,
       CASE WHEN n %% 4 = 2 THEN (%(people)s::uuid[])[1 + n / 4 %% cardinality(%(people)s::uuid[])] END,
       CASE n %% 5 WHEN 0 THEN 'answered' END, CASE n %% 5 WHEN 0 THEN now() END,
       CASE WHEN n %% 5 > 0 AND n %% 8 > 0 THEN timestamptz '2026-09-01' + (n * 37 %% 11 * 300) * interval '1 hour' END,
       (%(people)s::uuid[])[1 + n %% cardinality(%(people)s::uuid[])], 'Seed', now()
  FROM generate_series(1, %(rows)s) n
  LEFT JOIN channel c ON c.tenant_id = %(tenant)s AND c.handle = 'ways' || (n * 13 %% 29) AND n %% 7 > 0;
INSERT INTO message_handler (tenant_id, id, message_id, person_id, person_name, named_by, named_name)
SELECT m.tenant_id, gen_random_uuid(), m.id, p.id, 'Person', p.id, 'Lead'
  FROM (SELECT m.*, row_number() OVER (ORDER BY text) AS n FROM message m WHERE safeguarding AND recorded_name = 'Seed') m
  JOIN unnest(%(people)s::uuid[]) WITH ORDINALITY p (id, place) ON (m.n + p.place) %% 3 = 0;
INSERT INTO exclusion (tenant_id, subject_id, person_id, reason, excluded_by)
SELECT m.tenant_id, m.id, p.id, 'It concerns them.', p.id
  FROM (SELECT m.*, row_number() OVER (ORDER BY text) AS n FROM message m WHERE recorded_name = 'Seed') m
  JOIN unnest(%(people)s::uuid[]) WITH ORDINALITY p (id, place) ON (m.n + p.place) %% 11 = 0;
RESET session_replication_role;
"""
GONE = """
SET session_replication_role = replica;
DELETE FROM exclusion WHERE tenant_id = %(tenant)s AND reason = 'It concerns them.';
DELETE FROM message_handler WHERE tenant_id = %(tenant)s AND named_name = 'Lead';
DELETE FROM message WHERE tenant_id = %(tenant)s AND recorded_name = 'Seed';
DELETE FROM channel_grant g USING channel c WHERE g.tenant_id = %(tenant)s AND c.tenant_id = g.tenant_id
	AND c.id = g.channel_id AND c.handle LIKE 'ways%%';
DELETE FROM channel WHERE tenant_id = %(tenant)s AND handle LIKE 'ways%%';
RESET session_replication_role;
"""


class Ways(Compartment):
    """Each role that reaches messages, by one school or several, by channels, names and work."""

    def __init__(self, house):
        super().__init__(house)
        c = self.tenant.school("Third")
        self.schools = [self.a, self.b, c]
        self.person = {
            "few channels": self.runner, "no channel": self.staff, "data protection officer": self.dpo,
            "DSL": self.dsl, "SLT of a school": self.slt, "SLT of the trust": self.trust,
            "more channels than are gone through one by one": self.tenant.person("Max Many", "staff", [self.b]),
            "DSL of two schools": self.tenant.person("Di Double", "staff", [self.a, self.b], ["dsl"]),
            "SLT of two schools": self.tenant.person("Sam Several", "slt", [self.b, c]),
            "DSL of the trust": self.tenant.person("Tess Trustlead", "staff", (), ["dsl"]),
            "SLT of one school and DSL of another": self.tenant.person("Ora Other", "slt", [self.a]),
        }
        self.person["SLT of one school and DSL of another"].appoint("staff", [c], ["dsl"])
        people = [p.id for p in self.person.values()]
        self.values = {
            "tenant": f"'{self.tenant.id}'::uuid", "schools": self.array(self.schools), "people": self.array(people),
            "rows": ROWS, "few": f"'{self.runner.id}'::uuid", "lead": f"'{self.dsl.id}'::uuid",
            "many": f"'{self.person['more channels than are gone through one by one'].id}'::uuid"}
        house.sql("BEGIN;" + SEED % self.values + "COMMIT")
        self.ids = [row["id"] for row in house.sql(
            "SELECT id::text FROM message WHERE tenant_id = %s ORDER BY 1", self.tenant.id)]

    @staticmethod
    def array(ids):
        return "'{" + ",".join(ids) + "}'"


@pytest.fixture(scope="module")
def school(house):
    school = Ways(house)
    yield school
    house.sql("BEGIN;" + GONE % school.values + "COMMIT")


def due(row):
    return moment(row["next_due_at"]) if row["next_due_at"] else NEVER


def questions(school, rows):
    """(list, filter, what it keeps), with what these rows hold."""
    channel = next((r["channel_id"] for r in rows if r["channel_id"]), school.channel)
    late = sorted(r["received_at"] for r in rows)[len(rows) // 2:][:1]
    both = [("", lambda r: True), ("kind=query", lambda r: r["kind"] == "query"),
            ("safeguarding=true", lambda r: r["safeguarding"]), ("safeguarding=false", lambda r: not r["safeguarding"]),
            (f"school_id={school.b}", lambda r: r["school_id"] == school.b),
            (f"channel_id={channel}", lambda r: r["channel_id"] == channel), ("q=said", lambda r: False)]
    both += [(f"received_at[gte]={at}", lambda r: r["received_at"] >= at) for at in late]
    for filter, keeps in both + [("state=closed,open", lambda r: r["state"] != "acknowledged")]:
        yield "", filter, keeps
    for filter, keeps in both + [("overdue=true", lambda r: r["overdue"]), ("unassigned=true", lambda r: not r["assignee_id"])]:
        yield "/open", filter, lambda r, keeps=keeps: r["state"] != "closed" and keeps(r)


WHO = ["few channels", "no channel", "data protection officer", "DSL", "SLT of a school", "SLT of the trust",
       "more channels than are gone through one by one", "DSL of two schools", "SLT of two schools", "DSL of the trust",
       "SLT of one school and DSL of another"]


@pytest.mark.parametrize("who", WHO)
def test_a_list_holds_what_is_seen_one_by_one(school, who):
    client = school.person[who].client
    seen = [answer.json for id in school.ids if (answer := client.get(f"{MESSAGES}/{id}")).status == 200]
    assert seen, "whoever sees nothing proves nothing"
    for path, filter, keeps in questions(school, seen):
        name, key = ("due_at", due) if path else ("received_at", lambda r: moment(r["received_at"]))
        rows = sorted((row for row in seen if keeps(row)), key=lambda r: (key(r), r["id"]))
        for sign, wanted in (("", rows), ("-", rows[::-1])):
            for limit in (4, 200) if not filter else (200,):
                target = f"{MESSAGES}{path}?sort={sign}{name}&limit={limit}" + (f"&{filter}" if filter else "")
                found = [row["id"] for row in walk(client, target)]
                assert found == [row["id"] for row in wanted], target


def test_everybody_is_asked(school):
    assert WHO == list(school.person)
