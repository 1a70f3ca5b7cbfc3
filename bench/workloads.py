"""The workloads: who calls, with what, and how each contender is set to do it."""

from capture import for_peer, pgbench

TENANT = 1
DRAFT_KIND = "0010"
ID = "('0192b000-{kind}-7000-8000-' || lpad((:n)::text, 12, '0'))::uuid"
CHANNELS = 3000

TRUST_SLT = {"number": 1, "email": "person1@bench.example"}
SCHOOL_SLT = {"number": 6, "email": "person6@bench.example"}


def uuid(kind, number):
    return f"0192b000-{kind}-7000-8000-{number:012d}"


BODY = {
    "school_id": uuid("0002", 1), "platform": "facebook",
    "proposed_name": "Year 7 football", "proposed_handle": "year7football", "kind": "club_or_team",
    "aim": "To show families what the team does, week by week, and to celebrate it.",
    "audience": "Parents and carers of the team", "promotion": "Newsletter and the school's gate",
    "visibility": "closed_group", "purpose": "celebration",
    "purpose_detail": "It keeps families close to what their children do.",
    "other_communication_methods": "The newsletter on paper and the notice board.",
}


class Workload:
    def __init__(self, name, title, path, caller, goals):
        self.name, self.title, self.path, self.caller = name, title, path, caller["email"]
        self.goals = dict(zip(("pgbench_plain", "go", "fastify"), goals))
        self.statements = self.subject = None

    def expression(self):
        kind = {"get": "0008", "draft": "0011", "withdraw": DRAFT_KIND}.get(self.name)
        return ID.format(kind=kind) if kind else ""

    def setup(self, first, span):
        """The pgbench line that gives each transaction its :n."""
        if self.name == "get":
            return f"\\set n random({first}, {first + span - 1})"
        if self.name in ("draft", "withdraw"):
            return (f"\\set sent :sent + 1\n"
                    f"\\set n {first} + :client_id * {span} + :sent - 1")
        return "\\set n 0"

    def script(self, folder, entered, first, span):
        text, variables = pgbench(self.statements, self.subject, self.setup(first, span),
                                  self.expression(), entered)
        path = folder / f"{self.name}.{'walls' if entered else 'plain'}.sql"
        path.write_text(text)
        return path, variables | {"sent": 0}

    def peer_statements(self, me):
        return for_peer(self.statements, self.subject,
                        BODY if self.name == "draft" else None, me)


LIST = "/v1/channel-applications"
GET = Workload("get", "GET one channel", "/v1/channels", TRUST_SLT, (0.45, 1.2, 2.2))
LIST_SCHOOL = Workload("list_school", "List 50 applications, SLT of one school",
                       LIST + "?limit=50", SCHOOL_SLT, (0.75, 1.7, 3.0))
LIST_TRUST = Workload("list_trust", "List 50 applications, SLT of the trust",
                      LIST + "?limit=50", TRUST_SLT, (0.75, 1.7, 3.0))
DRAFT = Workload("draft", "POST an application: row, history, audit", LIST, SCHOOL_SLT,
                 (0.85, 1.2, 1.7))
WITHDRAW = Workload("withdraw", "Transition: withdraw a draft", LIST, SCHOOL_SLT, (0.70,))
WORKLOADS = [GET, LIST_SCHOOL, LIST_TRUST, DRAFT, WITHDRAW]

# Fresh drafts of the caller, with all their triggers: a move needs one each time.
DRAFTS = """
INSERT INTO channel_application (tenant_id, id, school_id, state, applicant_id, applicant_name,
	recorded_by, platform, proposed_name, proposed_handle, kind, aim, audience, promotion,
	visibility, purpose, purpose_detail, other_communication_methods)
SELECT tenant_id, ('0192b000-{kind}-7000-8000-' || lpad(n::text, 12, '0'))::uuid, '{school}', 'draft',
       id, name, id, 'facebook', 'Year 7 football', 'year7football', 'club_or_team',
       'To show families what the team does, week by week, and to celebrate it.',
       'Parents and carers of the team', 'Newsletter', 'closed_group', 'celebration',
       'It keeps families close to what their children do.', 'The newsletter on paper.'
  FROM person, generate_series({first}, {last}) n
 WHERE id = '{person}';
"""


def drafts_make(database, first, count):
    database.sql("SELECT set_config('me.name', 'bench', false);" + DRAFTS.format(
        kind=DRAFT_KIND, first=first, last=first + count - 1, school=uuid("0002", 1),
        person=uuid("0003", SCHOOL_SLT["number"])))


def drafts_left(database, first, count):
    return int(database.sql(
        "SELECT count(*) FROM channel_application WHERE state = 'draft' AND tenant_id = "
        f"'{uuid('0001', TENANT)}' AND id BETWEEN '{uuid(DRAFT_KIND, first)}' "
        f"AND '{uuid(DRAFT_KIND, first + count - 1)}'"))
