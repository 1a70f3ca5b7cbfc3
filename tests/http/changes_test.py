"""changed_since=: what changed since, and nothing of it lost, however late it commits."""
import base64
import json
import threading
import time
import uuid

import psycopg2
import pytest

from days import day
from reach import Plot
from refusal import refused

PEOPLE = "/v1/people"


@pytest.fixture
def tenant(house):
    tenant = house.fresh_tenant()
    tenant.slt = tenant.person("Sal Slt", "slt")
    return tenant


def settle(house):
    """Until whatever runs now is over: the sealer's transactions delay news for a moment."""
    mine = house.sql("SELECT pg_current_xact_id()::text::bigint AS xid")[0]["xid"]
    end = time.monotonic() + 20
    while house.sql("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xid"
                    )[0]["xid"] <= mine:
        assert time.monotonic() < end
        time.sleep(0.01)


class Poll:
    """A reporting tool's copy of a list, kept up to date."""

    def __init__(self, house, client, path=PEOPLE, limit=200):
        self.house, self.client, self.path, self.limit = house, client, path, limit
        self.since, self.copy = "0", {}

    def __call__(self, settled=True):
        """The ids that came and those that went; pages are followed as in any list."""
        if settled:
            settle(self.house)
        came, went, cursor = [], [], None
        while True:
            answer = self.client.get(
                f"{self.path}?changed_since={self.since}&limit={self.limit}"
                + (f"&cursor={cursor}" if cursor else ""), expect=200)
            came += [row["id"] for row in answer.json["data"]]
            went += [row["id"] for row in answer.json.get("removed", [])]
            self.copy |= {row["id"]: row for row in answer.json["data"]}
            for id in went:
                self.copy.pop(id, None)
            cursor = answer.json["next_cursor"]
            assert ("link" in answer.headers) == bool(cursor)
            assert cursor in (None, answer.json["changed_since"])
            if not cursor:
                self.since = answer.json["changed_since"]
                return came, went


def add(house, tenant, name, school=None):
    id = str(uuid.uuid4())
    house.sql("INSERT INTO person (tenant_id, id, name, person_type, school_id)"
              " VALUES (%s, %s, %s, 'employee', %s)", tenant.id, id, name, school)
    return id


def test_begins_with_everything_and_goes_on_with_what_changed(house, tenant):
    ids = [add(house, tenant, f"Name {n}") for n in range(7)]
    poll = Poll(house, tenant.slt.client, limit=3)
    came, went = poll()
    assert set(came) == {*ids, tenant.slt.id} and len(came) == 8 and not went
    assert poll() == ([], []) and poll() == ([], []), "nothing is told twice"
    house.sql("UPDATE person SET name = 'Other' WHERE id = %s", ids[4])
    new = add(house, tenant, "New")
    assert poll() == ([ids[4], new], [])
    assert poll.copy[ids[4]]["name"] == "Other"
    assert poll() == ([], [])


def test_the_earlier_that_commits_last_is_not_lost(house, tenant):
    """Two transactions: the one that began first ends last. A time would lose it."""
    first, second = psycopg2.connect(house.dsn), psycopg2.connect(house.dsn)
    ids = add(house, tenant, "First"), add(house, tenant, "Second")
    poll = Poll(house, tenant.slt.client)
    poll()
    try:
        for connection, id in zip((first, second), ids):
            connection.cursor().execute("UPDATE person SET job_title = 'x' WHERE id = %s", (id,))
        second.commit()
        assert poll(settled=False)[0] in ([], [ids[1]])
        seen = {*poll(settled=False)[0]}
        third = add(house, tenant, "Third")
        seen |= {*poll(settled=False)[0]}
        first.commit()
        seen |= {*poll()[0]}
        assert ids[0] in poll.copy and poll.copy[ids[0]]["job_title"] == "x"
        assert poll.copy[ids[1]]["job_title"] == "x" and third in poll.copy
        assert ids[0] in seen and poll() == ([], [])
    finally:
        first.close()
        second.close()


def test_one_that_rolls_back_holds_nothing_up(house, tenant):
    id = add(house, tenant, "Rolled")
    poll = Poll(house, tenant.slt.client)
    poll()
    connection = psycopg2.connect(house.dsn)
    connection.cursor().execute("UPDATE person SET name = 'Never' WHERE id = %s", (id,))
    new = add(house, tenant, "Later")
    assert poll(settled=False) == ([], [])
    connection.rollback()
    connection.close()
    assert poll() == ([new], [])


