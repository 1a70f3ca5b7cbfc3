"""Each condition of a policy that writes, by bare SQL: no trigger and no foreign key helps it; and the
policy that every table has."""
import uuid

import psycopg2.errors
import pytest

from row_security_test import CHANGED, Field, acting, insert, outcome, planted, tables

ALONE = "SET session_replication_role = replica"  # without triggers and foreign keys
EMPTIED = "; ".join([ALONE, *(f"DELETE FROM {table}" for table in (
    "appointment_school", "application_operator", "exclusion", "setting", "calendar_period"))])
# Every table whose rows the service adds by a policy of its own, and the column that says who adds.
ADDER = {"person": None, "appointment": "granted_by", "appointment_school": None, "appointment_history": "actor_id",
         "assessment": "recorded_by", "attestation": "attested_by", "invitation": "invited_by", "post": None,
         "team": None, "membership": "added_by", "membership_history": "actor_id", "person_relationship": None,
         "channel": None, "channel_grant": None, "channel_history": "actor_id", "setting": None, "calendar_period": None,
         "message": "recorded_by", "message_history": "actor_id", "message_handler": "named_by", "clock": None,
         "evidence": "recorded_by", "evidence_custody": "actor_id",
         "moderation_reason": None, "moderation_action": "recorded_by", "moderation_history": "actor_id",
         "moderation_report": "reported_by", "moderation_appeal": "opened_by",
         "message_template": None,
         "channel_application": "recorded_by", "application_operator": None, "application_revision": "submitted_by",
         "application_decision": "decider_id", "application_history": "actor_id", "exclusion": "excluded_by",
         "upload": "begun_by", "upload_part": None,
         "monitor_duty": "added_by", "channel_check": "checked_by",
         "watch_term": "added_by", "mention": "found_by", "mention_history": "actor_id",
         "monitoring_authorisation": "authorised_by", "monitoring_statement": "written_by",
         "media_enquiry": "logged_by", "media_enquiry_history": "actor_id"}
# Rows that whoever belongs there may add, or that a trigger (in_sight) keeps in their place.
ANYBODY = {"application_history", "appointment_history", "channel_history", "membership_history", "message_history",
           "moderation_history",
           "channel_application", "application_operator", "application_revision", "upload", "upload_part",
           "media_enquiry", "media_enquiry_history", "mention", "mention_history"}
# The state that a row begins in, and what it does not begin with.
SOMEBODY = "018f0000-0000-7000-8000-00000000dead"
BEGINNING = {"channel_application": "draft", "media_enquiry": "received", "mention": "open", "message": "open",
             "upload": "open", "moderation_action": "taken"}
OTHERWISE = {"channel_application": [{"state": "more_information"}], "mention": [{"state": "closed"}],
             "media_enquiry": [{"state": "declined"}, {"approved_by": SOMEBODY}], "message": [{"safeguarding": True}],
             "upload": [{"state": "complete"}], "evidence": [{"locked_at": "2026-01-01"}, {"upload_id": SOMEBODY}],
             "monitoring_authorisation": [{"state": "ended"}], "moderation_appeal": [{"decided_by": SOMEBODY}],
             "moderation_action": [{"state": "complete"}, {"waived_by": SOMEBODY}]}
# What a row hangs on; all others say their school themselves.
SUBJECTS = {"application_operator": {"application_id": "own"},
            "application_revision": {"application_id": "application"}, "exclusion": {"subject_id": "application"},
            "moderation_action": {"message_id": "message", "channel_id": "channel"},
            "moderation_report": {"action_id": "moderation"}, "moderation_appeal": {"action_id": "moderation"},
            "clock": {"message_id": "message"}, "invitation": {"person_id": "person"}, "attestation": {"person_id": "person"},
            "person_relationship": {"person_id": "person"}, "upload_part": {"upload_id": "sent"}, "evidence": {"message_id": "message"},
            "evidence_custody": {"evidence_id": "evidence"},
            "monitor_duty": {"channel_id": "channel"}, "channel_check": {"channel_id": "channel"}}

