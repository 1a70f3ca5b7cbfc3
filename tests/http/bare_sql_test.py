"""Bare SQL of somebody who does belong there: row security allows no more than the widest of
their kind may do, and nothing moves past the eyes of others."""
import uuid

import psycopg2
import pytest

from application import WORDS, Stage
from days import day
from row_security_test import Field, acting, insert, outcome, planted
from safeguarding_test import Compartment

APPLICATION = "UPDATE channel_application SET {} WHERE id = %s"


@pytest.fixture(scope="module")
def field(house):
    return Field(house)


@pytest.fixture
def stage(house):
    return Stage(house)


def session(stage, person):
    return Field.session(stage, person)


def denied(result):
    assert isinstance(result, (psycopg2.errors.InsufficientPrivilege,
                               psycopg2.errors.ForeignKeyViolation)), result


def exclusion(stage, application, by, of):
    return {"tenant_id": stage.tenant.id, "subject_id": application["id"], "person_id": of.id,
            "reason": "In my way.", "excluded_by": by.id, "created_at": day(0)}


def test_the_applicants_side_excludes_nobody(stage):
    application = stage.submitted()
    own = stage.submitted(by=stage.head)
    for person, subject in ((stage.applicant, application), (stage.first, application), (stage.head, own)):
        with acting(stage.house, session=session(stage, person)) as cursor:
            denied(insert(cursor, "exclusion", exclusion(stage, subject, person, stage.deputy)))
    with acting(stage.house, session=session(stage, stage.head)) as cursor:
        assert insert(cursor, "exclusion", exclusion(stage, application, stage.head, stage.deputy)) == 1


def test_nothing_is_approved_without_a_decision(stage):
    """Nor recorded without an approval: by the applicant, an operator, or an SLT."""
    application = stage.submitted()
    for person in stage.applicant, stage.first, stage.head:
        with acting(stage.house, session=session(stage, person)) as cursor:
            for state in "approved", "account_created":
                refused = outcome(cursor, APPLICATION.format(f"state = '{state}'"), application["id"])
                assert isinstance(refused, psycopg2.errors.CheckViolation), (person.name, state, refused)


@pytest.mark.parametrize("change", ["applicant_id = me_person()", "recorded_by = me_person()",
                                    "school_id = NULL", "created_at = now()"])
def test_an_application_keeps_its_side(stage, change):
    application = stage.submitted()
    for person in stage.applicant, stage.first, stage.head:
        with acting(stage.house, session=session(stage, person)) as cursor:
            denied(outcome(cursor, APPLICATION.format(change), application["id"]))


def test_what_is_held_is_not_rewritten(stage):
    """Whoever keeps records ends and confirms; they do not turn staff into SLT, nor into themselves."""
    keeper = stage.tenant.person("Kit Keeper", "governor", [stage.school], ["hr"])
    with acting(stage.house, session=session(stage, keeper)) as cursor:
        for change in ("role = 'slt'", "duties = '{head}'", "scope = 'tenant'", "granted_by = NULL",
                       "person_id = me_person()", "from_on = '2020-01-01'"):
            denied(outcome(cursor, f"UPDATE appointment SET {change}"))
        for change in "identity_id = me_identity()", "identity_id = NULL":
            denied(outcome(cursor, f"UPDATE person SET {change} WHERE id = %s", stage.head.id))


def test_no_school_is_added_under_another_name(stage):
    """The person beside a school is the appointment's: HR of two schools stays SLT of one."""
    one, other = stage.tenant.schools
    both = stage.tenant.person("Bo Both")
    slt = both.appoint("slt", [one])
    both.appoint("governor", [one, other], ["hr"])
    row = {"tenant_id": stage.tenant.id, "appointment_id": slt, "school_id": other,
           "person_id": stage.first.id}
    with acting(stage.house, session=session(stage, both)) as cursor:
        denied(insert(cursor, "appointment_school", row))


def test_staff_invite_nobody(stage, second_wall):
    """Its token lets the holder become that person."""
    person = stage.house.sql("INSERT INTO person (tenant_id, id, school_id, name, email, person_type) VALUES"
                             " (%s, gen_random_uuid(), %s, 'New Comer', %s, 'employee') RETURNING id::text",
                             stage.tenant.id, stage.school, f"{uuid.uuid4().hex}@new.example")[0]["id"]
    dsl = stage.tenant.person("Di Dsl", "staff", [stage.school], ["dsl"])
    for caller in stage.applicant, dsl:
        second_wall.as_(caller.login).post(f"/v1/people/{person}/invite", expect=403)
    assert not stage.house.sql("SELECT 1 FROM invitation WHERE person_id = %s", person)
    stage.admin.client.post(f"/v1/people/{person}/invite", expect=201)


