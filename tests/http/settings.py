"""What the tests of settings and presets share."""
SETTINGS = "/v1/settings"
KEY = "application.min_operators"
CHAIN = "application.approver_chain"
STEP = {"scope": "school", "role": "slt", "need": "any"}


class Trust:
    """A trust with two schools, and who may say what in it."""

    def __init__(self, house):
        self.house, self.tenant = house, house.fresh_tenant()
        self.a, self.b = self.tenant.schools
        self.trust = self.tenant.person("Tara Trust", "slt").client
        self.head = self.tenant.person("Hal Head", "slt", [self.a], ["head"]).client
        self.staff = self.tenant.person("Stan Staff", "staff", [self.a]).client


def at(school):
    return f"?school_id={school}" if school else ""


def see(client, key=KEY, school=None):
    return client.get(f"{SETTINGS}/{key}{at(school)}", expect=200)


def put(client, value, key=KEY, school=None, etag=None, expect=200, **more):
    body = {"value": value, **({"school_id": school} if school else {}), **more}
    return client.put(f"{SETTINGS}/{key}", body, expect=expect, headers={
        "If-Match": etag or see(client, key, school).etag})


def clear(client, key=KEY, school=None, etag=None, expect=200):
    return client.delete(f"{SETTINGS}/{key}{at(school)}", expect=expect, headers={
        "If-Match": etag or see(client, key, school).etag})


def shown(setting, *names):
    return tuple(setting.json[name] for name in names)


def history(client, key=KEY, school=None):
    rows = client.get(f"{SETTINGS}/{key}/history{at(school)}", expect=200).json["data"]
    return [(r["actor_name"], r["action"], r["school_id"], r["from_value"], r["to_value"], r["to_locked"])
            for r in rows]