# What an exclusion hides, by the column that names it.
FROM = {"channel_application": "id", "application_operator": "application_id",
        "application_revision": "application_id", "application_decision": "application_id",
        "application_history": "application_id", "exclusion": "subject_id", "channel": "id",
        "channel_grant": "channel_id", "channel_history": "channel_id", "message": "id", "message_history": "message_id",
        "message_handler": "message_id", "message_word": "message_id", "clock": "message_id", "evidence": "message_id",
        "monitoring_authorisation": "id", "mention": "authorisation_id",
        "moderation_action": "id", "moderation_history": "action_id", "moderation_report": "action_id",
        "moderation_appeal": "action_id"}


@pytest.fixture(scope="module")
def field(house):
    field = Field(house)
    field.dsl = field.mine.person("Dot Lead", "staff", [field.mine.schools[0]], ["dsl"])
    for plot in field.plot, field.other, field.foreign:
        plot.own = plot.plant_application("submitted", field.head.id if plot is field.plot else None)
        plot.sent = plot.plant_upload(field.head.id if plot is field.plot else plot.person)
    field.plot.led = field.plot.plant_application("submitted")
    field.closed = field.plot.plant_channel("approved")  # from which everybody is excluded
    field.hidden = field.plot.plant_message()  # as well
    field.plot.plant_evidence(field.hidden)
    field.aimed = field.plot.plant_moderation("taken")  # and from this
    field.within = field.plot.plant_moderation("taken", message_id=field.hidden, channel_id=None)  # with its message
    field.watched = field.plot.plant_monitoring_authorisation()  # and from this
    field.found = field.plot.plant_mention(authorisation_id=field.watched)
    field.waiting, _ = (plot.plant_moderation("appealed") for plot in (field.plot, field.other))
    field.unseen = {field.plot.application, field.closed, field.hidden, field.aimed, field.within, field.watched, field.found}
    for application, applicant in (field.plot.own, field.head.id), (field.plot.application, field.plot.person):
        operate(field.plot, application, applicant, field.staff)
    operate(field.plot, field.plot.led, field.plot.person, field.head)
    return field


def operate(plot, application, applicant, person):
    plot.row("application_operator", application_id=application, person_id=person.id, school_id=plot.school,
             applicant_id=applicant, access="admin", person_name=person.name)


def addable(house, field, table, who):
    """A row that this person may add at the school of the plot."""
    row = planted(house, table, field.mine)
    fresh = {"id": str(uuid.uuid4()), "token_hash": f"\\x{uuid.uuid4().hex}", "email": None,
             "external_ref": None, "handle": None, "identity_id": None, "handle_key": None,
             "name": uuid.uuid4().hex, "scope": "schools", "revision": 77, "number": 77, "edition": 77,
             "text": uuid.uuid4().hex if table == "watch_term" else row.get("text"),
             "state": BEGINNING.get(table, "active"),
             "school_id": field.plot.school, "person_id": field.plot.person, "waiting_since": None,
             "house_rule": uuid.uuid4().hex, "outcome": None, "decision": None, "decided_at": None,
             "decided_by": None, "decided_name": None, "taken_by": field.plot.boss, "recorded_by": field.plot.boss,
             "stopped_at": "2026-01-01", "stop": "answered",  # of one kind of clock one runs
             ADDER[table]: who.id,
             **{name: getattr(field.plot, plot) for name, plot in SUBJECTS.get(table, {}).items()}}
    return {**row, **{name: value for name, value in fresh.items() if name in row}}


def moved(field, table, row):
    """The row with one thing about it that is not the caller's."""
    yield {**row, "tenant_id": field.theirs.id}
    if ADDER[table]:
        yield {**row, ADDER[table]: field.plot.boss}
    if table == "appointment_school":  # nobody widens what they hold themselves
        yield {**row, "person_id": field.head.id}
    for other in OTHERWISE.get(table, ()):
        yield {**row, **other}
    if "school_id" in row and table not in ANYBODY - set(OTHERWISE):
        yield {**row, "school_id": field.other.school}
    for name, plot in SUBJECTS.get(table, {}).items():
        yield {**row, name: getattr(field.other, plot)}