# What a row that is told hangs on: its column, and what of a plot that is.
TOLD = {"application_history": ("application_id", "application"), "channel_history": ("channel_id", "channel"),
        "channel_grant": ("channel_id", "channel"), "appointment_history": ("appointment_id", "appointment"),
        "attestation": ("person_id", "person"), "message_history": ("message_id", "message"),
        "mention_history": ("mention_id", "mention"), "media_enquiry_history": ("media_enquiry_id", "enquiry"),
        "moderation_history": ("action_id", "moderation")}


@pytest.mark.parametrize("table", TOLD)
def test_nothing_is_told_of_what_is_out_of_sight(field, house, table):
    """A head's word, in their own name and of their own school, on a row of another one."""
    column, subject = TOLD[table]
    row = planted(house, table, field.mine)
    row.update({name: value for name, value in {
        "id": str(uuid.uuid4()), "actor_id": field.head.id, "attested_by": field.head.id,
        "school_id": field.mine.schools[0], "person_id": None}.items() if name in row})
    with acting(house, session=field.session(field.head)) as cursor:
        denied(insert(cursor, table, {**row, column: getattr(field.other, subject)}))
        assert insert(cursor, table, {**row, column: getattr(field.plot, subject)}) == 1


def test_the_excluded_hear_nothing_of_the_judges(stage):
    application = stage.submitted()
    stage.act(stage.head, application, "exclude", {"person_id": stage.deputy.id, **WORDS})
    with acting(stage.house, session=session(stage, stage.deputy)) as cursor:
        assert outcome(cursor, "SELECT * FROM application_deciders(%s)", application["id"]) == 0


# What looks past row security answers for exactly what row security shows: the ids that are asked for,
# which of them are told of, and the table whose policy says the same.
TELLING = {
    "appointments_held": ("SELECT DISTINCT person_id FROM appointment WHERE state IN ('proposed', 'active')",
                          "EXISTS (SELECT FROM appointments_held(id))", "person"),
    "appointment_schools": ("SELECT appointment_id FROM appointment_school",
                            "appointment_schools(id) <> '{}'", "appointment"),
    "application_step": ("SELECT id FROM channel_application",
                         "(application_step(id)).steps IS NOT NULL", "channel_application"),
    "application_readiness": ("SELECT DISTINCT application_id FROM application_operator o WHERE NOT EXISTS"
                              " (SELECT FROM attestation t WHERE t.person_id = o.person_id)",
                              "EXISTS (SELECT FROM application_readiness(id))", "channel_application"),
    "application_deciders": ("SELECT id FROM channel_application",
                             "EXISTS (SELECT FROM application_deciders(id))", "channel_application"),
    "channel_holders": ("SELECT DISTINCT channel_id FROM channel_grant WHERE person_id IS NOT NULL"
                        " AND ended_at IS NULL", "EXISTS (SELECT FROM channel_holders(id))", "channel"),
}


@pytest.mark.parametrize("function", TELLING)
@pytest.mark.parametrize("who", ["slt", "head", "staff", "governor", "nobody"])
def test_functions_tell_of_what_is_in_sight(field, house, function, who):
    ask, told, table = TELLING[function]
    ids = [str(row["id"]) for row in house.sql(f"SELECT id FROM ({ask}) a (id) LIMIT 2000")]
    with acting(house, session=field.session(getattr(field, who))) as cursor:
        cursor.execute(f"SELECT id FROM {table} WHERE id = ANY (%s::uuid[])", (ids,))
        seen = {row["id"] for row in cursor.fetchall()}
        cursor.execute(f"SELECT id FROM unnest(%s::uuid[]) id WHERE {told}", (ids,))
        assert {row["id"] for row in cursor.fetchall()} == seen
    assert seen or who in ("staff", "governor", "nobody")


def test_the_register_says_nothing_of_a_channel_out_of_sight(field, house):
    """Nor of one that is said to be of one's own school."""
    ask = "SELECT (channel_review(c)).flags FROM jsonb_populate_record(NULL::channel, %s) c"
    row = house.sql("SELECT to_jsonb(c) AS row FROM channel c WHERE id = %s", field.other.channel)[0]["row"]
    own = house.sql("SELECT to_jsonb(c) AS row FROM channel c WHERE id = %s", field.plot.ids["channel"])[0]["row"]
    with acting(house, session=field.session(field.head)) as cursor:
        def flags(row):
            cursor.execute(ask, (psycopg2.extras.Json(row),))
            return cursor.fetchone()["flags"]
        assert flags(row) is None and flags({**row, "tenant_id": field.theirs.id}) is None
        assert "missing_admin" in flags({**row, "school_id": own["school_id"]}), "no grant was read"
        assert flags(own) is not None


