"""openapi.yaml says what the binary says: nothing less, nothing more."""
import json
import os
import subprocess

import pytest

from cluster import ROOT
from contract_shape import (OPERATIONS, PROBLEMS, PUBLIC, SCHEMAS, body_schema,
                            declared_parameters, deref, header_parameter, list_parameters,
                            plain, properties_of, scalar_schema, short)


@pytest.fixture(scope="module")
def described():
    """Of the binary that the other tests run; it needs no database for this."""
    binary = os.environ.get("CHAPERONE_BINARY", ROOT / "build/asan/chaperone")
    done = subprocess.run([binary, "describe"], timeout=60, text=True, capture_output=True)
    assert done.returncode == 0, f"the service is wired wrongly:\n{done.stderr}"
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def routes(described):
    return {(r["method"], r["path"]): r for r in described["routes"]}


def apart(described, declared, at=""):
    """Where two of a kind part, and no more than that: a word of an enumeration, a limit of a field."""
    if isinstance(described, dict) and isinstance(declared, dict):
        for key in sorted(described.keys() | declared.keys()):
            if described.get(key) != declared.get(key):
                yield from apart(described.get(key), declared.get(key), f"{at} {key}")
    elif isinstance(described, list) and isinstance(declared, list) and sorted(map(str, described)) != sorted(map(str, declared)):
        yield from (f"{at}: openapi.yaml lacks {short(each)}" for each in described if each not in declared)
        yield from (f"{at}: only openapi.yaml has {short(each)}" for each in declared if each not in described)
    else:
        yield f"{at}: the service has {short(described)}, openapi.yaml {short(declared)}"


def differences(what, described, declared):
    """Each difference of two dictionaries, in words."""
    for key in sorted(described.keys() | declared.keys(), key=str):
        if key not in declared:
            yield f"{what} {key}: openapi.yaml lacks it"
        elif key not in described:
            yield f"{what} {key}: only openapi.yaml has it"
        elif described[key] != declared[key]:
            yield from (f"{what} {key}{part}" for part in apart(described[key], declared[key]))


def none(faults):
    faults = list(faults)
    assert not faults, "\n  ".join([f"{len(faults)} differences:", *faults])


def test_routes_are_the_same(routes):
    none(differences("route", dict.fromkeys(routes, True), dict.fromkeys(OPERATIONS, True)))


def success(operation):
    """The one status of success and its media types; 202 beside it says that it went out of sight."""
    statuses = [status for status in operation["responses"] if status.startswith("2") and status != "202"]
    assert len(statuses) == 1, statuses
    return int(statuses[0]), sorted(deref(operation["responses"][statuses[0]])
                                    .get("content", {}))


def route_facts(route):
    signed_in = route["permission"] != PUBLIC
    return {
        "permission": route["permission"],
        "action": route.get("action"),
        "status": route["status"],
        "recent": route["recent"],
        "If-Match": "required" if route["if_match"] else "optional" if route["versioned"] else None,
        "Idempotency-Key": "optional" if signed_in and route["method"] == "POST" and not route["anew"] else None,
        "body": bool(route["body"]) or route["binary"],
        "body required": any(f["required"] for f in route["body"])
                         or bool(route["body"]) and route["if_match"] or route["binary"],
    }


def operation_facts(operation):
    body = operation.get("requestBody", {})
    return {
        "permission": operation["x-permission"],
        "action": operation.get("x-action"),
        "status": success(operation)[0],
        "recent": operation.get("x-recent-sign-in", False),
        "If-Match": header_parameter(operation, "If-Match"),
        "Idempotency-Key": header_parameter(operation, "Idempotency-Key"),
        "body": bool(body),
        "body required": body.get("required", False),
    }


def both(routes):
    return ((f"{method} {path}", routes[method, path], operation)
            for (method, path), operation in OPERATIONS.items() if (method, path) in routes)


def test_permissions_states_and_headers_are_the_same(routes):
    none(fault for what, route, operation in both(routes)
         for fault in differences(what, route_facts(route), operation_facts(operation)))


def test_media_types_are_the_same(routes):
    for what, route, operation in both(routes):
        status, media = success(operation)
        if status == 204 or not route["media"]:  # text of any kind: the service's own pages
            continue
        assert media == sorted(route["media"]), what


def test_files_are_of_the_same_types(described):
    status, media = success(OPERATIONS["GET", "/v1/evidence/{id}/file"])
    none(differences("type of file", dict.fromkeys(described["files"], True), dict.fromkeys(media, True)))


def body_of(operation):
    content = operation["requestBody"]["content"]
    bodies = [plain(each["schema"]) for media, each in content.items() if media != "text/csv"]
    assert all(body == bodies[0] for body in bodies)
    return bodies[0]


def body_differences(what, expected, declared):
    """Field by field, so that a fault names its field; objects within a list as well."""
    for name in ("type", "additionalProperties", "required"):
        if expected[name] != declared.get(name):
            yield f"{what}: {name} is {expected[name]}, in openapi.yaml {declared.get(name)}"
    yield from differences(what, expected["properties"], declared["properties"])


def test_bodies_are_the_same(routes):
    none(fault for what, route, operation in both(routes)
         if route["body"] and "requestBody" in operation
         for fault in body_differences(
             what, body_schema(route["body"], patch=route["method"] == "PATCH"),
             body_of(operation)))


def test_merge_patch_has_its_media_type(routes):
    for what, route, operation in both(routes):
        if "requestBody" in operation:
            wanted = {"application/json"}
            wanted |= {"application/merge-patch+json"} if route["method"] == "PATCH" else set()
            wanted = {"application/octet-stream"} if route["binary"] else wanted
            wanted |= {"text/csv"} if route["csv"] else set()
            assert set(operation["requestBody"]["content"]) == wanted, what


def test_parameters_are_the_same(routes):
    none(fault for what, route, operation in both(routes)
         for fault in differences(what + " parameter", parameters_of(route),
                                  declared_parameters(operation)))


def parameters_of(route):
    known = list_parameters(route["listing"]) if route.get("listing") else {"fields": "fields"}
    known |= {each["name"]: scalar_schema(each) for each in route["parameters"]}
    assert set(route["query"]) <= set(known), route["query"]
    return {name: known[name] for name in route["query"]}


def test_problems_are_the_same(described):
    none(differences("problem", {each["slug"]: {"status": each["status"], "title": each["title"]}
                                 for each in described["problems"]}, PROBLEMS))


def test_permission_names_are_the_same(described):
    none(differences("permission", dict.fromkeys(described["permissions"], True),
                     dict.fromkeys(SCHEMAS["Permission"]["enum"], True)))


def test_every_flow_has_its_states(described):
    """A state that a flow knows is a word of the resource's schema."""
    for resource in described["resources"]:
        if not resource["flow"]:
            continue
        name = "".join(word.title() for word in resource["name"].split("_"))
        schema = SCHEMAS[name]
        states = deref(properties_of(schema)["state"])["enum"]
        for step in resource["flow"]:
            ends = {step["to"]} if step.get("to") else set()
            assert set(step["from"]) | ends <= set(states), f"{name} {step['action']}"
