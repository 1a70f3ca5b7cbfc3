"""Holds every answer against openapi.yaml: what is not declared there fails the test."""
import json
import re
from functools import lru_cache
from urllib.parse import parse_qsl, urlsplit

import jsonschema
import yaml

FORMATS = {
    "uuid": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "date": r"\d{4}-\d\d-\d\d",
    "date-time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)",
    "email": r"[^@\s]+@[^@\s]+",
    "uri": r"[a-z][a-z0-9+.-]*:\S+",
}


def format_checker():
    checker = jsonschema.FormatChecker(formats=())
    for name, pattern in FORMATS.items():
        checker.checks(name)(
            lambda value, p=pattern: not isinstance(value, str) or bool(re.fullmatch(p, value)))
    return checker


def without_required(node):
    """The same schemas for what `fields=` has cut: each property may be missing."""
    if isinstance(node, dict):
        return {key: without_required(value) for key, value in node.items()
                if key != "required" or not isinstance(value, list)}
    return [without_required(value) for value in node] if isinstance(node, list) else node


class Contract:
    def __init__(self, path):
        """Without the file only the manners that all answers share are checked."""
        self.document = {"paths": {}}
        self.known = path.exists()
        if self.known:
            self.document = yaml.load(path.read_text(), Loader=yaml.CSafeLoader)
        self.seen = set()  # (path template, method, status)
        self.resolver = jsonschema.RefResolver("", self.document)
        self.cut = jsonschema.RefResolver("", without_required(self.document))
        # A literal path goes before one with a parameter in its place.
        self.templates = sorted(self.document["paths"], key=lambda t: (t.count("{"), t))

    def deref(self, thing, resolver=None):
        while isinstance(thing, dict) and "$ref" in thing:
            thing = (resolver or self.resolver).resolve(thing["$ref"])[1]
        return thing

    @lru_cache(maxsize=None)
    def template(self, path):
        for template in self.templates:
            if re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template)), path):
                return template
        return None

    @lru_cache(maxsize=None)
    def validator(self, keys, cut):
        resolver = self.cut if cut else self.resolver
        node = resolver.referrer
        for key in keys:
            node = self.deref(node, resolver)[key]
        return jsonschema.Draft202012Validator(
            node, resolver=resolver, format_checker=format_checker())

    def valid(self, value, keys, what, cut=False):
        faults = [f"{f.json_path}: {f.message}"
                  for f in self.validator(keys, cut).iter_errors(value)]
        assert not faults, f"{what} breaks the contract:\n  " + "\n  ".join(faults[:10])

    def check(self, method, target, sent, answer):
        """`sent` is the JSON body as a value, or None."""
        what = f"{method} {target} -> {answer.status}"
        assert answer.headers.get("x-request-id"), f"{what} has no X-Request-Id"
        if answer.body and re.search("[/+]json$", answer.media):
            json.loads(answer.body)
        if not self.known:
            return
        parts = urlsplit(target)
        template = self.template(parts.path)
        verb = "get" if method == "HEAD" else method.lower()
        operation = self.deref(self.document["paths"].get(template, {})).get(verb)
        if operation is None:
            self.check_unknown(method, answer, what)
            return
        self.seen.add((template, method, answer.status))
        if answer.status < 300:
            self.check_request(template, verb, operation, parts.query, sent, what)
        self.check_answer(template, verb, operation, method, answer, what,
                          cut="fields=" in parts.query)

    def check_unknown(self, method, answer, what):
        """No such path, or no such method on it: a problem, or the answer to OPTIONS."""
        if method == "OPTIONS" and answer.status in (200, 204):
            assert not answer.body, f"{what} has a body"
            return
        assert answer.status >= 400, f"{what} is not declared"
        if method != "HEAD":
            assert answer.media == "application/problem+json", f"{what} is {answer.media}"
            self.valid(answer.json, ("components", "schemas", "Problem"), what)

    def check_request(self, template, verb, operation, query, sent, what):
        """What was accepted must be what the contract offers."""
        good = "partial=true" not in query  # of what is taken in part, not all is what the contract offers
        if good and sent is not None and "requestBody" in operation:
            content = self.deref(operation["requestBody"])["content"]
            self.valid(sent, ("paths", template, verb, "requestBody", "content",
                              next(iter(content)), "schema"), f"{what}: the accepted body")
        declared = [self.deref(p) for p in operation.get("parameters", [])
                    + self.document["paths"][template].get("parameters", [])]
        names = {p["name"] for p in declared if p["in"] == "query"}
        for name, _ in parse_qsl(query, keep_blank_values=True):
            assert name in names or name.split("[")[0] in names, f"{what}: {name} not declared"

    def check_answer(self, template, verb, operation, method, answer, what, cut):
        responses = operation["responses"]
        key = next((k for k in (str(answer.status), f"{answer.status // 100}XX")
                    if k in responses), None)
        assert key, f"{what}: this status is not declared; declared are {sorted(responses)}"
        response = self.deref(responses[key])
        for name, header in response.get("headers", {}).items():
            assert name.lower() in answer.headers or not self.deref(header).get("required"), \
                f"{what} lacks the header {name}"
        content = response.get("content", {})
        if method == "HEAD" or not content or answer.status == 304:
            assert not answer.body, f"{what} has a body and none is declared"
            return
        assert answer.media in content, f"{what} is {answer.media}, declared {list(content)}"
        place = ("paths", template, verb, "responses", key, "content")
        if answer.media == "application/x-ndjson":
            row = (*place, "application/json", "schema", "properties", "data", "items")
            for line in answer.text.splitlines():
                self.valid(json.loads(line), row, what, cut)
        elif "json" in answer.media and "schema" in content[answer.media]:
            self.valid(answer.json, (*place, answer.media, "schema"), what, cut)