def test_settings_of_others_are_not_told(field, house):
    mine, other = field.mine.schools
    key = "channel.max_admins"
    for tenant, school, value in ((field.mine, None, 3), (field.mine, mine, 4), (field.mine, other, 5),
                                  (field.theirs, None, 6)):
        house.sql("INSERT INTO setting (tenant_id, school_id, key, value) VALUES (%s, %s, %s, to_jsonb(%s))"
                  " ON CONFLICT ON CONSTRAINT setting_once DO UPDATE SET value = excluded.value",
                  tenant.id, school, key, value)
    with acting(house, session=field.session(field.head)) as cursor:
        for school, value in ((mine, 4), (other, 3), (None, 3), (field.theirs.schools[0], 3)):
            cursor.execute("SELECT my_setting(%s, %s) AS value", (school, key))
            assert cursor.fetchone()["value"] == value
        for past in "setting_of(%s, NULL, %s)", "settings_of(%s, NULL, %s)":
            denied(outcome(cursor, f"SELECT {past}", field.theirs.id, key))


def test_nobody_opens_a_session_for_another(field, house):
    """A switch is of one's own sign-in; opening one is the way of signing in, and another role's."""
    own, other = (str(field.session(person)["id"]) for person in (field.head, field.staff))
    switch = "SELECT * FROM session_switch(NULL, gen_random_uuid(), %s, 60, %s)"
    with acting(house, session=field.session(field.head)) as cursor:
        denied(outcome(cursor, "SELECT session_open(%s, NULL, gen_random_uuid(), '{pwd}', now(), %s, 60, NULL)",
                       field.staff.identity, uuid.uuid4().bytes))
        assert outcome(cursor, switch, uuid.uuid4().bytes, other) == 0
        assert outcome(cursor, switch, uuid.uuid4().bytes, own) == 1
    with acting(house) as cursor:
        assert outcome(cursor, switch, uuid.uuid4().bytes, own) == 0, "nobody has entered"


def test_who_does_not_decide_records_no_decision(stage):
    """Leaders see the application: that makes no decision theirs."""
    application = stage.submitted()
    draft = stage.draft()
    row = {"tenant_id": stage.tenant.id, "id": str(uuid.uuid4()), "application_id": application["id"],
           "revision": 1, "step": 0, "outcome": "approved", "reason": "So there.", "capacity": "slt",
           "decided_at": day(0)}

    def decide(person, **changes):
        with acting(stage.house, session=session(stage, person)) as cursor:
            return insert(cursor, "application_decision", {
                **row, "decider_id": person.id, "decider_name": person.name, **changes})
    for person in stage.admin, stage.chair, stage.proprietor, stage.trust_slt:
        denied(decide(person))
    for changes in ({"step": 1}, {"revision": 2}, {"capacity": "substitute:chair"},
                    {"application_id": draft["id"], "revision": 1}, {"decider_id": stage.deputy.id}):
        denied(decide(stage.head, **changes))
    assert decide(stage.head) == 1


def test_who_only_works_on_a_message_keeps_nobody_from_it(house):
    """Nor reads why somebody is: that is the leaders' and the DSL's."""
    school = Compartment(house)
    message = school.log(assignee_id=school.staff.id)
    school.act(message, "exclude", {"person_id": school.administrator.id, "reason": "It is about her."})
    row = {"tenant_id": school.tenant.id, "subject_id": message["id"], "person_id": school.head.id,
           "reason": "In my way.", "created_at": day(0)}
    allowed = [school.slt, school.dsl, school.trust, school.tenant.person("Tess Trustlead", "staff", (), ["dsl"])]
    for person in school.staff, school.runner, *allowed:
        with acting(house, session=Field.session(school, person)) as cursor:
            read = outcome(cursor, "SELECT * FROM exclusion WHERE subject_id = %s", message["id"])
            added = insert(cursor, "exclusion", {**row, "excluded_by": person.id})
            if person in allowed:
                assert (read, added) == (1, 1), person.name
            else:
                assert read == 0, person.name
                denied(added)
