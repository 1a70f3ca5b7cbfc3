"""Settings (A24, U29): by level, locked, checked, versioned, with their history."""
import json
import threading

import psycopg2
import pytest

from cluster import ROOT
from reach import cells
from refusal import refused, unchanged
from settings import CHAIN, KEY, SETTINGS, STEP, Trust, at, clear, history, put, see, shown


@pytest.fixture
def trust(house):
    return Trust(house)


def test_a_form_can_be_drawn(trust):
    """All that a form needs, in one call, and the same for one key."""
    rows = trust.head.get(f"{SETTINGS}?school_id={trust.a}", expect=200).json["data"]
    by_key = {row["key"]: row for row in rows}
    assert len(by_key) == len(rows) and all(row["help"].endswith(".") for row in rows)
    assert {row["strength"] for row in rows} == {"must", "should", "advised"}
    assert all(row["requirements"] for row in rows)
    least = by_key[KEY]
    assert (least["type"], least["unit"], least["min"], least["max"]) == ("integer", "people", 0, 20)
    assert by_key["application.training_gate"]["words"] == ["required", "advised"]
    for row in rows:
        assert row["source"] == "default" and row["value"] == row["default"] == row["inherited_value"]
        assert row["own_value"] is None and row["may_change"] and row["version"] == 0
        assert see(trust.head, row["key"], trust.a).json == row
    assert not any(row["may_change"] for row in trust.staff.get(SETTINGS, expect=200).json["data"])
    assert not see(trust.head).json["may_change"] and see(trust.trust).json["may_change"]
    csv = trust.head.get(SETTINGS, headers={"Accept": "text/csv"}, expect=200).text
    assert csv.count("\n") == len(rows) + 1


def form(row):
    """What a value may be, as docs/settings.md says it."""
    words = ", ".join(row["words"] or [])
    if row["type"] in ("boolean", "time"):
        return {"boolean": "true or false", "time": "a time of the day"}[row["type"]]
    if row["min"] is None:
        return words
    if row["type"] == "integer" and words:
        return f"{row['min']} to {row['max']} {row['unit']}, or {words}"
    return f"{row['min']} to {row['max']} " + (row["unit"] or (f"of {words}" if words else "characters"))


def test_defaults_and_limits_are_as_documented(trust):
    told = {}
    for line in (ROOT / "docs/settings.md").read_text().splitlines():
        cells = [cell.strip(" `") for cell in line.strip("|").split("|")]
        if len(cells) == 5 and "." in cells[0]:
            told[cells[0]] = json.loads(cells[2]), *cells[3:]
    rows = trust.trust.get(SETTINGS, expect=200).json["data"]
    due = {row["key"]: (row["default"], form(row), row["strength"]) for row in rows}
    assert not (wrong := {key: row for key, row in due.items() if told.get(key) != row}), f"docs/settings.md says other of {wrong}"
    assert told.keys() - due.keys() == set(), "docs/settings.md has what is no setting"


def test_a_number_keeps_its_limits(trust):
    for row in trust.trust.get(SETTINGS, expect=200).json["data"]:
        if row["type"] == "integer":
            for value in (row["min"], row["max"]):
                put(trust.trust, value, row["key"])
            for value in (row["min"] - 1, row["max"] + 1):
                put(trust.trust, value, row["key"], expect=422)


def test_school_over_tenant_over_default(trust):
    """H1: each level says its own, and goes back to what is above."""
    told = ("value", "source", "own_value", "inherited_value")
    put(trust.trust, 3)
    assert shown(see(trust.head, school=trust.a), *told) == (3, "tenant", None, 3)
    put(trust.head, 4, school=trust.a)
    assert shown(see(trust.head, school=trust.a), *told) == (4, "school", 4, 3)
    assert shown(see(trust.trust, school=trust.b), *told) == (3, "tenant", None, 3)
    assert shown(clear(trust.head, school=trust.a), *told) == (3, "tenant", None, 3)
    assert shown(clear(trust.trust), *told) == (2, "default", None, 2)
    assert shown(see(trust.head, school=trust.a), *told) == (2, "default", None, 2)


