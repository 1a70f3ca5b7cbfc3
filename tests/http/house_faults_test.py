"""house_faults() names every kind of damage, and the service does not start on it."""
import psycopg2
import pytest

PEEK = ("CREATE FUNCTION peek() RETURNS bigint LANGUAGE sql {} AS 'SELECT count(*) FROM person';"
        "REVOKE ALL ON FUNCTION peek() FROM PUBLIC")
WORDS = "audit trigger of {} is not what column_class asks for"
DAMAGE = [
    ("CREATE TABLE stray (id uuid)", "table stray has no rule"),
    ("CREATE TABLE stray (id uuid)", "table stray does not force row security"),
    ("CREATE TABLE stray (id uuid)", "column stray.id has no class"),
    ("ALTER TABLE person NO FORCE ROW LEVEL SECURITY", "table person does not force row security"),
    ("ALTER TABLE person DISABLE ROW LEVEL SECURITY", "table person does not force row security"),
    ("ALTER TABLE person ADD COLUMN shoe_size integer", "column person.shoe_size has no class"),
    ("DELETE FROM column_class WHERE table_name = 'school' AND column_name = 'email'",
     "column school.email has no class"),
    ("DROP TRIGGER audit ON person", "table person says audit: rows but has no audit trigger"),
    ("ALTER TABLE person DISABLE TRIGGER audit",
     "table person says audit: rows but has no audit trigger"),
    ("UPDATE column_class SET class = 'personal'"
     " WHERE table_name = 'school' AND column_name = 'email'", WORDS.format("school")),
    ("UPDATE column_class SET class = 'secret'"
     " WHERE table_name = 'person' AND column_name = 'email'", WORDS.format("person")),
    ("ALTER TABLE person ADD COLUMN shoe_size integer;"
     "INSERT INTO column_class VALUES ('person', 'shoe_size', 'personal')", WORDS.format("person")),
    ("CREATE OR REPLACE TRIGGER audit AFTER INSERT ON setting"
     " FOR EACH ROW EXECUTE FUNCTION audit_row('{}', '{}', '{key}')", WORDS.format("setting")),
    ("CREATE VIEW everybody AS SELECT * FROM person", "view everybody is not security_invoker"),
    ("CREATE MATERIALIZED VIEW everybody AS SELECT * FROM person",
     "view everybody is not security_invoker"),
    (PEEK.format("SECURITY DEFINER"),
     "function peek() looks past row security but is not chaperone_definer's"),
    ("ALTER FUNCTION my_tenants() OWNER TO chaperone_owner",
     "function my_tenants() looks past row security but is not chaperone_definer's"),
    ("GRANT EXECUTE ON FUNCTION my_tenants() TO PUBLIC",
     "function my_tenants() may be called by anyone"),
    ("ALTER ROLE chaperone_app BYPASSRLS", "role chaperone_app is a superuser, passes row"
     " security or can sign in where it must not"),
    ("ALTER ROLE chaperone_worker SUPERUSER", "role chaperone_worker is a superuser, passes row"
     " security or can sign in where it must not"),
    ("ALTER ROLE chaperone_definer LOGIN", "role chaperone_definer is a superuser, passes row"
     " security or can sign in where it must not"),
    ("GRANT chaperone_definer TO chaperone_app",
     "role chaperone_app is a member of chaperone_definer"),
    ("GRANT TRUNCATE ON person TO chaperone_app", "role chaperone_app may truncate person"),
    ("GRANT REFERENCES ON person TO chaperone_worker",
     "role chaperone_worker may references person"),
    ("GRANT TRIGGER ON person TO chaperone_operator", "role chaperone_operator may trigger person"),
    ("GRANT SELECT ON person TO chaperone_gate", "role chaperone_gate may select person"),
    ("GRANT SELECT (name) ON person TO chaperone_gate", "role chaperone_gate may select person"),
    ("GRANT SELECT ON person TO PUBLIC", "anyone may select person"),
    ("GRANT SELECT (name) ON person TO PUBLIC", "anyone may select person"),
    ("CREATE POLICY hole ON person USING (true)", "policy hole on person is for anyone"),
]


@pytest.fixture(scope="module")
def database(house):
    connection = psycopg2.connect(house.dsn)
    yield connection
    connection.close()


def faults(cursor):
    cursor.execute("SELECT house_faults()")
    return [row[0] for row in cursor.fetchall()]


def test_a_sound_house_has_none(database):
    with database.cursor() as cursor:
        assert faults(cursor) == []
    database.rollback()


@pytest.mark.parametrize("damage,fault", DAMAGE, ids=[row[0][:60] for row in DAMAGE])
def test_damage_is_named(database, damage, fault):
    """In a transaction that is rolled back: nobody else ever sees it."""
    with database.cursor() as cursor:
        cursor.execute(damage)
        found = faults(cursor)
        database.rollback()
        assert fault in found
        assert faults(cursor) == []
    database.rollback()


# Row security is not forced on the owner while a migration runs.
MIGRATING = "ALTER TABLE {} NO FORCE ROW LEVEL SECURITY;"
ADDED = ("".join(map(MIGRATING.format, ("person", "column_class", "table_rule")))
         + "SET LOCAL ROLE chaperone_owner; ALTER TABLE person ADD COLUMN shoe text;"
         "SELECT declare_column('person', 'shoe', '{}'); RESET ROLE")
TRAIL = ("SELECT changed, ordinary, commitment IS NOT NULL FROM audit_event"
         " WHERE table_name = 'person' AND row_id = %s::text ORDER BY id DESC LIMIT 1")


@pytest.mark.parametrize("word", ["ordinary", "personal", "child", "special", "criminal", "secret"])
def test_a_column_added_later_is_audited_by_its_class(house, database, word):
    """Also in a transaction that is rolled back, by the role that migrates."""
    person = house.fresh_tenant().person("Nadia Later").id
    with database.cursor() as cursor:
        cursor.execute(ADDED.format(word))
        cursor.execute("UPDATE person SET shoe = 'canary', left_on = '2026-01-01' WHERE id = %s",
                       (person,))
        cursor.execute(TRAIL, (person,))
        changed, ordinary, committed = cursor.fetchone()
        assert set(changed) == {"shoe", "left_on"}
        assert committed and ordinary["left_on"] == "2026-01-01"
        assert ordinary.get("shoe") == ("canary" if word == "ordinary" else None)
        assert ("canary" in str(ordinary)) == (word == "ordinary")
        cursor.execute("DELETE FROM person WHERE id = %s", (person,))
        cursor.execute(TRAIL, (person,))
        assert ("canary" in str(cursor.fetchone())) == (word == "ordinary")
    database.rollback()


@pytest.mark.parametrize("table,column,word", [
    ("person", "no_such", "personal"), ("person", "name", "ordinary"), ("person", "shoe", "odd")])
def test_a_wrong_declaration_fails(database, table, column, word):
    with database.cursor() as cursor:
        cursor.execute("ALTER TABLE person ADD COLUMN shoe text")
        with pytest.raises(psycopg2.Error):
            cursor.execute("SELECT declare_column(%s, %s, %s)", (table, column, word))
    database.rollback()


def test_the_service_does_not_start_on_it(house):
    house.sql("ALTER TABLE platform NO FORCE ROW LEVEL SECURITY")
    try:
        server = house.make_server()
        house.servers.remove(server)
        done = server.run("serve", expect=1)
    finally:
        house.sql("ALTER TABLE platform FORCE ROW LEVEL SECURITY")
    assert "table platform does not force row security" in done.stdout + done.stderr
