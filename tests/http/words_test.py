"""The words that the API accepts are those that the database accepts."""
import json
import re


def accepted(house):
    """{(table, column): words} of every CHECK that lists words."""
    checks = {}
    for row in house.sql("SELECT conrelid::regclass::text AS name, pg_get_constraintdef(oid) AS text"
                         " FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace"):
        column = re.match(r"CHECK \(\(+(\w+) = ANY", row["text"])
        if column:
            checks[row["name"], column.group(1)] = set(re.findall(r"'([^']+)'::text", row["text"]))
    return checks


def test_words_agree(house):
    checks, compared = accepted(house), set()
    for route in json.loads(house.server.run("describe").stdout)["routes"]:
        for field in route["body"]:
            place = (route["resource"], field["name"])
            if field["type"] == "one_of" and place in checks:
                assert set(field["one_of"]) == checks[place], (route["path"], place)
                compared.add(place)
    assert {("person", "person_type"), ("school", "phase"), ("channel", "declared"), ("channel", "purpose"),
            ("channel_application", "purpose"), ("appointment", "role"), ("appointment", "scope"),
            ("channel_application", "visibility")} <= compared, compared
