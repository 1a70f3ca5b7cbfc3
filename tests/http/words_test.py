"""The words that the API accepts are those that the database accepts."""
import json
import re

import pytest

# Columns whose words are said under another name, or of another resource.
SAID = {
    ("application_operator", "access"): ("channel_application", "operators.access"),
    ("channel_grant", "access"): ("channel", "access"), ("clock", "kind"): ("message", "settles"),
    ("clock", "stop"): ("message", "stop"), ("moderation_appeal", "outcome"): ("moderation_action", "outcome"),
    ("moderation_report", "status"): ("moderation_action", "status"),
    ("person_relationship", "relationship"): ("person", "relationship")}
# Columns whose words nobody says: the service's own.
OWN = {
    ("application_decision", "outcome"), ("audit_event", "operation"), ("channel", "source"), ("channel_grant", "holder_kind"),
    ("clock_history", "action"), ("column_class", "class"), ("event", "subject_kind"), ("evidence", "scan"), ("evidence_custody", "action"),
    ("handle_claim", "state"), ("membership_history", "action"), ("moderation_appeal", "from_state"), ("platform", "type"),
    ("register_import", "form"), ("register_membership", "left_because"), ("register_trust", "status"),
    ("setting_default", "type"), ("setting_history", "action"), ("signing_key", "state"), ("table_rule", "audit"),
    ("tenant", "kind"), ("upload", "scan"), ("upload", "state")}


@pytest.fixture(scope="module")
def accepted(house):
    """{(table, column): words} of every CHECK that lists words, for a column of one or of several."""
    checks = {}
    for row in house.sql("SELECT conrelid::regclass::text AS name, pg_get_constraintdef(oid) AS text"
                         " FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace"):
        if one := re.match(r"CHECK \(+(\w+) = ANY \(+ARRAY\[([^]]+)\][^ ]*$", row["text"]):
            checks[row["name"], one[1]] = set(re.findall(r"'([^']+)'::text", one[2]))
        if several := re.match(r"CHECK \(+(\w+) <@ '\{([^}]+)\}'::text\[\]\)+$", row["text"]):
            checks[row["name"], several[1]] = set(several[2].split(","))
    return checks


@pytest.fixture(scope="module")
def said(house):
    """{(resource, name): words} of every field and filter, as `describe` has them."""
    found = {}
    for route in json.loads(house.server.run("describe").stdout)["routes"]:
        fields = route["body"] + (route.get("listing") or {}).get("filters", [])
        fields += [{**inner, "name": f"{field['name']}.{inner['name']}"}
                   for field in route["body"] for inner in field.get("fields", [])]
        for field in fields:
            if field.get("one_of"):
                found[route["resource"], field["name"]] = set(field["one_of"])
    return found


def test_words_agree(accepted, said):
    faults = []
    for (table, column), words in accepted.items():
        theirs = said.get(SAID.get((table, column), (table, column)), words)
        faults += [f"the CHECK of {table}.{column} lacks '{word}'" for word in theirs - words]
        faults += [f"only the CHECK of {table}.{column} has '{word}'" for word in words - theirs]
    assert not faults, "\n".join(faults)


def test_every_list_of_words_is_compared(accepted, said):
    """A CHECK that lists words is held against those of a field, or nobody says them."""
    apart = {place for place in accepted if SAID.get(place, place) not in said}
    assert apart - OWN == set(), "which field says these? (SAID, or OWN when none does)"
    assert OWN - apart == set(), "these are said by a field, or are gone"
    assert SAID.keys() - accepted.keys() == set() and set(SAID.values()) - said.keys() == set(), "gone"
