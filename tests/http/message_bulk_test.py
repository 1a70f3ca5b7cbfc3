"""Many messages at once: all of them or none, or the good ones, as JSON and as CSV (A8, A19)."""
import csv
import io
import json
import uuid

import pytest

from idempotency_test import together
from message_test import FRIDAY, MESSAGES, Office
from refusal import refused

BULK = f"{MESSAGES}/bulk"
CSV = {"Content-Type": "text/csv"}


@pytest.fixture(scope="module")
def office(house):
    return Office(house)


def send(office, rows, query="", by=None, expect=200, **more):
    return (by or office.slt).client.post(BULK + query, {"messages": rows}, expect=expect, **more)


def statuses(answer):
    return [row["status"] for row in answer["data"]]


def stored(office):
    return office.house.sql("SELECT count(*) AS n FROM message WHERE tenant_id = %s", office.tenant.id)[0]["n"]


def file_of(rows):
    out = io.StringIO()
    writer = csv.DictWriter(out, list(dict.fromkeys(name for row in rows for name in row)))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def test_each_row_is_as_if_alone(office):
    phone = {key: value for key, value in office.said(school_id=office.a, source="phone").items() if key != "channel_id"}
    rows = [office.said(external_ref=uuid.uuid4().hex), office.said(kind="tag", author_kind="parent"),
            {**phone, "received_at": "2026-10-23T18:00:00Z"},
            office.said(triage=["subject_access", "media"], assignee_id=office.staff.id, about_name="Sal Lead")]
    answer = send(office, rows).json
    assert {key: answer[key] for key in ("created", "protected", "already", "refused")} == {
        "created": 4, "protected": 0, "already": 0, "refused": 0}
    assert [(row["row"], row["line"], row["errors"]) for row in answer["data"]] == [(i, None, []) for i in range(4)]
    for row, told in zip(rows, answer["data"]):
        made = office.slt.client.get(f"{MESSAGES}/{told['id']}", expect=200).json
        alone = office.log(**{**row, "external_ref": uuid.uuid4().hex})

        def shown(message):
            return {**{key: message[key] for key in ("school_id", "kind", "source", "received_at", "text", "state", "triage",
                                                     "author_kind", "assignee_name", "next_due_at", "recorded_name", "version",
                                                     "about_name", "safeguarding", "overdue")},
                    "clocks": [(c["kind"], c["due_at"], c["because"], c["started_at"]) for c in message["clocks"]]}
        assert shown(made) == shown(alone)
        history = office.slt.client.get(f"{MESSAGES}/{told['id']}/history", expect=200).json["data"]
        assert [(h["action"], h["actor_name"]) for h in history] == [("log", "Sal Lead")]


def test_one_bad_row_refuses_all(office):
    before = stored(office)
    refused(send(office, [office.said(), office.said(kind="shout", text=" "), "what?", office.said(channel_id=str(uuid.uuid4())),
                          office.said(channel_id=None, school_id=office.a), office.said(kin="query")], expect=422),
            422, "invalid", ["/messages/1/kind", "/messages/1/text", "/messages/2", "/messages/3/channel_id",
                             "/messages/4/channel_id", "/messages/5/kin"])
    assert stored(office) == before


def test_the_good_ones_are_kept_where_asked(office):
    answer = send(office, [office.said(), office.said(kind="shout"), None, office.said(assignee_id=str(uuid.uuid4()))],
                  "?partial=true").json
    assert statuses(answer) == ["created", "refused", "refused", "refused"]
    assert [[e["pointer"] for e in row["errors"]] for row in answer["data"]] == [[], ["/kind"], [""], ["/assignee_id"]]
    assert [row["id"] is None for row in answer["data"]] == [False, True, True, True]
    office.slt.client.get(f"{MESSAGES}/{answer['data'][0]['id']}", expect=200)
    nothing = send(office, [office.said(kind="shout")], "?partial=true").json
    assert statuses(nothing) == ["refused"]


