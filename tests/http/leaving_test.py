"""Who leaves while somebody gives them something: whoever comes second knows of the first."""
import threading
import time
import uuid

import psycopg2
import pytest

from days import day
from post_test import add_channel, add_post, give, put


@pytest.fixture(scope="module")
def tenant(house):
    tenant = house.fresh_tenant()
    tenant.slt = tenant.person("Sal Slt", "slt")
    return tenant


@pytest.fixture
def leaver(tenant):
    return tenant.person(f"Lee {uuid.uuid4().hex[:6]}")


@pytest.fixture
def channel(house, tenant):
    return add_channel(house, tenant)


def add_team(tenant):
    return tenant.slt.client.post("/v1/teams", {"name": f"Team {uuid.uuid4().hex[:6]}",
                                                "school_id": tenant.schools[0]}, expect=201).json


def body_of(tenant, kind):
    """The path of a new post or team."""
    made = add_post(tenant, f"Post {uuid.uuid4().hex[:6]}") if kind == "posts" else add_team(tenant)
    return f"/v1/{kind}/{made['id']}", made["id"]


class Held:
    """A row that a transaction holds, so that calls stop in the middle until it is let go."""

    def __init__(self, house, tenant, table, id, strength="UPDATE"):
        self.house, self.tenant, self.calls = house, tenant, []
        self.connection = psycopg2.connect(house.dsn)
        self.connection.cursor().execute(f"SELECT FROM {table} WHERE id = %s FOR {strength}", (id,))

    def __enter__(self):
        return self

    def __exit__(self, *failed):
        self.connection.close()
        for call in self.calls:
            call[0].join()

    def waiting(self):
        return self.house.sql("SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                              " AND datname = current_database()")[0]["n"]

    def post(self, path, body, others=0):
        """Begins a call and waits until it is over, or waits for a lock as so many others do."""
        client, answers = self.house.server.client(self.tenant.slt.client.token()), []
        thread = threading.Thread(target=lambda: answers.append(client.post(path, body)))
        self.calls.append((thread, answers))
        thread.start()
        while thread.is_alive() and self.waiting() < others + sum(call[0].is_alive() for call in self.calls):
            time.sleep(0.01)

    def let_go(self):
        """What was answered, in the order of the calls."""
        self.connection.rollback()
        for thread, _ in self.calls:
            thread.join()
        return [answers[0] for _, answers in self.calls]


def leave(held, leaver, on=-1):
    held.post(f"/v1/people/{leaver.id.upper()}/leave", {"left_on": day(on), "reason": "Goes"})


@pytest.mark.parametrize("kind", ["posts", "teams"])
def test_nobody_is_added_who_is_leaving(house, tenant, leaver, channel, kind):
    give(tenant, channel, "poster", person_id=leaver.id)
    path, _ = body_of(tenant, kind)
    with Held(house, tenant, "channel", channel) as held:
        leave(held, leaver)
        held.post(f"{path}/members", {"person_id": leaver.id})
        left, added = held.let_go()
    assert (left.status, added.status) == (200, 422), added
    assert tenant.slt.client.get(f"{path}/members", expect=200).json["data"] == []


@pytest.mark.parametrize("kind", ["posts", "teams"])
def test_who_leaves_leaves_what_they_are_being_added_to(house, tenant, leaver, channel, kind):
    path, id = body_of(tenant, kind)
    give(tenant, channel, "poster", **{"post_id" if kind == "posts" else "team_id": id})
    with Held(house, tenant, "channel", channel) as held:
        held.post(f"{path}/members", {"person_id": leaver.id})
        leave(held, leaver)
        added, left = held.let_go()
    assert (added.status, left.status) == (200, 200)
    assert [row["current"] for row in tenant.slt.client.get(f"{path}/members", expect=200).json["data"]] == [False]


def test_a_last_day_is_not_moved_by_who_ends_a_membership(house, tenant, leaver, channel):
    post = add_post(tenant, f"Post {uuid.uuid4().hex[:6]}")
    membership = put(tenant, post, leaver).json["members"][0]["membership_id"]
    give(tenant, channel, "poster", person_id=leaver.id)
    with Held(house, tenant, "channel", channel) as held:
        leave(held, leaver, on=2)
        held.post(f"/v1/posts/{post['id']}/members/{membership}/end", {"until_on": day(9)})
        left, ended = held.let_go()
    assert (left.status, ended.status) == (200, 422), ended
    assert tenant.slt.client.get(f"/v1/posts/{post['id']}", expect=200).json["members"][0]["until_on"] == day(2)


def test_nobody_is_given_access_who_is_leaving(house, tenant, leaver, channel):
    give(tenant, channel, "poster", person_id=leaver.id)
    other = add_channel(house, tenant)
    with Held(house, tenant, "channel", channel) as held:
        leave(held, leaver)
        held.post(f"/v1/channels/{other}/grants", {"access": "poster", "person_id": leaver.id})
        left, given = held.let_go()
    assert (left.status, given.status) == (200, 422), given


def test_whoever_polls_learns_that_a_new_holder_left(house, tenant, leaver, channel):
    """Leaving changes what the register says of a channel, also of one whose grant came just before."""
    with Held(house, tenant, "channel", channel) as held:
        held.post(f"/v1/channels/{channel}/grants", {"access": "poster", "person_id": leaver.id})
        leave(held, leaver)
        given, left = held.let_go()
    assert (given.status, left.status) == (200, 200)
    assert house.sql("SELECT c.changed_xid = p.changed_xid AS told FROM channel c, person p"
                     " WHERE c.id = %s AND p.id = %s", channel, leaver.id)[0]["told"]


APPOINTED = {"role": "staff", "scope": "tenant"}


def test_nobody_is_appointed_who_is_leaving(house, tenant, leaver, channel):
    give(tenant, channel, "poster", person_id=leaver.id)
    with Held(house, tenant, "channel", channel) as held:
        leave(held, leaver)
        held.post("/v1/appointments", {"person_id": leaver.id, **APPOINTED})
        left, granted = held.let_go()
    assert (left.status, granted.status) == (200, 422), granted


def test_who_leaves_leaves_what_they_are_being_appointed_to(house, tenant, leaver):
    with Held(house, tenant, "person", leaver.id, "NO KEY UPDATE") as held:
        held.post("/v1/appointments", {"person_id": leaver.id, **APPOINTED})
        leave(held, leaver)
        granted, left = held.let_go()
    assert (granted.status, left.status) == (201, 200)
    assert house.sql("SELECT state FROM appointment WHERE person_id = %s", leaver.id) == [{"state": "ended"}]


def test_nobody_is_added_who_is_leaving_by_an_import(house, tenant, leaver, channel):
    path, _ = body_of(tenant, "posts")
    give(tenant, channel, "poster", person_id=leaver.id)
    ref = uuid.uuid4().hex[:8]
    house.sql("UPDATE person SET external_ref = %s WHERE id = %s", ref, leaver.id)
    file = house.secret_file("leavers.csv", "external_ref,name,person_type,left_on\n"
                             f"{ref},{leaver.name},employee,{day(-1)}\n")
    with Held(house, tenant, "channel", channel) as held:
        imported = threading.Thread(target=lambda: house.server.run(
            "import", "people", str(file), "--tenant", tenant.id, "--as", tenant.slt.login))
        imported.start()
        while imported.is_alive() and not held.waiting():
            time.sleep(0.01)
        held.post(f"{path}/members", {"person_id": leaver.id}, others=1)
        added, = held.let_go()
        imported.join()
    assert added.status == 422, added
    assert tenant.slt.client.get(f"{path}/members", expect=200).json["data"] == []
    assert tenant.slt.client.get(f"/v1/people/{leaver.id}", expect=200).json["left_on"] == day(-1)


def said(tenant, **values):
    return {"school_id": tenant.schools[0], "kind": "query", "source": "phone", "received_at": "2026-11-20T16:30:00Z",
            "text": "When does the fair begin?", **values}


@pytest.mark.parametrize("way", ["assign", "one", "bulk"])
def test_nobody_is_given_a_message_who_is_leaving(house, tenant, leaver, channel, way):
    give(tenant, channel, "poster", person_id=leaver.id)
    message = tenant.slt.client.post("/v1/messages", said(tenant), expect=201).json["id"]
    path, body = {"assign": (f"/v1/messages/{message}/assign", {"person_id": leaver.id}),
                  "one": ("/v1/messages", said(tenant, assignee_id=leaver.id)),
                  "bulk": ("/v1/messages/bulk", {"messages": [said(tenant, assignee_id=leaver.id)]})}[way]
    with Held(house, tenant, "channel", channel) as held:
        leave(held, leaver)
        held.post(path, body)
        left, given = held.let_go()
    assert (left.status, given.status) == (200, 422), given