def test_what_is_shown_is_what_holds(trust):
    """For every order in which the levels may speak, setting_of says the same."""
    for tenant in (None, 3, 4):
        for locked in (False, True) if tenant else (False,):
            for school in (None, 5):
                clear(trust.trust)
                put(trust.trust, school, school=trust.a) if school else clear(trust.trust, school=trust.a)
                if tenant:
                    put(trust.trust, tenant, locked=locked)
                for place in (trust.a, trust.b, None):
                    holds = trust.house.sql("SELECT setting_of(%s, %s, %s) AS value",
                                            trust.tenant.id, place, KEY)[0]["value"]
                    assert see(trust.trust, school=place).json["value"] == holds


def test_a_lock_holds_the_schools(trust):
    """The school's own word sleeps under the lock, and holds again without it."""
    put(trust.head, 4, school=trust.a)
    put(trust.trust, 3, locked=True)
    told = ("value", "source", "own_value", "locked", "locked_by_name", "may_change")
    assert shown(see(trust.head, school=trust.a), *told) == (3, "tenant", 4, True, "Tara Trust", False)
    assert see(trust.trust).json["may_change"]
    with unchanged(trust.house):
        for client in (trust.head, trust.trust):
            answer = put(client, 5, school=trust.a, expect=422)
            assert [e["pointer"] for e in answer.json["errors"]] == ["/value"]
            assert "Tara Trust" in answer.json["errors"][0]["detail"]
    put(trust.trust, 3)
    assert shown(see(trust.head, school=trust.a), *told) == (4, "school", 4, False, None, True)
    put(trust.trust, 3, locked=True)
    assert shown(clear(trust.head, school=trust.a), *told) == (3, "tenant", None, True, "Tara Trust", False)
    assert shown(clear(trust.trust), "value", "locked") == (2, False)
    refused(put(trust.head, 3, school=trust.a, locked=True, expect=422), 422, "invalid", ["/locked"])
    put(trust.head, 3, school=trust.a, locked=False)


@pytest.mark.parametrize("key, value, pointers", [
    (KEY, "2", ["/value"]), (KEY, 21, ["/value"]), (KEY, -1, ["/value"]), (KEY, True, ["/value"]),
    (KEY, [2], ["/value"]), (KEY, 2.5, ["/value"]), (KEY, None, ["/value"]), (KEY, {}, ["/value"]),
    (KEY, 9223372036854775807, ["/value"]), ("training.valid_months", 0, ["/value"]),
    ("application.training_gate", "maybe", ["/value"]), ("application.training_gate", 1, ["/value"]),
    ("channel.privacy_notice", ["block"], ["/value"]),
    ("policy.current_edition", 2026, ["/value"]), ("policy.current_edition", "x" * 101, ["/value"]),
    ("policy.current_edition", "2026 ", ["/value"]), ("policy.current_edition", "20\n26", ["/value"]),
    ("policy.current_edition", "20\u202e26", ["/value"]),
    ("application.required_parts", "aim", ["/value"]),
    ("application.required_parts", ["aim", "colour", 3], ["/value/1", "/value/2"]),
    ("application.required_parts", ["aim", "aim"], ["/value/1"]),
    ("application.substitute_decider", ["staff"], ["/value/0"]),
    (CHAIN, [], ["/value"]), (CHAIN, [STEP] * 6, ["/value"]), (CHAIN, "slt", ["/value"]),
    (CHAIN, [STEP, "slt"], ["/value/1"]),
    (CHAIN, [{**STEP, "scope": "planet"}], ["/value/0/scope"]),
    (CHAIN, [STEP, {**STEP, "role": "staff", "need": "some"}], ["/value/1/need", "/value/1/role"]),
    (CHAIN, [{"scope": "school"}], ["/value/0/need", "/value/0/role"]),
    (CHAIN, [{**STEP, "role": None}], ["/value/0/role"]),
    (CHAIN, [{**STEP, "a/b": 1}], ["/value/0/a~1b"])])
def test_a_wrong_value_is_told_where(trust, key, value, pointers):
    with unchanged(trust.house):
        answer = put(trust.trust, value, key, expect=422)
        assert sorted(e["pointer"] for e in answer.json["errors"]) == pointers, answer


