"""openapi.yaml is whole in itself: every operation described, every error, every example true."""
import re

import jsonschema
import pytest

from contract import format_checker
from contract_shape import (DOCUMENT, OPERATIONS, PROBLEMS, PUBLIC, SCHEMAS, deref,
                            header_parameter, references)

ANY_MEDIA = {"/metrics", "/docs", "/docs/{file}", "/v1/evidence/{id}/file"}  # one form, whatever Accept says
KEYWORDS = {"$ref", "type", "format", "description", "enum", "const", "pattern", "default",
            "properties", "required", "additionalProperties", "unevaluatedProperties", "items",
            "allOf", "oneOf", "minLength", "maxLength", "minItems", "maxItems", "uniqueItems",
            "minimum", "maximum", "examples", "x-problems"}
BODY_ERRORS = {"413", "415", "422"}


def test_head():
    assert DOCUMENT["openapi"].startswith("3.1.")
    assert DOCUMENT["info"]["title"] and DOCUMENT["info"]["version"]
    assert DOCUMENT["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    assert DOCUMENT["security"] == [{"bearer": []}]


def test_every_reference_resolves_and_every_component_is_used():
    used = set(references(DOCUMENT))
    for reference in used:
        assert isinstance(deref({"$ref": reference}), dict), reference
    there = {f"#/components/{kind}/{name}" for kind, each in DOCUMENT["components"].items()
             if kind != "securitySchemes" for name in each}
    assert there - used == set()


def test_every_operation_is_described():
    tags = [tag["name"] for tag in DOCUMENT["tags"]]
    ids = [operation["operationId"] for operation in OPERATIONS.values()]
    assert sorted(ids) == sorted(set(ids))
    order = []
    for (method, path), operation in OPERATIONS.items():
        what = f"{method} {path}"
        assert operation["summary"] and len(operation["tags"]) == 1, what
        assert re.fullmatch(r"[a-z_]+", operation["x-permission"]), what
        public = operation["x-permission"] == PUBLIC
        assert (operation.get("security") == []) == public, what
        paths = {p["name"] for p in (deref(p) for p in operation.get("parameters", []))
                 if p["in"] == "path"}
        assert paths == set(re.findall(r"\{(\w+)\}", path)), what
        order.append(tags.index(operation["tags"][0]))
    assert order == sorted(order), "the paths follow the tags"
    assert set(order) == set(range(len(tags)))


def errors_due(method, path, operation):
    """Statuses that follow from what the operation is."""
    permission = operation["x-permission"]
    due = {"400", "500"}
    due |= {"406"} if path not in ANY_MEDIA else set()
    due |= set() if permission == PUBLIC else {"401", "503"}
    due |= set() if permission in (PUBLIC, "signed_in") else {"403"}
    due |= {"404"} if "{" in path else set()
    due |= BODY_ERRORS if method != "GET" else set()
    due |= {"409"} if method in ("PATCH", "PUT", "DELETE") else set()
    due |= {"409"} if header_parameter(operation, "Idempotency-Key") else set()
    due |= {"412"} if header_parameter(operation, "If-Match") else set()
    due |= {"428"} if header_parameter(operation, "If-Match") == "required" else set()
    due |= {"304"} if header_parameter(operation, "If-None-Match") else set()
    return due


# What a route may answer beyond what follows from its kind.
MORE = {"/v1/auth/sign-in": {"401", "429", "503"}, "/v1/auth/refresh": {"401", "429", "503"},
        "/v1/auth/accept-invitation": {"401", "409", "429", "503"},
        "/v1/auth/change-password": {"429"}, "/v1/verify": {"429", "503"},
        "/v1/channels/privacy-notice": {"404"}, "/readyz": {"503"},
        "/v1/message-templates/{id}/preview": {"409"}, "/v1/calendar": {"404"}, "/v1/clocks/preview": {"404"}, "/v1/demo/clock": {"404"},
        "/v1/audit/verification": {"404"}, "/v1/evidence/{id}/file": {"409"}}


@pytest.mark.parametrize("key", OPERATIONS, ids=" ".join)
def test_errors_are_declared_one_by_one(key):
    operation = OPERATIONS[key]
    declared = {s for s in operation["responses"] if not s.startswith("2")}
    assert declared == errors_due(*key, operation) | MORE.get(key[1], set())
    for status in declared - {"304"}:
        response = deref(operation["responses"][status])
        assert set(response["content"]) == {"application/problem+json"}
        for slug, example in response["content"]["application/problem+json"]["examples"].items():
            assert str(PROBLEMS[slug]["status"]) == status, slug
            assert example["value"]["title"] == PROBLEMS[slug]["title"], slug
            assert example["value"]["type"].endswith(f"/problems/{slug}")
            assert str(example["value"]["status"]) == status
    for response in operation["responses"].values():
        assert "X-Request-Id" in deref(response)["headers"]


def test_every_problem_is_shown():
    """405 belongs to what is not in the contract: another method on a path."""
    shown = {slug for response in DOCUMENT["components"]["responses"].values()
             for content in response.get("content", {}).values() for slug in content["examples"]}
    assert shown == set(PROBLEMS) - {"method-not-allowed"}


def schemas_in(node, path="#"):
    """Every object schema of the document with the place where it stands."""
    if isinstance(node, dict):
        if node.get("type") == "object" or "properties" in node:
            yield path, node
        for key, value in node.items():
            if key not in ("examples", "example"):
                yield from schemas_in(value, f"{path}/{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from schemas_in(value, f"{path}/{index}")


BODIES = {each["schema"]["$ref"].rsplit("/", 1)[1] for operation in OPERATIONS.values()
          for each in operation.get("requestBody", {}).get("content", {}).values() if each} | {"Operator"}
# Properties that are absent rather than null.
ABSENT = {"Tokens": {"refresh_token"}, "Problem": {"errors", "blockers"},
          "ActionField": {"past", "coming", "min", "max", "one_of", "of", "fields"}}


def test_objects_are_closed_and_answers_complete():
    bases = {reference.rsplit("/", 1)[1] for schema in SCHEMAS.values()
             for reference in references(schema.get("allOf", []))}
    for path, schema in schemas_in(DOCUMENT["components"]["schemas"], ""):
        name = path.split("/")[1]
        closed = False in (schema.get("additionalProperties"),
                           schema.get("unevaluatedProperties"))
        assert closed or name in bases or "additionalProperties" in schema, path
        properties = set(schema.get("properties", {}))
        absent = ABSENT.get(name, set()) if path.count("/") == 1 else set()
        if name in BODIES:
            assert set(schema.get("required", [])) <= properties, path
        elif properties:
            assert set(schema["required"]) == properties - absent, path


def schema_keywords(schema):
    """Every keyword used in a schema; what stands under `properties` are names."""
    for key, value in schema.items():
        yield key
        inner = {"properties": list(value.values()) if isinstance(value, dict) else [],
                 "items": [value], "allOf": value, "oneOf": value}.get(key, [])
        for each in inner:
            yield from schema_keywords(each)


def test_schemas_use_known_keywords_only():
    """A comma in an unquoted text would make one of its halves a keyword."""
    for name, schema in SCHEMAS.items():
        assert set(schema_keywords(schema)) <= KEYWORDS, name
    for parameter in DOCUMENT["components"]["parameters"].values():
        assert set(schema_keywords(parameter["schema"])) <= KEYWORDS


def test_schemas_are_schemas_and_their_examples_fit():
    resolver = jsonschema.RefResolver("", DOCUMENT)
    checked = 0
    for name, schema in SCHEMAS.items():
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(
            schema, resolver=resolver, format_checker=format_checker())
        for example in schema.get("examples", []):
            faults = [f"{f.json_path}: {f.message}" for f in validator.iter_errors(example)]
            assert not faults, (name, faults)
            checked += 1
    for name in BODIES - {"Operator"}:
        assert SCHEMAS[name]["examples"], name
    assert checked > 30
    problem = jsonschema.Draft202012Validator(SCHEMAS["Problem"], resolver=resolver)
    for response in DOCUMENT["components"]["responses"].values():
        for content in response.get("content", {}).values():
            for example in content["examples"].values():
                problem.validate(example["value"])
