"""Presets of settings (A24): what five kinds of policy say, taken over in one call."""
import threading

import pytest

from refusal import refused, unchanged
from settings import CHAIN, SETTINGS, STEP, Trust, at, history, put, see


@pytest.fixture
def trust(house):
    return Trust(house)


PRESETS = ["academy_in_trust", "independent_prep", "multi_academy_trust", "acceptable_use",
           "local_authority_primary"]


def preset(client, name):
    return next(p for p in client.get("/v1/setting-presets", expect=200).json["data"] if p["name"] == name)


def apply(client, name, school=None, expect=200, **options):
    return client.post(f"{SETTINGS}/apply-preset", {
        "preset": name, **({"school_id": school} if school else {})}, expect=expect, **options)


def test_presets_say_what_the_policies_say(trust):
    """A24: the five columns; what is not offered yet is shown as such."""
    presets = trust.staff.get("/v1/setting-presets", expect=200).json["data"]
    assert [p["name"] for p in presets] == PRESETS
    offered = {row["key"] for row in trust.staff.get(SETTINGS).json["data"]}
    for each in presets:
        assert {v["key"] for v in each["values"] if v["offered"]} == offered & {
            v["key"] for v in each["values"]}
    said = {p["name"]: {v["key"]: v["value"] for v in p["values"]} for p in presets}
    assert said["local_authority_primary"][CHAIN] == [{**STEP, "role": "head"}]
    assert said["independent_prep"]["application.substitute_decider"] == ["proprietor"]
    assert said["multi_academy_trust"]["clock.response_hours"] == "none"
    assert [said[name].get("clock.defer_if_received_on_school_holiday") for name in PRESETS] == [
        True, False, None, False, None]


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("level", ["tenant", "school"])
def test_applying_a_preset(trust, name, level):
    school = trust.a if level == "school" else None
    client = trust.head if school else trust.trust
    wanted = {v["key"]: v["value"] for v in preset(client, name)["values"] if v["offered"]}
    answer = apply(client, name, school).json
    assert {c["key"]: (c["from_value"], c["to_value"]) for c in answer["changed"]} == {
        key: (None, value) for key, value in wanted.items()}
    stands = client.get(f"{SETTINGS}{at(school)}", expect=200).json["data"]
    assert [row["value"] for row in answer["settings"]] == [row["value"] for row in stands]
    for row in stands:
        assert (row["own_value"], row["preset"]) == (
            (wanted[row["key"]], name) if row["key"] in wanted else (None, None))
    key = min(wanted)
    assert history(client, key, school)[-1][1] == "preset"
    again = apply(client, name, school).json
    assert again["changed"] == []
    assert see(client, key, school).json["version"] == 1


def test_every_preset_is_good(house):
    """No value that the same call by hand would refuse."""
    assert house.sql("SELECT g.*, f.* FROM setting_preset_value g, setting_faults(g.key, g.value) f") == []


def test_a_preset_replaces_and_keeps_the_lock(trust):
    put(trust.trust, "required", "application.training_gate", locked=True)
    put(trust.trust, 5)
    changed = apply(trust.trust, "acceptable_use").json["changed"]
    assert {"key": "application.training_gate", "from_value": "required", "to_value": "advised"} in changed
    assert see(trust.trust, "application.training_gate").json["locked"]
    assert see(trust.trust).json["value"] == 5  # the preset does not speak of it
    put(trust.trust, "required", "application.training_gate")
    assert see(trust.trust, "application.training_gate").json["preset"] is None


def test_a_preset_stops_at_the_tenants_lock(trust):
    """All or nothing: each locked key is named; one that says the same is no obstacle."""
    put(trust.trust, "advised", "application.training_gate", locked=True)
    put(trust.trust, [{**STEP, "need": "all"}], CHAIN, locked=True)
    put(trust.trust, ["proprietor"], "application.substitute_decider", locked=True)
    with unchanged(trust.house):
        answer = refused(apply(trust.head, "independent_prep", trust.a, expect=422), 422, "invalid",
                         ["/preset", "/preset"])
    told = " ".join(e["detail"] for e in answer["errors"])
    assert "application.training_gate" in told and CHAIN in told and "Tara Trust" in told
    put(trust.trust, "required", "application.training_gate", locked=True)
    put(trust.trust, [STEP], CHAIN, locked=True)
    changed = apply(trust.head, "independent_prep", trust.a).json["changed"]
    assert changed and not [row for row in changed if not row["key"].startswith(("clock.", "journalist.", "monitor."))]


def test_a_preset_is_applied_once(trust):
    headers = {"Idempotency-Key": "take-over-1"}
    first = apply(trust.trust, "acceptable_use", headers=headers)
    put(trust.trust, "required", "application.training_gate")
    again = apply(trust.trust, "acceptable_use", headers=headers)
    assert again.json == first.json and again.headers["idempotency-replayed"] == "true"
    assert see(trust.trust, "application.training_gate").json["value"] == "required"


def test_no_such_preset(trust):
    with unchanged(trust.house):
        refused(apply(trust.trust, "nothing", expect=422), 422, "invalid", ["/preset"])
        refused(trust.trust.post(f"{SETTINGS}/apply-preset", {}), 422, "invalid", ["/preset"])


def test_presets_at_once(trust):
    """Two whole presets at the same time: both are done, one after the other, and none deadlocks."""
    for turn in range(4):
        answers = []
        logins = [trust.tenant.person(f"Setter {turn} {n}", "slt").login for n in range(2)]
        clients = [trust.house.server.client(trust.house.token(login)) for login in logins]
        threads = [threading.Thread(target=lambda c=c, n=n: answers.append(c.post(
            f"{SETTINGS}/apply-preset", {"preset": n}).status))
            for c, n in zip(clients, ("academy_in_trust", "local_authority_primary"))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == [200, 200]
        chain = see(trust.trust, CHAIN).json
        assert chain["preset"] in PRESETS
        rows = history(trust.trust, CHAIN)
        assert all(before[4] == after[3] for before, after in zip(rows, rows[1:]))
