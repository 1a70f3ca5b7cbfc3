"""The command line: settings and where they came from, refusals to start, migrate, tenant."""
import json
import os
import re
import socket
import subprocess
import uuid

import pytest

PASSWORD = "thimble-orchard-gravel-81"


@pytest.fixture(scope="module")
def binary(house):
    """A server that is never started: for its commands and settings."""
    return house.make_server()


def settings(binary, **changed):
    return {s["name"]: s for s in json.loads(binary.run("config", **changed).stdout)}


def test_config_shows_every_setting_and_its_source(house, binary):
    file = house.secret_file("house.conf", "# comment\n\npool_size = 7\nissuer = http://a.example\n"
                             "drain_s=3\n")
    shown = settings(binary, CHAPERONE_CONFIG=file, CHAPERONE_ISSUER="http://b.example",
                     CHAPERONE_AUDIENCE_FILE=house.secret_file("audience", "from a file\n"))
    assert all(set(s) == {"name", "type", "default", "value", "source", "help"}
               and s["help"] for s in shown.values())

    def value(name):
        return shown[name]["value"], shown[name]["source"]

    assert value("pool_size") == (7, "file") and shown["pool_size"]["default"] == 0
    assert value("issuer") == ("http://b.example", "environment")
    assert value("audience") == ("from a file", "environment file")
    assert value("drain_s") == (3, "file") and value("sealer") == (True, "default")
    assert shown["cors_origins"]["type"] == "list" and shown["sealer"]["type"] == "flag"


def test_config_hides_secrets(house, binary):
    shown = settings(binary)
    with open(house.master_key, encoding="ascii") as file:
        key = file.read()
    assert shown["master_key"]["value"] == "set" and shown["master_key"]["type"] == "secret"
    assert shown["master_key"]["source"] == "environment file"
    everything = binary.run("config", CHAPERONE_MASTER_KEY=key,
                            CHAPERONE_DATABASE="dbname=x password=hunter2-canary").stdout
    assert key not in everything and "canary" not in everything
    uri = binary.run("config", CHAPERONE_DATABASE="postgresql://me:canary@host/db").stdout
    assert "canary" not in uri
    assert key not in binary.run("describe", CHAPERONE_MASTER_KEY=key).stdout


BAD = [
    ({"PORT": "0"}, "CHAPERONE_PORT", "1 to 65535"),
    ({"PORT": "65536"}, "CHAPERONE_PORT", "1 to 65535"),
    ({"PORT": "80a"}, "CHAPERONE_PORT", "1 to 65535"),
    ({"PORT": ""}, "CHAPERONE_PORT", "1 to 65535"),
    ({"PORT": " 8080"}, "CHAPERONE_PORT", "1 to 65535"),
    ({"POOL_SIZE": "-1"}, "CHAPERONE_POOL_SIZE", "0 to 256"),
    ({"POOL_SIZE": "99999999999999999999"}, "CHAPERONE_POOL_SIZE", "0 to 256"),
    ({"SEALER": "yes"}, "CHAPERONE_SEALER", "true or false"),
    ({"MASTER_KEY": "abc"}, "CHAPERONE_MASTER_KEY", "64 hex digits"),
    ({"MASTER_KEY": "x" * 64}, "CHAPERONE_MASTER_KEY", "64 hex digits"),
    ({"MASTER_KEY": ""}, "CHAPERONE_MASTER_KEY", "64 hex digits"),
    ({"MASTER_KEY_FILE": "/nowhere"}, "CHAPERONE_MASTER_KEY_FILE", "/nowhere"),
    ({"LISTEN": "everywhere"}, "CHAPERONE_LISTEN", "address"),
    ({"LISTEN": "203.0.113.7"}, "203.0.113.7", ""),
    ({"CONFIG": "/nowhere.conf"}, "/nowhere.conf", ""),
]


@pytest.mark.parametrize("changed, name, expected", BAD)
def test_a_bad_setting_stops_the_start(house, binary, changed, name, expected):
    changed = {f"CHAPERONE_{key}": value for key, value in changed.items()}
    if changed.get("CHAPERONE_LISTEN") == "203.0.113.7":  # beyond loopback the demo tenants are the first fault
        changed["CHAPERONE_DATABASE"] = bare_database(house, binary)
    done = run_refused(binary, **changed)
    assert name in done.stderr and expected in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr


def run_refused(binary, *arguments, **changed):
    """Ends at once, with another code than 0 and no trace of a crash."""
    done = subprocess.run([binary.binary, *(arguments or ["serve"])], cwd="/", text=True,
                          user=binary.user, group=binary.user, capture_output=True, timeout=60,
                          env={**binary.environment(), **changed})
    assert done.returncode in (1, 2), (done.returncode, done.stdout, done.stderr)
    return done


def bare_database(house, binary):
    """Migrated, and without any tenant; made once."""
    name = house.database + "_bare"
    house.cluster.make_database(name)
    dsn = house.cluster.dsn(name)
    binary.run("migrate", CHAPERONE_DATABASE=dsn)
    return dsn


def test_a_bad_line_of_the_file_is_named(house, binary):
    for number, (line, what) in enumerate([
            ("port 8080", "name = value"), ("prot = 8080", "no setting"),
            ("drain_s = 1\ndrain_s = 2", "before"), ("drain_s = ages", "0 to 600")]):
        file = house.secret_file(f"bad{number}.conf", f"{line}\n")
        done = run_refused(binary, CHAPERONE_CONFIG=file)
        assert what in done.stderr, done.stderr


def test_a_misspelt_setting_is_told(binary):
    done = binary.run("config", CHAPERONE_POTR="1")
    assert "CHAPERONE_POTR" in done.stderr and "CHAPERONE_PORT is" not in done.stderr


def test_another_master_key_does_not_start(house, binary):
    done = run_refused(binary, CHAPERONE_MASTER_KEY=os.urandom(32).hex())
    assert "master key" in done.stderr.splitlines()[-1]


def test_the_port_is_in_use(house, binary):
    done = run_refused(binary, CHAPERONE_PORT=str(house.server.port))
    assert str(house.server.port) in done.stderr and "in use" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    with socket.socket(socket.AF_INET6) as sock:
        sock.bind(("::1", 0))
        sock.listen()
        done = run_refused(binary, CHAPERONE_PORT=str(sock.getsockname()[1]),
                           CHAPERONE_LISTEN="::1")
        assert "in use" in done.stderr


@pytest.mark.parametrize("changed", [
    {"CHAPERONE_LISTEN": "0.0.0.0"}, {"CHAPERONE_LISTEN": "::"},
    {"CHAPERONE_TRUSTED_PROXY": "127.0.0.1"}])
def test_the_demo_is_served_to_this_machine_only(binary, changed):
    done = run_refused(binary, **changed)
    assert "demo" in done.stderr and len(done.stderr.strip().splitlines()) == 1


def test_a_database_without_the_schema(house, binary):
    name = house.database + "_empty"
    house.cluster.make_database(name)
    done = run_refused(binary, CHAPERONE_DATABASE=house.cluster.dsn(name))
    assert "migrate" in done.stderr


def test_describe(binary):
    told = json.loads(binary.run("describe").stdout)
    assert {"routes", "permissions", "queries", "problems", "settings"} <= set(told)
    paths = {(r["method"], r["path"]) for r in told["routes"]}
    assert ("POST", "/v1/auth/sign-in") in paths
    assert ("POST", "/v1/appointments/{id}/confirm") in paths
    assert told["permissions"]["person_read"]["governor"] == "own"


def test_migrate_twice(house, binary):
    before = house.sql("SELECT * FROM schema_migration ORDER BY name")
    assert "nothing to migrate" in binary.run("migrate").stdout
    assert house.sql("SELECT * FROM schema_migration ORDER BY name") == before


def functions_differ(house):
    """As if the database had been migrated by another version of the program."""
    house.sql("UPDATE schema_functions SET sha256 = 'another'")


def test_functions_that_differ_are_applied_again(house, binary):
    """Replaced in place: owner, sight and who may call stay."""
    whole = ("SELECT proname, prosrc, proowner::regrole::text, prosecdef, proconfig, proacl::text"
             " FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY oid")
    before = house.sql(whole)
    owners = {row["proname"]: row["proowner"] for row in before}
    assert owners["application_readiness"] == owners["enter"] == "chaperone_definer"
    functions_differ(house)
    assert "applied sql/functions" in binary.run("migrate").stdout
    assert house.sql(whole) == before
    assert "nothing to migrate" in binary.run("migrate").stdout