def test_a_truth_value_is_one(trust):
    """No key has this type yet: the judge of values knows it all the same."""
    connection = psycopg2.connect(trust.house.dsn)
    with connection.cursor() as cursor:  # never committed
        cursor.execute("UPDATE setting_default SET type = 'boolean' WHERE key = %s", (KEY,))
        cursor.execute("SELECT v.value FROM jsonb_array_elements('[true, false, 3, \"true\", []]') v"
                       " WHERE NOT EXISTS (SELECT FROM setting_faults(%s, v.value))", (KEY,))
        assert cursor.fetchall() == [(True,), (False,)]
    connection.close()


def test_every_default_is_good(house):
    assert house.sql("SELECT d.key, f.* FROM setting_default d, setting_faults(d.key, d.value) f") == []


def test_who_decides_in_a_chain_may_decide(trust):
    """Every role and duty that a chain may name passes the permission as well."""
    may = {column.split("@")[0] for column, cell in cells()["application_decide"].items() if cell != "NO"}
    assert set(see(trust.trust, CHAIN).json["words"]) == may


def test_strength_follows_what_holds(trust):
    """U29: a gate that is advised warns, and so do the rules behind it."""
    keys = ("application.training_gate", "training.valid_months", "policy.current_edition")
    assert {see(trust.head, key, trust.a).json["strength"] for key in keys} == {"must"}
    put(trust.head, "advised", "application.training_gate", trust.a)
    assert {see(trust.head, key, trust.a).json["strength"] for key in keys} == {"should"}
    assert {see(trust.trust, key).json["strength"] for key in keys} == {"must"}
    assert see(trust.head, "channel.privacy_notice").json["strength"] == "must"
    assert see(trust.head, "channel.max_admins").json["strength"] == "should"
    assert see(trust.head, "grant.valid_months").json["strength"] == "advised"


def test_a_change_names_its_version(trust):
    path, body = f"{SETTINGS}/{KEY}", {"value": 3}
    first = see(trust.trust)
    assert first.etag.startswith('"0.') and first.json["version"] == 0
    trust.trust.get(path, headers={"If-None-Match": first.etag}, expect=304)
    with unchanged(trust.house):
        refused(trust.trust.put(path, body), 428, "version-required")
        refused(trust.trust.delete(path), 428, "version-required")
        for etag in ('"1.x"', "*", '"x"'):
            refused(put(trust.trust, 3, etag=etag, expect=412), 412, "version-changed")
            refused(clear(trust.trust, etag=etag, expect=412), 412, "version-changed")
    second = put(trust.trust, 3, etag=first.etag)
    assert second.etag == see(trust.trust).etag and second.json["version"] == 1
    refused(put(trust.trust, 4, etag=first.etag, expect=412), 412, "version-changed")
    assert clear(trust.trust).json["version"] == 2
    put(trust.trust, 5)
    for old in (first, second):  # a level that said nothing in between has not gone back
        refused(put(trust.trust, 6, etag=old.etag, expect=412), 412, "version-changed")
    assert see(trust.trust).json["value"] == 5


def test_clearing_nothing_changes_nothing(trust):
    with unchanged(trust.house):
        assert clear(trust.trust).json["version"] == 0