def denied(result, *about):
    assert isinstance(result, psycopg2.errors.InsufficientPrivilege), (*about, result)


def test_each_condition_of_adding_is_needed(house, field):
    """A row that a head adds at their school, and the same with one thing that is not theirs."""
    # who decides, deciders_test.py asks; the compartment is the DSL's (safeguarding_test.py)
    for table in set(ADDER) - {"application_decision", "message_handler"}:
        row = addable(house, field, table, field.head)
        with acting(house, session=field.session(field.head), first=EMPTIED) as cursor:
            for changed in moved(field, table, row):
                denied(insert(cursor, table, changed), table, changed)
            assert insert(cursor, table, row) == 1, table


def test_staff_add_no_record(house, field):
    for table in set(ADDER) - ANYBODY:
        row = addable(house, field, table, field.staff)
        with acting(house, session=field.session(field.staff), first=EMPTIED) as cursor:
            denied(insert(cursor, table, row), table)


def test_a_plain_governor_sends_no_files(house, field):
    row = addable(house, field, "upload", field.governor)
    with acting(house, session=field.session(field.governor), first=ALONE) as cursor:
        denied(insert(cursor, "upload", row))


def test_all_that_is_added_is_stated(house):
    named = house.sql("SELECT tablename AS name FROM pg_policies WHERE schemaname = 'public' AND cmd = 'INSERT'")
    assert {row["name"] for row in named} == set(ADDER)


def excluded(field, person):
    """From an application and a channel of their school."""
    return "; ".join([ALONE, *(
        "INSERT INTO exclusion (tenant_id, subject_id, person_id, reason, excluded_by) VALUES"
        f" ('{field.mine.id}', '{subject}', '{person.id}', 'Out.', '{field.plot.boss}')"
        for subject in (field.plot.application, field.closed, field.hidden, field.aimed, field.watched))])


def test_nothing_is_seen_of_what_one_is_excluded_from(field, house):
    for person in field.head, field.slt, field.staff:
        with acting(house, session=field.session(person), first=excluded(field, person)) as cursor:
            for table, column in FROM.items():
                cursor.execute(f"SELECT {column}::text AS id FROM {table}")
                assert not field.unseen & {row["id"] for row in cursor}, (table, person.name)


def test_exclusions_are_for_leaders_and_not_of_ones_own_side(house, field):
    person = field.mine.person(f"Out {uuid.uuid4()}").id
    row = {"tenant_id": field.mine.id, "subject_id": field.plot.led, "person_id": person, "reason": "Out.",
           "created_at": "2026-01-01"}
    with acting(house, session=field.session(field.head), first=ALONE) as cursor:
        denied(insert(cursor, "exclusion", {**row, "excluded_by": field.head.id}))
    planted_row = excluded(field, field.nobody).replace(field.plot.application, field.plot.own)
    with acting(house, session=field.session(field.staff), first=planted_row) as cursor:
        assert outcome(cursor, "SELECT FROM channel_application WHERE id = %s", field.plot.own) == 1
        assert outcome(cursor, "SELECT FROM exclusion") == 0


def test_whom_a_moderation_concerns_is_excluded_by_who_sees_it(house, field):
    """By their own word, and nobody else from it."""
    concerned = field.plot.plant_person("concerned")
    row = {"tenant_id": field.mine.id, "reason": "Out.", "created_at": "2026-01-01", "person_id": concerned,
           "subject_id": field.plot.plant_moderation("taken", target_person_id=concerned), "excluded_by": field.head.id}
    with acting(house, session=field.session(field.head), first=ALONE) as cursor:
        for changes in ({"excluded_by": field.plot.boss}, {"person_id": field.plot.boss}, {"tenant_id": field.theirs.id},
                        {"subject_id": field.other.plant_moderation("taken", target_person_id=concerned)}):
            denied(insert(cursor, "exclusion", {**row, **changes}), changes)
        assert insert(cursor, "exclusion", row) == 1


