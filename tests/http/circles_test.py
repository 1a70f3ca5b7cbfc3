"""What a session keeps of the circles of its person (enter() in sql/migrations): never more than
what they hold today."""
import threading

import psycopg2

CIRCLES = ("member", "colleague", "keeper", "leader", "safeguarder")
NOWHERE = [""]  # what is left of {}
STALE = "UPDATE session SET circles = '{{*,*,*,*,*}}', {} WHERE person_id = %s"


def entered(house, person):
    """The circles that enter() sets for this person's newest session; in what order a circle
    names its schools means nothing."""
    row = house.sql("SELECT id, version FROM session WHERE person_id = %s"
                    " ORDER BY created_at DESC, id DESC LIMIT 1", person.id)[0]
    connection = psycopg2.connect(house.dsn)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT enter(%s, %s, 'test', true)", (str(row["id"]), row["version"]))
            assert cursor.fetchone()[0] is True
            cursor.execute("SELECT " + ", ".join(f"current_setting('me.{c}')" for c in CIRCLES))
            return {name: sorted(value.strip("{}").split(",")) if value != "*" else value
                    for name, value in zip(CIRCLES, cursor.fetchone())}
    finally:
        connection.close()


def test_kept_and_found_anew_are_the_same(house):
    tenant = house.fresh_tenant()
    one, both = tenant.schools[:1], tenant.schools
    for name, held in {"slt": [("slt", ())], "staff": [("staff", one)],
                       "governor": [("governor", one)], "two": [("staff", one), ("slt", both[1:])],
                       "mixed": [("governor", ()), ("administrator", both)], "none": []}.items():
        person = tenant.person(f"Same {name}")
        for role, schools in held:
            person.appoint(role, schools)
        house.token(person.login)
        kept = entered(house, person)
        house.sql("UPDATE session SET circles_version = NULL WHERE person_id = %s", person.id)
        assert entered(house, person) == kept, name
        assert (kept["member"] == NOWHERE) == (held == []), name


def test_kept_for_another_day_is_not_used(house):
    tenant = house.fresh_tenant()
    staff = tenant.person("Yesterday", "staff", tenant.schools[:1])
    house.token(staff.login)
    before = entered(house, staff)
    house.sql(STALE.format("circles_day = circles_day - 1"), staff.id)
    assert entered(house, staff) == before


def test_kept_for_another_version_is_not_used(house):
    tenant = house.fresh_tenant()
    staff = tenant.person("Version", "staff", tenant.schools[:1])
    house.token(staff.login)
    before = entered(house, staff)
    house.sql(STALE.format("circles_version = version - 1"), staff.id)
    assert entered(house, staff) == before


def test_a_refresh_keeps_what_is_held_then(house):
    tenant = house.fresh_tenant()
    person = tenant.person("Refreshed", "staff", tenant.schools[:1])
    answer = house.sign_in(person.login).json
    person.appoint("administrator", tenant.schools[1:])
    house.http.post("/v1/auth/refresh", {"refresh_token": answer["refresh_token"]}, expect=200)
    kept = house.sql("SELECT circles, circles_version = version AS valid FROM session"
                     " WHERE person_id = %s", person.id)
    assert [row["valid"] for row in kept] == [True]
    assert kept[0]["circles"][3] == "{%s}" % tenant.schools[1]


def test_signing_in_while_an_appointment_ends(house):
    """The session must not keep what was held before, whoever commits first."""
    tenant = house.fresh_tenant()
    person = tenant.person("Racing", "slt")
    ending = psycopg2.connect(house.dsn)
    answers = []
    try:
        with ending.cursor() as cursor:
            cursor.execute("UPDATE appointment SET state = 'ended' WHERE person_id = %s", (person.id,))
            client = house.server.client()
            thread = threading.Thread(target=lambda: answers.append(client.post(
                "/v1/auth/sign-in", {"email": person.login, "password": house.password})))
            thread.start()
            assert house.one_waits() == 1
        ending.commit()
        thread.join()
    finally:
        ending.close()
    assert answers[0].status == 200
    assert list(entered(house, person).values()) == [NOWHERE] * 5
    me = house.server.client(answers[0].json["access_token"]).get("/v1/me", expect=200).json
    assert me["appointments"] == [] and me["permissions"] == []


def test_an_appointment_ends_while_signing_in(house):
    """A session that is not yet committed is seen by whoever changes what its person holds."""
    tenant = house.fresh_tenant()
    person = tenant.person("Raced", "slt")
    opening, ending = psycopg2.connect(house.dsn), psycopg2.connect(house.dsn)
    session = "0192d3e0-feed-7000-8000-000000000001"
    try:
        with opening.cursor() as cursor, ending.cursor() as other:
            cursor.execute("SELECT session_open(%s, NULL, %s, '{pwd}', NULL, sha256('one'), 60, NULL)",
                           (person.identity, session))
            thread = threading.Thread(target=lambda: other.execute(
                "UPDATE appointment SET state = 'ended' WHERE person_id = %s", (person.id,)))
            thread.start()
            assert house.one_waits() == 1
            opening.commit()
            thread.join()
            ending.commit()
    finally:
        opening.close()
        ending.close()
    row = house.sql("SELECT version, circles_version FROM session WHERE id = %s", session)[0]
    assert row == {"version": 2, "circles_version": 1}
