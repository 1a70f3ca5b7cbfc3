"""What is said about a school in public (R1 to R3), and that nobody is looked at twice without a record (M9)."""
import threading

import pytest

from days import day
from refusal import refused, unchanged
from second_wall import silent

PATH, TERMS, AUTH = "/v1/mentions", "/v1/watch-terms", "/v1/monitoring-authorisations"


class Web:
    def __init__(self, house):
        self.house, self.tenant = house, house.fresh_tenant()
        self.a, self.b = self.tenant.schools
        self.trust = self.tenant.person("Tara Trust", "slt")
        self.head = self.tenant.person("Hal Head", "slt", [self.a], ["head"])
        self.dsl = self.tenant.person("Di Dsl", "staff", [self.a], ["dsl"])
        self.staff = self.tenant.person("Stan Staff", "staff", [self.a])
        self.other = self.tenant.person("Oda Other", "staff", [self.b])
        house.sql("UPDATE school SET name = 'St Mary Magdalene''s Primary School' WHERE id = %s", self.a)
        house.sql("UPDATE tenant SET name = 'Élan Learning Trust' WHERE id = %s", self.tenant.id)
        self.head.client.post("/v1/channels", {
            "school_id": self.a, "platform": "x", "handle": f"@mary{self.tenant.mark}", "display_name": "Kiln Hill News",
            "reason": "There for years."}, expect=201)

    def say(self, who=None, expect=201, **more):
        body = {"school_id": self.a, "url": "https://x.example/status/1", "platform": "x", "public": True,
                "excerpt": "They closed early again.", "action_taken": "none", **more}
        return (who or self.staff).client.post(PATH, {k: v for k, v in body.items() if v is not None}, expect=expect)

    def watch(self, text, kind="name", expect=201):
        return self.head.client.post(TERMS, {"school_id": self.a, "kind": kind, "text": text}, expect=expect)

    def authorise(self, **more):
        return self.head.client.post(AUTH, {
            "school_id": self.a, "concerns": "An account", "scope": "Its posts", "reason": "It names pupils.",
            "until_on": day(30), **more}, expect=201).json


@pytest.fixture
def web(house):
    return Web(house)


# What is looked for


@pytest.mark.parametrize("text", ["St Mary Magdalene's Primary School", "st. mary MAGDALENE", "Élan Learning", "elan",
                                  "Kiln Hill", "Magdalene’s Primary"])
def test_names_of_the_organisation(web, text):
    assert web.watch(text).json["text"] == text


@pytest.mark.parametrize("text, reason", [
    ("Stan Staff", "is a person's name"), ("stan  STAFF", "is a person's name"), ("Olivia Smith", "reads like a person's name"),
    ("Zoë O’Brien-Jones", "reads like a person's name"), ("terrible school", "is no name of the tenant"),
    ("Magdal", "is no name of the tenant"), ("Mary Primary", "reads like a person's name"), ("!!!", "is no name")])
def test_no_names_of_people(web, text, reason):
    with unchanged(web.house):
        answer = refused(web.watch(text, expect=422), 422, "invalid", ["/text"])
    assert answer["errors"][0]["detail"].startswith(reason)


def test_terms_tell_nothing_of_another_school(web):
    """Who is there, or which channels it has: a name out of sight is refused in the same words as none at all."""
    web.house.sql("UPDATE person SET name = 'Olympia van der Berg' WHERE id = %s", web.other.id)
    web.tenant.person("Far Away", "slt", [web.b]).client.post("/v1/channels", {
        "school_id": web.b, "platform": "x", "handle": f"@far{web.tenant.mark}", "display_name": "Quarry Lane News",
        "reason": "There for years."}, expect=201)
    for text, nothing, kind in (("Olympia van der Berg", "Olympia van der Borg", "name"), ("Quarry Lane", "Quarry Line", "name"),
                                (f"@far{web.tenant.mark}", f"@fur{web.tenant.mark}", "handle")):
        told = [web.watch(each, kind, expect=422).json["errors"] for each in (text, nothing)]
        assert told[0] == told[1], text


def test_handles_are_those_of_the_register(web):
    mine = f"@MARY{web.tenant.mark}"
    term = web.watch(mine, "handle").json
    again = refused(web.watch(mine.lower(), "handle", expect=409), 409, "already-exists")
    assert again["detail"] == "This is looked for here already."
    with unchanged(web.house):
        refused(web.watch("@somebody_else", "handle", expect=422), 422, "invalid", ["/text"])
    path = f"{TERMS}/{term['id']}"
    found = web.say(watch_term_id=term["id"]).json
    web.staff.client.delete(path, headers={"If-Match": '"1.0"'}, expect=403)
    web.head.client.delete(path, headers={"If-Match": '"1.0"'}, expect=204)
    web.head.client.get(path, expect=404)
    assert web.head.client.get(TERMS, expect=200).json["data"] == []
    assert web.head.client.get(f"{PATH}/{found['id']}", expect=200).json["watch_term_id"] == term["id"]
    refused(web.say(watch_term_id=term["id"], expect=422), 422, "invalid", ["/watch_term_id"])
    web.watch(mine, "handle")


# What is found


