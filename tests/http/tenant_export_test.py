"""`chaperone tenant export`: all of one tenant and nothing of another, with a trail that can be proven."""
import base64
import json
import os
import uuid

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

import audit_trail
from audit_test import sealed
from reach import Plot


@pytest.fixture(scope="module")
def plots(house):
    """Rows of every kind, in two tenants."""
    found = []
    for letter in "ab":
        tenant = house.fresh_tenant()
        tenant.slt = tenant.person("Sal Slt", "slt")
        found.append(Plot(tenant, tenant.schools[0], f"canary{letter}{tenant.mark}"))
        house.sql("INSERT INTO person (tenant_id, id, name, person_type) SELECT %s, gen_random_uuid(),"
                  " 'Many ' || n || E'\\n\"quoted\\\\', 'employee' FROM generate_series(1, 2500) n",
                  tenant.id)
    sealed(house)
    return found


@pytest.fixture(scope="module")
def folder(house, plots):
    path = os.path.join(house.folder, "export")
    told = house.server.run("tenant", "export", plots[0].tenant.id, path).stdout
    assert path in told and plots[0].tenant.id in told
    assert os.stat(path).st_mode & 0o777 == 0o700
    return path


def read(folder, table):
    with open(os.path.join(folder, f"{table}.ndjson"), encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def test_every_table_with_its_rows(house, plots, folder):
    with open(os.path.join(folder, "manifest.json"), encoding="utf-8") as file:
        manifest = json.load(file)
    tenant = plots[0].tenant.id
    assert manifest["export"]["tenant_id"] == tenant and manifest["export"]["schema"]
    due = {row["table_name"] for row in house.sql(
        "SELECT table_name FROM column_class WHERE column_name = 'tenant_id'")} | {"tenant", "identity"}
    assert {table["table"] for table in manifest["tables"]} == due
    for table in manifest["tables"]:
        name, rows = table["table"], read(folder, table["table"])
        if name == "identity":
            continue
        key = "id" if name == "tenant" else "tenant_id"
        count = house.sql(f"SELECT count(*) AS n FROM {name} WHERE {key} = %s", tenant)[0]["n"]
        assert len(rows) == table["rows"] and (
            len(rows) == count or name in ("session", "refresh_token", "audit_head_sent")), name
        assert {row[key] for row in rows} <= {tenant}
        for row in rows:
            assert set(row) - {"epoch"} <= set(table["classes"]), name
    assert len(read(folder, "person")) > 2500
    assert any(row["name"].endswith('\n"quoted\\') for row in read(folder, "person"))


def test_what_is_there_and_what_is_not(house, plots, folder):
    text = ""
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            text += file.read()
    mine, other = plots
    assert mine.mark in text and other.mark not in text and other.tenant.id not in text
    assert "password_hash" not in [key for row in read(folder, "identity") for key in row]
    assert {mine.tenant.slt.login} == {row["login"] for row in read(folder, "identity")}
    for table, column in ("invitation", "token_hash"), ("signing_key", "sealed"):
        for row in house.sql(f"SELECT encode(convert_to({column}::text, 'UTF8'), 'escape') AS x FROM {table}"):
            assert not row["x"] or row["x"] not in text


def test_its_trail_is_proven_from_the_files_alone(plots, folder):
    with open(os.path.join(folder, "manifest.json"), encoding="utf-8") as file:
        export = json.load(file)["export"]
    seals = [{**row, "tenant_id": row["tenant_id"], "chain": bytes.fromhex(row["chain"])}
             for row in read(folder, "audit_seal")]
    events = [{**row, "chain_of": row["tenant_id"], "digest": bytes.fromhex(row["digest"])}
              for row in read(folder, "audit_event")]

    def sql(text):
        return [{"xid": export["audit_horizon"]}] if "audit_horizon" in text else (
            seals if "audit_seal" in text else events)

    assert len(events) > 2500 and audit_trail.faults(sql) == []
    events[7]["row_id"] = str(uuid.uuid4())
    assert audit_trail.faults(sql) != []
    head = read(folder, "audit_head")[0]
    assert head["chain"] == seals[-1]["chain"].hex() == export["audit_head"]["chain"]
    with open(os.path.join(folder, "public_keys.pem"), encoding="utf-8") as file:
        pems = file.read().split("-----BEGIN PUBLIC KEY-----")[1:]
    text = "chaperone audit head\n{tenant_id}\n{seq}\n{chain}\n{time}\n".format(**head)

    def holds(pem):
        try:
            load_pem_public_key(f"-----BEGIN PUBLIC KEY-----{pem}".encode()).verify(
                base64.urlsafe_b64decode(head["signature"] + "=="), text.encode(), ec.ECDSA(SHA256()))
            return True
        except Exception:  # pylint: disable=broad-except
            return False

    assert any(map(holds, pems))


def test_a_commitment_opens_with_the_salt_that_goes_along(house, plots, folder):
    salts = {(row["table_name"], row["row_id"]): row["salt"] for row in read(folder, "audit_salt")}
    hidden = [e for e in read(folder, "audit_event") if e["commitment"]]
    assert hidden and all((e["table_name"], e["row_id"]) in salts for e in hidden)


def test_refusals(house, plots, folder):
    def run(*arguments, **settings):
        return house.server.run("tenant", "export", *arguments, expect=1, **settings).stderr

    assert "File exists" in run(plots[0].tenant.id, folder)
    assert "no such tenant" in run("Nobody Knows", os.path.join(house.folder, "none"))
    assert not os.path.exists(os.path.join(house.folder, "none"))
    assert "No such file" in run(plots[0].tenant.id, "/nowhere/at/all")
    assert "master key" in run(plots[0].tenant.id, "/nowhere", CHAPERONE_MASTER_KEY=os.urandom(32).hex())
    twin = house.fresh_tenant()
    house.sql("UPDATE tenant SET name = %s WHERE id = %s", f"Tenant {plots[0].tenant.mark}", twin.id)
    assert "several" in run(f"Tenant {plots[0].tenant.mark}", os.path.join(house.folder, "twins"))


def test_by_name(house, plots):
    path = os.path.join(house.folder, "by-name")
    house.server.run("tenant", "export", f"Tenant {plots[1].tenant.mark}", path)
    assert read(path, "tenant")[0]["id"] == plots[1].tenant.id