def test_the_service_does_not_start_on_functions_of_another_version(house, binary):
    functions_differ(house)
    try:
        done = run_refused(binary, "serve")
        assert "sql/functions" in done.stderr and "chaperone migrate" in done.stderr
    finally:
        binary.run("migrate")


def test_an_edited_migration_is_refused(house, binary):
    name = house.sql("SELECT min(name) AS name FROM schema_migration")[0]["name"]
    right = house.sql("SELECT sha256 FROM schema_migration WHERE name = %s", name)[0]["sha256"]
    house.sql("UPDATE schema_migration SET sha256 = 'edited' WHERE name = %s", name)
    try:
        done = run_refused(binary, "migrate")
        assert name in done.stderr and "edited" in done.stderr
    finally:
        house.sql("UPDATE schema_migration SET sha256 = %s WHERE name = %s", right, name)
    binary.run("migrate")


def test_the_demo_is_loaded_once(house, binary):
    before = house.sql("SELECT count(*) AS n FROM person JOIN tenant t ON t.id = tenant_id"
                       " WHERE t.demo")
    again = binary.run("demo").stdout
    assert set(house.demo.splitlines()) <= set(again.splitlines()) and "head@torview.example" in again
    assert before == house.sql("SELECT count(*) AS n FROM person JOIN tenant t"
                               " ON t.id = tenant_id WHERE t.demo")


@pytest.mark.parametrize("kind, schools", [("trust", 0), ("school", 1)])
def test_tenant_create(house, binary, kind, schools):
    name, email = f"New {uuid.uuid4().hex[:8]}", f"{uuid.uuid4().hex[:8]}@new.example"
    done = binary.run("tenant", "create", kind, name, "--slt", "Nia First", "--email", email)
    tenant = re.search(r"tenant_id\s+(\S+)", done.stdout).group(1)
    token = re.search(r"invitation_token\s+(\S+)", done.stdout).group(1)
    answer = house.http.post("/v1/auth/accept-invitation", {
        "invitation_token": token, "password": PASSWORD}, expect=200).json
    client = house.server.client(answer["access_token"])
    me = client.get("/v1/me", expect=200).json
    assert (me["tenant_id"], me["tenant_name"], me["name"]) == (tenant, name, "Nia First")
    assert [(a["role"], a["scope"]) for a in me["appointments"]] == [("slt", "tenant")]
    assert client.get("/v1/tenant").json["no_decider"] is False
    assert len(client.get("/v1/schools").json["data"]) == schools
    client.post("/v1/people", {"name": "Nia Second", "person_type": "employee"}, expect=201)
    again = run_refused(binary, "tenant", "invite", tenant, "--slt", "Eve Evil", "--email",
                        "eve@new.example")
    assert "SLT" in again.stderr


def test_a_tenant_without_slt_gets_a_new_one_from_the_operator(house, binary):
    tenant = house.fresh_tenant()
    done = binary.run("tenant", "invite", tenant.id, "--slt", "Neo New", "--email",
                      f"neo@{tenant.mark}.example")
    token = re.search(r"invitation_token\s+(\S+)", done.stdout).group(1)
    answer = house.http.post("/v1/auth/accept-invitation", {
        "invitation_token": token, "password": PASSWORD}, expect=200).json
    me = house.server.client(answer["access_token"]).get("/v1/me", expect=200).json
    assert me["tenant_id"] == tenant.id and me["appointments"][0]["role"] == "slt"


def invite(client, person):
    return client.post(f"/v1/people/{person}/invite", {}, expect=201).json["invitation_token"]


def accept(house, token, expect=200):
    return house.http.post("/v1/auth/accept-invitation", {
        "invitation_token": token, "password": PASSWORD}, expect=expect).json


