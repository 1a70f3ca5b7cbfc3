"""What GET offers is what then happens: for every resource with a flow."""
import json


def flow(house, resource):
    """The steps of a resource, as the service describes itself."""
    described = json.loads(house.server.run("describe").stdout)["resources"]
    return next(r["flow"] for r in described if r["name"] == resource)


def agrees(seen, action, answer, where):
    """An action that is offered works, one that is blocked says the same blockers, and any
    other is refused."""
    offered = action in {a["name"] for a in seen["actions"]}
    blocked = {b["code"] for b in seen["blockers"] if b["action"] == action}
    where = f"{where} {action} {seen['state']}: {answer}"
    assert not (offered and blocked), where
    if offered:
        assert answer.status == 200, where
    elif blocked:
        assert answer.status in (409, 422), where
        assert {b["code"] for b in answer.json.get("blockers", [])} == blocked, where
    else:
        assert answer.status in (403, 409), where