def test_two_at_once_one_wins(trust):
    for turn in range(6):
        etag, answers = see(trust.trust).etag, []
        logins = [trust.tenant.person(f"Racer {turn} {n}", "slt").login for n in range(2)]
        clients = [trust.house.server.client(trust.house.token(login)) for login in logins]
        threads = [threading.Thread(target=lambda c=c, v=v: answers.append(c.put(
            f"{SETTINGS}/{KEY}", {"value": v}, headers={"If-Match": etag}).status))
            for c, v in zip(clients, (7, 8))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [200, 412]
        assert see(trust.trust).json["version"] == turn + 1


def test_history_says_who_and_from_what_to_what(trust):
    put(trust.trust, 3)
    put(trust.head, 4, school=trust.a)
    put(trust.trust, 3, locked=True)
    put(trust.trust, 3, locked=True)  # says nothing new
    clear(trust.head, school=trust.a)
    tenant = [("Tara Trust", "set", None, None, 3, False), ("Tara Trust", "set", None, 3, 3, True)]
    assert history(trust.staff) == tenant and history(trust.trust, school=trust.b) == tenant
    assert history(trust.staff, school=trust.a) == [
        tenant[0], ("Hal Head", "set", trust.a, None, 4, False), tenant[1],
        ("Hal Head", "clear", trust.a, 4, None, False)]
    last = see(trust.head, school=trust.a).json
    assert last["changed_by_name"] == "Hal Head" and last["changed_at"]
    audited = trust.house.sql("SELECT operation FROM audit_event WHERE tenant_id = %s"
                              " AND table_name = 'setting' ORDER BY id", trust.tenant.id)
    assert [row["operation"] for row in audited] == ["insert", "insert", "update", "update", "update"]
    with pytest.raises(Exception, match="never changed"):
        trust.house.sql("DELETE FROM setting_history WHERE tenant_id = %s", trust.tenant.id)


def test_nothing_there(trust):
    for path in (f"{SETTINGS}/incident.triage_hours", f"{SETTINGS}/x", f"{SETTINGS}/{KEY}/nothing",
                 f"{SETTINGS}/incident.triage_hours/history", f"{SETTINGS}/{KEY}?school_id={trust.tenant.id}",
                 f"{SETTINGS}/{KEY}/history?school_id={trust.b}"):
        refused(trust.head.get(path), 404, "not-found")
    with unchanged(trust.house):
        refused(trust.head.put(f"{SETTINGS}/incident.triage_hours", {"value": 1},
                               headers={"If-Match": '"0.x"'}), 404, "not-found")
        refused(trust.head.delete(f"{SETTINGS}/x", headers={"If-Match": '"0.x"'}), 404, "not-found")
    assert trust.head.get(f"{SETTINGS}?school_id={trust.b}", expect=200).json["data"] == []
    for query in ("school_id=x", "school_id=", f"school_id={trust.a}&school_id={trust.a}", "key=x",
                  "limit=1", "fields=nothing"):
        refused(trust.head.get(f"{SETTINGS}?{query}"), 400, "bad-query")
    cut = trust.head.get(f"{SETTINGS}?fields=key,value&school_id={trust.a}", expect=200).json["data"]
    assert set(cut[0]) == {"key", "value"}


def test_methods(trust):
    allow = trust.house.http.options(f"{SETTINGS}/{KEY}").headers["allow"]
    assert allow == "GET, HEAD, PUT, DELETE"
    answer = trust.head.post(f"{SETTINGS}/{KEY}", {})
    assert answer.status == 405 and answer.headers["allow"] == allow
    refused(trust.trust.request("DELETE", f"{SETTINGS}/{KEY}", json={"value": 1},
                                headers={"If-Match": '"0.x"'}), 422, "invalid", ["/value"])


def test_who_says_what(trust):
    """A school's SLT says nothing for the trust nor for another school; staff nothing at all."""
    etag = {"If-Match": '"0.x"'}
    with unchanged(trust.house):
        refused(put(trust.head, 3, expect=403), 403, "forbidden")
        refused(clear(trust.head, expect=403), 403, "forbidden")
        refused(trust.head.put(f"{SETTINGS}/{KEY}", {"value": 3, "school_id": trust.b}, headers=etag),
                422, "invalid", ["/school_id"])
        refused(trust.head.delete(f"{SETTINGS}/{KEY}?school_id={trust.b}", headers=etag), 404, "not-found")
        refused(put(trust.staff, 3, school=trust.a, expect=403), 403, "forbidden")
        for body, status in (({}, 403), ({"school_id": trust.b}, 422)):
            answer = trust.head.post(f"{SETTINGS}/apply-preset", {"preset": "independent_prep", **body})
            assert answer.status == status, answer


def test_stand_alone_school_says_its_own(house):
    """H3: no trust; its SLT's word is the tenant's."""
    tenant = house.fresh_tenant("school")
    slt = tenant.person("Sal Alone", "slt").client
    assert shown(put(slt, 1), "value", "source", "school_id") == (1, "tenant", None)
    assert shown(see(slt, school=tenant.schools[0]), "value", "source") == (1, "tenant")