def test_a_sign_in_is_released(house, binary):
    """Somebody took an address that is not theirs: all they have ends, and it can be invited."""
    here, there = house.fresh_tenant(), house.fresh_tenant()
    squatter, leader = here.person("Sue Squatted", "staff"), here.person("Lou Leader", "slt")
    house.sql("INSERT INTO person (tenant_id, id, identity_id, name, email, person_type) VALUES"
              " (%s, gen_random_uuid(), %s, 'Sue There', %s, 'governor')", there.id,
              squatter.identity, squatter.login)
    tokens = [house.sign_in(squatter.login, tenant=t.id).json for t in (here, there)]
    told = binary.run("identity", "release", squatter.login.upper()).stdout
    assert "sessions ended: 2" in told and told.count("untied") == 2
    for tenant, name in ((here, "Sue Squatted"), (there, "Sue There")):
        assert re.search(rf"untied  tenant {tenant.id} .*{name}", told)
    for token in tokens:
        house.server.client(token["access_token"]).get("/v1/me", expect=401)
        house.http.post("/v1/auth/refresh", {"refresh_token": token["refresh_token"]}, expect=401)
    house.sign_in(squatter.login, expect=401)
    assert [(e["operation"], e["changed"], e["actor_id"], e["request"]) for e in house.sql(
        "SELECT * FROM audit_event WHERE row_id = %s AND operation = 'update'", squatter.id)] == [
        ("update", ["identity_id", "version"], None, "identity release")]
    assert not leader.client.get(f"/v1/people/{squatter.id}").json["can_sign_in"]
    answer = accept(house, invite(leader.client, squatter.id))
    me = house.server.client(answer["access_token"]).get("/v1/me", expect=200).json
    assert me["person_id"] == squatter.id and len(me["tenants"]) == 1
    house.sign_in(squatter.login, PASSWORD)
    assert house.sql("SELECT login, password_hash FROM identity WHERE id = %s", squatter.identity) == [
        {"login": f"released {squatter.identity}", "password_hash": None}]


def test_nobody_is_released_by_mistake(house, binary):
    tenant = house.fresh_tenant()
    person = tenant.person("Nel Nobody", "staff")
    done = run_refused(binary, "identity", "release", f"nobody@{tenant.mark}.example")
    assert "Nobody signs in as" in done.stderr and not done.stdout
    house.sign_in(person.login)


def test_a_tenant_whose_only_slt_was_released_has_a_way_back(house, binary):
    tenant = house.fresh_tenant()
    slt = tenant.person("Ona Only", "slt")
    binary.run("identity", "release", slt.login)
    done = binary.run("tenant", "invite", tenant.id, "--slt", "Ona Only", "--email", slt.login)
    answer = accept(house, re.search(r"invitation_token\s+(\S+)", done.stdout).group(1))
    me = house.server.client(answer["access_token"]).get("/v1/me", expect=200).json
    assert me["person_id"] == slt.id and [a["role"] for a in me["appointments"]] == ["slt"]


@pytest.mark.parametrize("arguments", [
    [], ["nonsense"], ["serve", "now"], ["migrate", "down"], ["config", "port"],
    ["describe", "all"], ["demo", "again"], ["tenant"], ["tenant", "create", "trust", "Name"],
    ["tenant", "create", "club", "Name", "--slt", "A B", "--email", "a@b.example"],
    ["tenant", "create", "trust", "Name", "--slt", "A B", "--email", "no address"],
    ["tenant", "company", "06982127"],
    ["tenant", "company", "0192d3e0-0001-7000-8000-000000000001", "6982127"],
    ["import", "register"], ["import", "gias"], ["identity"], ["identity", "release"],
    ["identity", "release", "no address"], ["identity", "keep", "a@b.example"]])
def test_wrong_arguments(house, binary, arguments):
    done = subprocess.run([binary.binary, *arguments], cwd="/", text=True, capture_output=True,
                          user=binary.user, group=binary.user, env=binary.environment(),
                          timeout=60)
    assert done.returncode == 2 and not done.stdout and "chaperone" in done.stderr


def test_help_and_version(binary):
    for word in ("--help", "help"):
        text = binary.run(word).stdout
        for command in ("serve", "migrate", "demo", "tenant", "identity", "import", "describe", "config"):
            assert re.search(rf"^\s+{command}\b", text, re.M)
    assert re.fullmatch(r"chaperone \d+\.\d+\.\d+\n", binary.run("--version").stdout)
