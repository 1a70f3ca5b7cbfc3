"""Teams (H4, H5): several people at a time, whose access is the team's."""
import pytest

from days import day
from post_test import add_channel, end, flags, give, holders, names, people, tenant  # noqa: F401


def add_team(tenant, name, school=0, who=None):
    place = {} if school is None else {"school_id": tenant.schools[school]}
    return (who or tenant.slt).client.post("/v1/teams", {"name": name, **place}, expect=201).json


def join(tenant, team, person, expect=200, **more):
    return tenant.slt.client.post(f"/v1/teams/{team['id']}/members", {"person_id": person.id, **more},
                                  expect=expect).json


def test_several_at_a_time(house, tenant, people):
    team, channel = add_team(tenant, "Communications Team"), add_channel(house, tenant)
    for person in people:
        shown = join(tenant, team, person)
    assert names(shown["members"]) == [person.name for person in people]
    join(tenant, team, people[0], expect=409)
    give(tenant, channel, "poster", team_id=team["id"])
    assert holders(tenant, channel) == {"poster": sorted(person.name for person in people)}
    assert "single_operator" not in flags(tenant, channel)
    membership = shown["members"][0]["membership_id"]
    path = f"/v1/teams/{team['id']}/members"
    assert names(tenant.slt.client.post(f"{path}/{membership}/end", {}, expect=200).json["members"]) == [
        people[1].name]
    tenant.slt.client.post(f"{path}/{membership}/end", {}, expect=409)
    tenant.slt.client.post(f"{path}/{team['id']}/end", {}, expect=404)
    assert holders(tenant, channel) == {"poster": [people[1].name]}
    assert {"single_operator", "missing_admin"} <= flags(tenant, channel)
    shown = tenant.slt.client.get(f"/v1/people/{people[1].id}").json
    assert [(row["name"], row["from_on"]) for row in shown["teams"]] == [("Communications Team", day(0))]
    history = tenant.slt.client.get(f"/v1/teams/{team['id']}/history", expect=200).json["data"]
    assert [row["action"] for row in history] == ["add", "add", "end"]


def test_nobody_joins_themselves(tenant):
    refusal = join(tenant, add_team(tenant, "Of one"), tenant.slt, expect=409)
    assert refusal["type"].endswith("/conflicted")


def test_a_team_is_no_post(tenant, people):
    team = add_team(tenant, "Class teachers")
    same = {"name": "CLASS Teachers", "school_id": tenant.schools[0]}
    answer = tenant.slt.client.post("/v1/teams", same, expect=409)
    assert answer.json["detail"] == "There is a team of this name already."
    tenant.slt.client.get(f"/v1/posts/{team['id']}", expect=404)
    tenant.slt.client.post(f"/v1/posts/{team['id']}/members", {"person_id": people[0].id}, expect=404)
    answer = tenant.slt.client.post(f"/v1/teams/{team['id']}/members",
                                    {"person_id": people[0].id, "shared": True}, expect=422)
    assert answer.json["errors"][0]["pointer"] == "/shared"


def test_too_many_administrators_by_a_team(house, tenant):
    """O3 counts people, not grants."""
    team, channel = add_team(tenant, "Everybody"), add_channel(house, tenant)
    for number in range(4):
        join(tenant, team, tenant.person(f"Many {number}", "staff", [tenant.schools[0]]))
    give(tenant, channel, "admin", team_id=team["id"])
    tests = tenant.slt.client.get(f"/v1/channels/{channel}").json["classification"]["tests"]
    assert [(t["result"], t["reason"]) for t in tests if t["test"] == "few_administrators"] == [
        ("not_met", "4 of at most 3 administrators.")]


@pytest.mark.parametrize("who", ["hr", "admin"])
def test_records_of_the_school_are_kept_by_hr_too(tenant, people, who):
    person = getattr(tenant, who)
    team = add_team(tenant, f"Kept by {who}", who=person)
    person.client.post(f"/v1/teams/{team['id']}/members", {"person_id": people[0].id}, expect=200)
