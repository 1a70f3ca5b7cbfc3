"""openapi.yaml and `chaperone describe` in one form, so that they can be compared."""
import json

import yaml

from cluster import ROOT

PUBLIC = "public"  # the permission that asks for no token
VERBS = ("get", "put", "post", "patch", "delete")
PROSE = ("description", "examples", "example", "default", "pattern")
TEXT_LIMITS = {"line": 1000, "text": 20000, "secret": 1024}

DOCUMENT = yaml.load((ROOT / "openapi.yaml").read_text(), Loader=yaml.CSafeLoader)
SCHEMAS = DOCUMENT["components"]["schemas"]
PROBLEMS = SCHEMAS["Problem"]["x-problems"]
# (METHOD, path) -> operation, in the order of the document
OPERATIONS = {(verb.upper(), path): operation for path, item in DOCUMENT["paths"].items()
              for verb, operation in item.items() if verb in VERBS}


def deref(node):
    while "$ref" in node:
        reference, node = node["$ref"], DOCUMENT
        for key in reference.removeprefix("#/").split("/"):
            node = node[key]
    return node


def references(node):
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        node = list(node.values())
    if isinstance(node, list):
        for value in node:
            yield from references(value)


def properties_of(schema):
    """With those of the schemas it is made of."""
    schema = deref(schema)
    shown = {}
    for each in schema.get("allOf", []):
        shown |= properties_of(each)
    return shown | schema.get("properties", {})


def plain(schema):
    """A schema without its prose and references; null is one more word or type."""
    schema = deref(schema)
    if "oneOf" in schema:
        assert schema["oneOf"][1:] == [{"type": "null"}], schema
        return nullable(plain(schema["oneOf"][0]))
    shown = {key: value for key, value in schema.items() if key not in PROSE}
    if isinstance(shown.get("type"), list):
        shown["type"] = sorted(shown["type"])
    if "items" in shown:
        shown["items"] = plain(shown["items"])
    if "properties" in shown:
        shown["properties"] = {name: plain(each) for name, each in shown["properties"].items()}
        shown["required"] = sorted(shown.get("required", []))
    return shown


def nullable(schema):
    if "enum" in schema:
        return {**schema, "enum": [*schema["enum"], None]}
    return {**schema, "type": sorted([schema["type"], "null"])}


def scalar_schema(field):
    kind, least, most = field["type"], field.get("min"), field.get("max")
    if kind in TEXT_LIMITS:
        return {"type": "string", "minLength": least or 1,
                "maxLength": most or TEXT_LIMITS[kind]}
    if kind == "number":
        return {"type": "integer", "minimum": least or 0, "maximum": most}
    return {
        "uuid": {"type": "string", "format": "uuid"},
        "date": {"type": "string", "format": "date"},
        "time": {"type": "string", "format": "date-time"},
        "email": {"type": "string", "format": "email", "maxLength": 254},
        "url": {"type": "string", "format": "uri", "maxLength": 2000},
        "flag": {"type": "boolean"},
        "one_of": {"enum": field.get("one_of")},
        "any": {"type": ["array", "boolean", "integer", "string"],
                "items": {"type": ["object", "string"]}},
    }[kind]


def field_schema(field):
    """What the contract has to say of one row of a field table."""
    if field["type"] == "list":
        item = scalar_schema({"type": field["of"], "one_of": field.get("one_of")})
        shown = {"type": "array", "uniqueItems": True, "items": item}
    elif field["type"] == "objects":
        shown = {"type": "array", "items": body_schema(field["fields"])}
    else:
        shown = scalar_schema(field)
    if shown.get("type") == "array":
        if field.get("of") != "one_of":  # else each word once at most
            shown["maxItems"] = field["max"]
        if field.get("min"):
            shown["minItems"] = field["min"]
    return nullable(shown) if field.get("clearable") else shown


def body_schema(fields, patch=False):
    return {"type": "object", "additionalProperties": False,
            "required": sorted(f["name"] for f in fields if f["required"] and not patch),
            "properties": {f["name"]: field_schema(f) for f in fields}}


def filter_schema(each):
    if each["type"] == "one_of":
        return {"type": "array", "minItems": 1, "uniqueItems": True,
                "items": {"enum": each["one_of"]}}
    schema = scalar_schema(each)
    return {"type": "string", "minLength": 1} if each["type"] in TEXT_LIMITS else schema


def list_parameters(listing):
    """Name -> schema of the parameters that a list takes."""
    shown = {"fields": "fields", "cursor": "cursor",
             "limit": {"type": "integer", "minimum": 1, "maximum": listing["limit_max"],
                       "default": listing["limit"]},
             "sort": {"enum": [way + name for name in listing["sorts"] for way in ("", "-")],
                      "default": ("-" if listing["descending"] else "")
                      + listing["default_sort"]}}
    if listing["changes"]:
        shown["changed_since"] = "changed_since"
    if listing["search"]:
        shown["q"] = {"type": "string", "minLength": 1}
    for each in listing["filters"]:
        for suffix in ("", "[gte]", "[lt]") if each["range"] else ("",):
            shown[each["name"] + suffix] = filter_schema(each)
    return shown


def declared_parameters(operation):
    """The same, as openapi.yaml has it."""
    shown = {}
    for each in (deref(p) for p in operation.get("parameters", [])):
        if each["in"] != "query":
            continue
        if each["name"] in ("fields", "cursor", "changed_since"):
            shown[each["name"]] = each["name"]
            continue
        schema = deref(each["schema"])
        shown[each["name"]] = plain(schema)
        if "default" in schema:
            shown[each["name"]]["default"] = schema["default"]
    return shown


def header_parameter(operation, name):
    """"required", "optional" or None."""
    for each in (deref(p) for p in operation.get("parameters", [])):
        if each["in"] == "header" and each["name"] == name:
            return "required" if each.get("required") else "optional"
    return None


def short(value):
    return json.dumps(value, sort_keys=True)