def test_who_leaves_a_school_goes_from_its_copy(house, tenant):
    a, b = tenant.schools
    head = tenant.person("Head", "slt", [a])
    id = add(house, tenant, "Mover", a)
    there, whole = Poll(house, head.client), Poll(house, tenant.slt.client)
    there(), whole()
    house.sql("UPDATE person SET school_id = %s WHERE id = %s", b, id)
    assert there() == ([], [id]) and id not in there.copy
    assert whole() == ([id], []), "the trust still sees them"
    assert there() == ([], [])
    house.sql("UPDATE person SET school_id = %s WHERE id = %s", a, id)
    assert there() == ([id], [])
    house.sql("DELETE FROM person WHERE id = %s", id)
    assert there() == ([], [id])
    assert set(whole()[1]) == {id}
    fresh = Poll(house, head.client, limit=1)
    fresh()
    assert fresh.copy.keys() == there.copy.keys()


def test_a_governor_hears_of_nobody_else(house, tenant):
    governor = tenant.person("Gov Ernor", "governor", [tenant.schools[0]])
    poll = Poll(house, governor.client)
    assert poll() == ([governor.id], [])
    id = add(house, tenant, "Gone", tenant.schools[0])
    house.sql("DELETE FROM person WHERE id = %s", id)
    assert poll() == ([], [])


@pytest.mark.parametrize("path, table", [
    ("/v1/appointments", "appointment"), ("/v1/channels", "channel"),
    ("/v1/channel-applications", "channel_application")])
def test_every_list_that_has_it(house, tenant, path, table):
    plot = Plot(tenant, tenant.schools[0], f"changes{tenant.mark}")
    poll = Poll(house, tenant.slt.client, path, limit=1)
    came, went = poll()
    assert plot.ids[table] in came and not went and len(set(came)) == len(came)
    assert poll() == ([], [])
    house.sql(f"UPDATE {table} SET version = version + 1 WHERE id = %s", plot.ids[table])
    assert poll()[0] == [plot.ids[table]]
    answer = tenant.slt.client.get(f"{path}?changed_since=0", expect=200).json
    assert "removed" not in answer, "from here nothing goes"


def test_a_channel_changes_with_its_grants(house, tenant):
    plot = Plot(tenant, tenant.schools[0], f"grants{tenant.mark}")
    poll = Poll(house, tenant.slt.client, "/v1/channels")
    poll()
    house.sql("UPDATE channel_grant SET until_on = current_date WHERE channel_id = %s",
              plot.channel)
    assert poll()[0] == [plot.channel]
    events = house.sql("SELECT 1 FROM audit_event WHERE table_name = 'channel' AND row_id = %s",
                       plot.channel)
    assert len(events) == 1, "its own row is as it was: the trail holds its insert alone"


def test_a_channel_changes_with_whoever_holds_it(house, tenant):
    """By its posts and teams, and when somebody leaves: its flags follow from that."""
    plot = Plot(tenant, tenant.schools[0], f"holders{tenant.mark}")
    poll = Poll(house, tenant.slt.client, "/v1/channels")
    house.sql("UPDATE channel_grant SET person_id = NULL, post_id = %s WHERE channel_id = %s",
              plot.post, plot.channel)
    poll()
    house.sql("UPDATE membership SET ended_at = now() WHERE post_id = %s", plot.post)
    assert poll()[0] == [plot.channel] and "vacant_post" in poll.copy[plot.channel]["flags"]
    house.sql("UPDATE channel_grant SET person_id = %s, post_id = NULL WHERE channel_id = %s",
              plot.person, plot.channel)
    poll()
    tenant.slt.client.post(f"/v1/people/{plot.person}/leave", {"left_on": day(-1)}, expect=200)
    assert poll()[0] == [plot.channel] and "holder_left" in poll.copy[plot.channel]["flags"]