@pytest.mark.parametrize("rows", [[], [{}] * 501, {}, None, "x"])
def test_how_many(office, rows):
    refused(send(office, rows, expect=422), 422, "invalid", ["/messages"])
    refused(office.slt.client.post(f"{BULK}?partial=perhaps", {"messages": [office.said()]}), 400, "bad-query")


def test_the_same_export_again_changes_nothing(office):
    rows = [office.said(external_ref=uuid.uuid4().hex) for _ in range(3)]
    first = send(office, rows[:2]).json
    before = stored(office)
    again = send(office, [*rows, {**rows[2], "text": "Twice in one file."}]).json
    assert statuses(again) == ["already", "already", "created", "already"]
    assert [row["id"] for row in again["data"]] == [
        first["data"][0]["id"], first["data"][1]["id"], again["data"][2]["id"], again["data"][2]["id"]]
    assert stored(office) == before + 1


def test_what_is_out_of_sight_is_there_and_no_more(office):
    """Like the single call: that there is one is said, its id is not."""
    ref = uuid.uuid4().hex
    row = office.said(external_ref=ref, triage=["safeguarding"])
    answer = send(office, [row, office.said()], by=office.runner).json
    assert statuses(answer) == ["protected", "created"]
    id = answer["data"][0]["id"]
    for person in office.runner, office.slt:
        person.client.get(f"{MESSAGES}/{id}", expect=404)
    again = send(office, [{**row, "triage": []}], by=office.slt).json["data"]
    assert [(r["status"], r["id"]) for r in again] == [("already", None)]
    office.slt.client.post(MESSAGES, {**row, "triage": []}, expect=409)
    dsl = office.tenant.person("Dot Lead", "staff", [office.a], ["dsl"])
    seen = dsl.client.get(f"{MESSAGES}/{id}", expect=200).json
    assert seen["safeguarding"] and [c["kind"] for c in seen["clocks"]] == ["response"]
    assert [h["action"] for h in dsl.client.get(f"{MESSAGES}/{id}/history").json["data"]] == ["log", "protect"]
    assert [(r["status"], r["id"]) for r in send(office, [row], by=dsl).json["data"]] == [("already", id)]


def test_nobody_logs_where_they_may_not(office):
    refused(send(office, [office.said(), office.said(channel_id=None, school_id=office.a, source="phone")], by=office.runner,
                 expect=422), 422, "invalid", ["/messages/1/school_id"])
    refused(send(office, [office.said()], by=office.staff, expect=422), 422, "invalid", ["/messages/0/channel_id"])
    send(office, [office.said()], by=office.dpo, expect=403)


def test_a_file(office):
    rows = [{"text": "One, \"two\"\nthree", "kind": "query", "source": "own_channel", "channel_id": office.channel,
             "received_at": FRIDAY, "triage": "media; subject_access", "author_name": ""},
            {"text": "=1+1", "kind": "tag", "source": "own_channel", "channel_id": office.channel, "received_at": FRIDAY,
             "triage": "", "author_name": "P. Arent"}]
    answer = office.slt.client.post(BULK, body=b"\xef\xbb\xbf" + file_of(rows), headers=CSV, expect=200).json
    assert [(row["row"], row["line"], row["status"]) for row in answer["data"]] == [(0, 2, "created"), (1, 4, "created")]
    one, two = (office.slt.client.get(f"{MESSAGES}/{row['id']}", expect=200).json for row in answer["data"])
    assert (one["text"], one["triage"], one["author_name"]) == (rows[0]["text"], ["media", "subject_access"], None)
    assert (two["text"], two["triage"], two["author_name"]) == ("=1+1", None, "P. Arent")