def test_found_answered_closed(web):
    made = web.say(author_handle="@A_Parent").json
    path = f"{PATH}/{made['id']}"
    assert [action["name"] for action in made["actions"]] == ["close"] and made["found_name"] == "Stan Staff"
    for who in web.dsl, web.head, web.trust:
        assert who.client.get(path, expect=200).json["author_handle"] == "@A_Parent"
    web.other.client.get(path, expect=404)
    close = {"action_taken": "respond", "reason": "Told them the hours."}
    refused(web.staff.client.post(f"{path}/close", close), 422, "invalid", ["/playbook_reference"])
    closed = web.staff.client.post(f"{path}/close", {**close, "playbook_reference": "3.2"}, expect=200).json
    assert (closed["state"], closed["action_taken"], closed["playbook_reference"]) == ("closed", "respond", "3.2")
    refused(web.head.client.post(f"{path}/close", {}), 409, "wrong-state")
    told = web.head.client.get(f"{path}/history", expect=200).json["data"]
    assert [(h["action"], h["to_state"], h["note"]) for h in told] == [
        ("record", "open", "none"), ("close", "closed", "respond: Told them the hours.")]


@pytest.mark.parametrize("more, pointers", [
    ({"public": False}, ["/public"]), ({"public": None}, ["/public"]), ({"action_taken": "respond"}, ["/playbook_reference"]),
    ({"found_at": "2099-01-01T00:00:00Z"}, ["/found_at"]), ({"found_at": "2026-01-01T00:00:00"}, ["/found_at"]),
    ({"platform": "no_such"}, ["/platform"]), ({"url": "ftp://x", "excerpt": ""}, ["/url", "/excerpt"]),
    ({"sentiment": "bad"}, ["/sentiment"]), ({"watch_term_id": "0192d3e0-feed-7000-8000-000000000009"}, ["/watch_term_id"]),
    ({"authorisation_id": "0192d3e0-feed-7000-8000-000000000009"}, ["/authorisation_id"])])
def test_what_is_not_written_down(web, more, pointers):
    with unchanged(web.house):
        refused(web.say(expect=422, **more), 422, "invalid", pointers)


# M9


def test_a_second_look_takes_an_authorisation(web):
    """Of the same author wherever in the tenant; another platform is another author."""
    web.say(web.other, school_id=web.b, author_handle="@Loud_Parent")
    with unchanged(web.house):
        answer = refused(web.say(web.head, author_handle=" loud_parent", expect=409), 409, "wrong-state")
    assert "needs a recorded authorisation with an expiry" in answer["detail"]
    web.say(web.head, author_handle="loud_parent", platform="facebook")
    web.say(web.head, author_handle="quiet_parent")
    authorised = web.authorise()
    second = web.say(web.head, author_handle="loud_parent", authorisation_id=authorised["id"]).json
    assert second["authorisation_id"] == authorised["id"]
    refused(web.say(web.staff, author_handle="loud_parent", authorisation_id=authorised["id"], expect=422), 422,
            "invalid", ["/authorisation_id"])  # whoever may not see it asks who may
    web.head.client.post(f"{AUTH}/{authorised['id']}/end", {"end_reason": "Enough."}, expect=200)
    later = web.authorise(from_on=day(1))
    for each in authorised, later:
        refused(web.say(web.head, author_handle="loud_parent", authorisation_id=each["id"], expect=422), 422, "invalid",
                ["/authorisation_id"])
    stranger = web.house.fresh_tenant()
    stranger.person("Far Slt", "slt").client.post(PATH, {
        "url": "https://x.example/1", "platform": "x", "author_handle": "loud_parent", "excerpt": "Ours.", "public": True,
        "action_taken": "none"}, expect=201)


def test_an_authorisation_of_another_school_is_none(web):
    web.say(author_handle="loud_parent")
    theirs = web.trust.client.post(AUTH, {
        "school_id": web.b, "concerns": "An account", "scope": "Posts", "reason": "Why so.", "until_on": day(9)},
        expect=201).json
    refused(web.say(web.trust, author_handle="loud_parent", authorisation_id=theirs["id"], expect=422), 422, "invalid",
            ["/authorisation_id"])


def test_two_first_looks_at_once_are_not_both_first(web):
    for turn in range(4):
        clients = [web.house.server.client(web.house.token(who.login)) for who in (web.head, web.trust, web.dsl)]
        answers = []
        threads = [threading.Thread(target=lambda c=c, n=turn: answers.append(c.post(PATH, {
            "school_id": web.a, "url": "https://x.example/1", "platform": "x", "author_handle": f"racer{n}",
            "excerpt": "Fast.", "public": True, "action_taken": "none"}).status)) for c in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [201, 409, 409]


def test_whom_it_concerns_sees_nothing_of_it(web, second_wall):
    """A second look at the account of one's own: neither the authorisation nor what was found by it."""
    authorised = web.trust.client.post(AUTH, {
        "school_id": web.a, "person_id": web.head.id, "scope": "Posts", "reason": "Complaints.", "until_on": day(9)},
        expect=201).json
    web.say(web.staff, author_handle="hal")
    found = web.say(web.trust, author_handle="hal", authorisation_id=authorised["id"], excerpt="Canaryexcerpt").json
    refused(web.say(web.head, authorisation_id=authorised["id"], expect=422), 422, "invalid", ["/authorisation_id"])
    for client in web.head.client, second_wall.as_(web.head.login):
        silent(client.get(f"{PATH}/{found['id']}", expect=404), {"Canaryexcerpt"})
        client.get(f"{PATH}/{found['id']}/history", expect=404)
        silent(client.get(PATH, expect=200), {"Canaryexcerpt", found["id"], authorised["id"]})
        client.post(f"{PATH}/{found['id']}/close", {}, expect=404)
    assert web.dsl.client.get(f"{PATH}/{found['id']}", expect=200).json["excerpt"] == "Canaryexcerpt"