def test_two_who_leave_take_their_channels_in_one_order(house, tenant):
    """In any other they would wait for each other: one waits for the first, and holds no other."""
    ids = sorted((str(uuid.uuid4()) for _ in range(8)), reverse=True)
    leavers = [add(house, tenant, name) for name in ("Lea Ver", "Gon Er")]
    for id in ids:
        house.sql("INSERT INTO channel (tenant_id, id, platform, declared, state, source)"
                  " VALUES (%s, %s, 'x', 'official', 'active', 'register')", tenant.id, id)
    for n, id in enumerate([*ids, *ids]):  # each touches its channel, which then lies last
        house.sql("INSERT INTO channel_grant (tenant_id, id, channel_id, access, person_id, holder_text,"
                  " holder_kind, from_on) VALUES (%s, gen_random_uuid(), %s, 'poster', %s, 'L', 'person',"
                  " current_date)", tenant.id, id, leavers[n // len(ids)])
    first = psycopg2.connect(house.dsn)
    others = [threading.Thread(target=leave, args=(house, id)) for id in leavers]
    try:
        first.cursor().execute("SELECT FROM channel WHERE id = %s FOR UPDATE", (ids[-1],))
        for other in others:
            other.start()
        assert house.one_waits() >= 1
        time.sleep(0.2)
        free = house.sql("SELECT id FROM channel WHERE tenant_id = %s FOR UPDATE SKIP LOCKED", tenant.id)
        assert {str(row["id"]) for row in free} == set(ids[:-1])
        first.commit()
    finally:
        first.close()
        for other in others:
            other.join()
    gone = house.sql("SELECT left_on FROM person WHERE id = ANY (%s::uuid[])", leavers)
    assert len(gone) == 2 and all(row["left_on"] for row in gone)


def leave(house, id):
    """By a plan that finds the channels in the order in which they lie."""
    connection = psycopg2.connect(house.dsn, options="-c enable_sort=off -c enable_nestloop=off"
                                  " -c enable_indexscan=off -c enable_bitmapscan=off")
    with connection, connection.cursor() as cursor:
        cursor.execute("UPDATE person SET left_on = current_date WHERE id = %s", (id,))
    connection.close()


def test_who_is_excluded_hears_nothing(house, tenant):
    """Not even that something went."""
    plot = Plot(tenant, tenant.schools[0], f"excluded{tenant.mark}")
    head = tenant.person("Head", "slt", [tenant.schools[0]])
    poll = Poll(house, head.client, "/v1/channel-applications")
    assert plot.application in poll()[0]
    plot.row("exclusion", subject_id=plot.application, person_id=head.id, reason="named",
             excluded_by=plot.boss)
    house.sql("UPDATE channel_application SET version = 9 WHERE id = %s", plot.application)
    assert poll() == ([], [])


def test_who_sees_more_begins_anew(house, tenant):
    a, b = tenant.schools
    head = tenant.person("Head", "slt", [a])
    other = add(house, tenant, "Other", b)
    poll = Poll(house, head.client)
    poll()
    assert other not in poll.copy
    head.appoint("staff", [b])
    refused(head.client.get(f"{PEOPLE}?changed_since={poll.since}"), 400, "bad-query",
            ["changed_since"])
    poll.since = "0"
    poll()
    assert other in poll.copy


def test_a_cursor_is_its_owners_and_its_lists(house, tenant):
    client = tenant.slt.client
    since = client.get(f"{PEOPLE}?changed_since=0").json["changed_since"]
    another = tenant.person("Ano Ther", "slt").client
    for who, path in ((another, PEOPLE), (client, "/v1/channels")):
        refused(who.get(f"{path}?changed_since={since}"), 400, "bad-query", ["changed_since"])
    parts = json.loads(base64.urlsafe_b64decode(since + "=="))
    ahead = base64.urlsafe_b64encode(json.dumps([parts[0], "9" * 15, parts[2]]).encode()).decode()
    for bad in (ahead.rstrip("="), "1", "x" * 600, since[:-4], "W10"):
        refused(client.get(f"{PEOPLE}?changed_since={bad}"), 400, "bad-query", ["changed_since"])
    refused(client.get(f"{PEOPLE}?changed_since=0&cursor=W10"), 400, "bad-query", ["cursor"])


def test_goes_with_no_filter_and_no_table(house, tenant):
    client = tenant.slt.client
    for more in ("person_type=employee", "sort=name", "q=sal"):
        refused(client.get(f"{PEOPLE}?changed_since=0&{more}"), 400, "bad-query",
                [more.split("=")[0]])
    for accept in ("text/csv", "application/x-ndjson"):
        refused(client.get(f"{PEOPLE}?changed_since=0", headers={"Accept": accept}), 406,
                "not-acceptable")
    refused(client.get("/v1/schools?changed_since=0"), 400, "bad-query", ["changed_since"])
    rows = client.get(f"{PEOPLE}?changed_since=0&fields=name", expect=200).json["data"]
    assert rows == [{"name": "Sal Slt"}]


def test_invitation_accepted_is_a_change(house, tenant):
    """Also what raises no version: can_sign_in."""
    id = add(house, tenant, "Inv Ited")
    poll = Poll(house, tenant.slt.client)
    poll()
    house.sql("UPDATE person SET identity_id = NULL WHERE id = %s", id)
    assert poll()[0] == [id]
