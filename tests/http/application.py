"""The people and the words of an application for an account, for every test that needs one."""
from days import day

PATH = "/v1/channel-applications"
WORDS = {"reason": "We looked at the whole case."}


class Stage:
    """One tenant with the people of an approval."""

    def __init__(self, house, kind="trust"):
        self.house = house
        self.tenant = tenant = house.fresh_tenant(kind)
        self.school = tenant.schools[0]
        at = [self.school] if kind == "trust" else []
        self.trust_slt = tenant.person("Tara Trust", "slt") if kind == "trust" else None
        self.head = tenant.person("Hal Head", "slt", at, ["head"])
        self.deputy = tenant.person("Dee Deputy", "slt", at)
        self.admin = tenant.person("Ann Admin", "administrator", at)
        self.applicant = tenant.person("Ali Applicant", "staff", at)
        self.first = tenant.person("Flo First", "staff", at)
        self.second = tenant.person("Sid Second", "staff", at)
        self.chair = tenant.person("Cy Chair", "governor", [], ["chair"])
        self.proprietor = tenant.person("Pru Proprietor", "governor", [], ["proprietor"])

    def set(self, key, value, school=None, locked=False):
        """As whoever leads the whole tenant."""
        path, who = f"/v1/settings/{key}", (self.trust_slt or self.head).client
        place = {"school_id": school} if school else {}
        etag = who.get(path + (f"?school_id={school}" if school else ""), expect=200).etag
        who.put(path, {"value": value, "locked": locked, **place}, headers={"If-Match": etag}, expect=200)

    def assessment(self):
        return (self.trust_slt or self.head).client.post("/v1/assessments", {
            "title": "Social media", "assessed_on": day(-20), "author_name": "A. Uthor",
            "score": 6, "mitigations": "Two operators.", "approved_by_name": "Trust Leaders",
            "approved_on": day(-10), "review_on": day(300)}, expect=201).json["id"]

    def attest(self, *people, by=None, edition="2026", trained=-30):
        for person in people:
            (by or self.head).client.post("/v1/attestations", {
                "person_id": person.id, "policy_edition": edition, "policy_read_on": day(-30),
                "trained_on": day(trained)}, expect=201)

    def ready(self):
        self.attest(self.first, self.second)
        return self.assessment()

    def body(self, **changes):
        body = {
            "school_id": self.school, "platform": "x", "proposed_name": "History department",
            "kind": "department", "aim": "Share what the department does.",
            "audience": "Parents and pupils of years 7 to 11", "promotion": "Newsletter",
            "visibility": "open", "purpose": "education",
            "purpose_detail": "Shows pupils' work and trips.",
            "other_communication_methods": "Letters home and the website.",
            "operators": [{"person_id": self.first.id, "access": "admin"},
                          {"person_id": self.second.id, "access": "poster",
                           "access_until": day(90)}]}
        body.update(changes)
        return {key: value for key, value in body.items() if value is not None}

    def draft(self, by=None, **changes):
        return (by or self.applicant).client.post(PATH, self.body(**changes), expect=201).json

    def submitted(self, by=None, **changes):
        application = self.draft(by, **changes)
        return self.act(by or self.applicant, application, "submit").json

    def act(self, person, application, action, body=None, expect=200):
        return person.client.post(f"{PATH}/{application['id']}/{action}", body or {}, expect=expect)

    def see(self, person, application):
        return person.client.get(f"{PATH}/{application['id']}", expect=200).json


def codes(answer):
    return {blocker["code"] for blocker in answer["blockers"]}


def names(answer):
    return {action["name"] for action in answer["actions"]}