def test_faults_of_a_file_have_lines(office):
    good = {"text": "x", "kind": "tag", "source": "own_channel", "channel_id": office.channel, "received_at": FRIDAY}
    body = file_of([good, {**good, "kind": "shout", "text": "a\nb"}, good])
    body += b"too,few\r\nbad \xff,tag,own_channel,%s,%s\r\n" % (office.channel.encode(), FRIDAY.encode())
    before = stored(office)
    refused(office.slt.client.post(BULK, body=body, headers=CSV), 422, "invalid", ["/line 3/kind", "/line 6", "/line 7"])
    assert stored(office) == before
    answer = office.slt.client.post(f"{BULK}?partial=true", body=body, headers=CSV, expect=200).json
    assert statuses(answer) == ["created", "refused", "created", "refused", "refused"]
    assert answer["data"][3]["errors"] == [{"pointer": "", "detail": "has fewer cells than the header has columns"}]
    assert answer["data"][4]["errors"] == [{"pointer": "", "detail": "is not UTF-8"}]


@pytest.mark.parametrize("body,status,pointers", [
    (b"kind,text\n\"open", 422, ["/line 2"]), (b"kind,text\n", 422, ["/messages"]), (b"text\na\x00b\n", 422, ["/line 2"])])
def test_what_is_no_file(office, body, status, pointers):
    answer = office.slt.client.post(BULK, body=body, headers=CSV)
    assert answer.status == status
    assert [e["pointer"] for e in answer.json["errors"]][:len(pointers)] == pointers


def test_csv_goes_where_it_is_offered(office):
    refused(office.slt.client.post(MESSAGES, body=b"kind\ntag\n", headers=CSV), 415, "unsupported-media-type")
    refused(office.slt.client.post(BULK, body=b"kind\ntag\n", headers={"Content-Type": "text/plain"}), 415,
            "unsupported-media-type")


def test_the_same_key_is_done_once(office):
    before, key = stored(office), {"Idempotency-Key": uuid.uuid4().hex}
    rows = [office.said(), office.said()]
    first = send(office, rows, headers=key)
    again = send(office, rows, headers=key)
    assert first.body == again.body and again.headers["idempotency-replayed"] == "true"
    refused(send(office, rows, "?partial=true", headers=key, expect=422), 422, "idempotency-key-reused")
    assert stored(office) == before + 2


def test_two_exports_at_once_keep_each_message_once(office):
    rows = [office.said(external_ref=f"{uuid.uuid4().hex}") for _ in range(40)]
    before, token = stored(office), office.slt.client.token()

    def one(number):
        body = json.dumps({"messages": rows if number % 2 else rows[::-1]}).encode()
        return office.house.server.client(token).post(BULK, body=body, headers={"Content-Type": "application/json"})
    answers = together(4, one)
    assert [a.status for a in answers] == [200] * 4 and stored(office) == before + 40
    made = [s for a in answers for s in statuses(a.json)]
    assert made.count("created") == 40 and set(made) <= {"created", "already"}


def test_no_cell_is_lost(office):
    """Of two columns of one name, or of one whose name is no text, one would not be kept."""
    row = f"When?,query,own_channel,{office.channel},{FRIDAY},"
    for header in (b"text,kind,source,channel_id,received_at,text", b"text,kind,source,channel_id,received_at,about\xff",
                   b"text,kind,source,channel_id,received_at," + b",".join(b"c%d" % n for n in range(300))):
        for query in "", "?partial=true":
            refused(office.slt.client.post(f"{BULK}{query}", body=header + b"\n" + row.encode() + b"Who?\n",
                                           headers={"Content-Type": "text/csv"}), 422, "invalid", ["/line 1"])
    nameless = b"text,kind,source,channel_id,received_at,,\n" + row.encode() + b",\n"
    assert office.slt.client.post(BULK, body=nameless, headers={"Content-Type": "text/csv"}, expect=200).json["created"] == 1


def test_no_more_is_read_than_is_taken(office):
    """Half a million faulty rows are told in one line."""
    for body in b"text,kind\n" + b"x\n" * 500000, b"text\n" + b"x\n" * 500000:
        refused(office.slt.client.post(BULK, body=body, headers={"Content-Type": "text/csv"}), 422, "invalid", ["/messages"])