def test_words_are_found_with_their_message_at_ones_own_school(house, field):
    """Who works on a message of another school sees it, and does not find it by its words."""
    recorded = f"UPDATE message SET recorded_by = '{field.head.id}' WHERE id = '{field.other.message}'"
    with acting(house, session=field.session(field.head), first=f"{ALONE}; {recorded}") as cursor:
        for message, words in (field.plot.message, True), (field.other.message, False):
            assert outcome(cursor, "SELECT FROM message WHERE id = %s", message) == 1
            assert (outcome(cursor, "SELECT FROM message_word WHERE message_id = %s", message) > 0) == words


def test_invitations_are_seen_with_their_person(house, field):
    for person, seen in ((field.head, {field.plot.person}), (field.governor, set()), (field.nobody, set())):
        with acting(house, session=field.session(person)) as cursor:
            cursor.execute("SELECT person_id::text AS id FROM invitation")
            assert {row["id"] for row in cursor} == seen, person.name


def test_keys_of_requests_are_ones_own(house, field):
    rows = [{"key": uuid.uuid4().hex, "identity_id": person.identity, "digest": "d", "status": 201, "body": "{}",
             "standing": "s", "created_at": "2026-01-01"}
            for person in (field.staff, field.head, field.staff, field.head)]
    kept = "; ".join(f"INSERT INTO idempotency (key, identity_id, digest, status, body, standing) VALUES"
                     f" ('{row['key']}', '{row['identity_id']}', 'd', 201, '', 's')" for row in rows[:2])
    with acting(house, session=field.session(field.staff), first=kept) as cursor:
        cursor.execute("SELECT DISTINCT identity_id::text AS id FROM idempotency")
        assert [row["id"] for row in cursor] == [field.staff.identity]
        assert insert(cursor, "idempotency", rows[2]) == 1
        denied(insert(cursor, "idempotency", rows[3]))


def touched(house, field, table, person):
    """{id: text} of the rows that a change without any condition reaches; nothing is read for it."""
    change = f"{CHANGED[table]} = '2099-01-01'" if table in CHANGED else "version = 4711"
    with acting(house, session=field.session(person), first=excluded(field, person)) as cursor:
        result = outcome(cursor, f"UPDATE {table} SET {change}")
        if not isinstance(result, int):
            denied(result, table)
            return {}
        cursor.execute("RESET ROLE")
        cursor.execute(f"SELECT id::text, t::text AS row FROM {table} t WHERE {change}")
        return {row["id"]: row["row"] for row in cursor}


def within(rows, plots):
    return [row for row in rows.values() if any(word in row for plot in plots
                                                for word in (plot.mark, *filter(None, plot.ids.values())))]


def test_a_change_reaches_ones_own_places_alone(house, field):
    """Those of the whole tenant for its SLT, one school's for its head, and none for staff."""
    for table in set(tables(house, "UPDATE")) - {"message_handler", "moderation_appeal"}:
        rows = touched(house, field, table, field.slt)
        assert within(rows, [field.plot, field.other]) and not within(rows, [field.foreign]), table
        assert all(field.mine.id in row for row in rows.values()), table
        rows = touched(house, field, table, field.head)
        assert bool(within(rows, [field.plot])) == (table != "transfer"), table
        assert not within(rows, [field.other, field.foreign]), table
        assert not field.unseen & set(rows), table
        rows = touched(house, field, table, field.staff)
        assert set(rows) == ({field.plot.own} if table == "channel_application" else set()), table


def test_the_compartment_names_whoever_handles_it(house, field):
    """The DSL of the school, in their own name; and only they end it."""
    row = {"tenant_id": field.mine.id, "id": str(uuid.uuid4()), "message_id": field.plot.plant_protected(),
           "person_id": field.staff.id, "person_name": "Stan", "named_by": field.dsl.id, "named_name": "Dot",
           "created_at": "2026-01-01"}
    with acting(house, session=field.session(field.dsl), first=ALONE) as cursor:
        for changes in ({"named_by": field.plot.boss}, {"tenant_id": field.theirs.id}, {"message_id": field.plot.message},
                        {"message_id": field.other.plant_protected()}):
            denied(insert(cursor, "message_handler", {**row, **changes}), changes)
        assert insert(cursor, "message_handler", row) == 1
    rows = touched(house, field, "message_handler", field.dsl)
    assert within(rows, [field.plot]) and not within(rows, [field.other, field.foreign])
    for person in field.slt, field.head, field.staff:
        assert touched(house, field, "message_handler", person) == {}


def test_an_appeal_is_decided_once_and_in_ones_own_name(house, field):
    decide = "UPDATE moderation_appeal SET outcome = 'upheld', decision = '4711', decided_at = now(), decided_by = %s," \
        " decided_name = 'D'"
    with acting(house, session=field.session(field.head), first=ALONE) as cursor:
        denied(outcome(cursor, decide, field.plot.person))
        assert outcome(cursor, decide, field.head.id) == 1
        cursor.execute("RESET ROLE; SELECT action_id::text AS id FROM moderation_appeal WHERE decision = '4711'")
        assert [row["id"] for row in cursor] == [field.waiting]


def test_a_second_look_is_nothing_to_whom_it_is_about(house, field):
    """Even while no exclusion says so, as the trigger does when it is made."""
    about = f"UPDATE monitoring_authorisation SET person_id = '{field.head.id}' WHERE id = '{field.plot.authorisation}'"
    for person, seen in (field.head, False), (field.slt, True):
        with acting(house, session=field.session(person), first=f"{ALONE}; {about}") as cursor:
            assert outcome(cursor, "SELECT FROM monitoring_authorisation WHERE id = %s", field.plot.authorisation) == seen
            assert outcome(cursor, "UPDATE monitoring_authorisation SET version = 4711") > 0
            cursor.execute("RESET ROLE; SELECT id::text FROM monitoring_authorisation WHERE version = 4711")
            assert (field.plot.authorisation in {row["id"] for row in cursor}) == seen


def test_operators_are_taken_away_by_the_applicant_or_themselves(house, field):
    """A head of one's own application's and as an operator of another's."""
    for person, count in ((field.head, 2), (field.staff, 2), (field.slt, 0)):
        with acting(house, session=field.session(person)) as cursor:
            assert outcome(cursor, "DELETE FROM application_operator") == count, person.name


def test_every_table_is_open_to_the_definer(house):
    """A function that looks past row security would find nothing there, and no error would say so."""
    closed = house.sql("SELECT table_name AS name FROM table_rule WHERE NOT EXISTS (SELECT FROM pg_policies"
                       " WHERE tablename = table_name AND policyname = 'definer' AND roles = '{chaperone_definer}'"
                       " AND cmd = 'ALL' AND qual = 'true' AND with_check = 'true') ORDER BY 1")
    assert closed == []


def test_what_is_granted_is_opened_by_a_policy(house):
    """Otherwise a table of reference, say, is empty to its readers, and no error would say so."""
    closed = house.sql("""
        SELECT t.relname, r.rolname, p.word FROM pg_class t, pg_roles r,
               (VALUES ('SELECT'), ('INSERT'), ('UPDATE'), ('DELETE')) p (word)
         WHERE t.relnamespace = 'public'::regnamespace AND t.relkind = 'r' AND t.relrowsecurity
           AND r.rolname LIKE 'chaperone%%' AND NOT r.rolbypassrls AND r.oid <> t.relowner
           AND (has_table_privilege(r.oid, t.oid, p.word)
                OR p.word <> 'DELETE' AND has_any_column_privilege(r.oid, t.oid, p.word))
           AND NOT EXISTS (SELECT FROM pg_policies o WHERE o.tablename = t.relname
                AND r.rolname = ANY (o.roles) AND o.cmd IN ('ALL', p.word)) ORDER BY 1, 2, 3""")
    assert [" ".join(row.values()) for row in closed] == []
