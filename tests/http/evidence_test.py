"""Evidence (A14): kept as it came, seen as its message, every look written down; and images that nobody keeps."""
import base64
import hashlib
import threading
import uuid

import psycopg2.errors
import pytest

from days import day
from refusal import refused, unchanged
from row_security_test import acting, outcome
from second_wall import silent
from upload import FILE_MAX, PART, announce, begin, lean, peak, peak_reset, png, send, uploaded

EVIDENCE, MESSAGES = "/v1/evidence", "/v1/messages"
IMAGERY = {"triage": ["self_generated_imagery"]}
PAGE = "https://social.example/posts/1"


class Desk:
    def __init__(self, house):
        self.house, self.tenant = house, house.fresh_tenant()
        self.a, self.b = self.tenant.schools
        person = self.tenant.person
        self.slt, self.head = person("Sal Slt", "slt", [self.a]), person("Hal Head", "slt", [self.a], ["head"])
        self.dsl = person("Dot Lead", "staff", [self.a], ["dsl"])
        self.staff, self.other = person("Stef Staff", "staff", [self.a]), person("Otto Other", "staff", [self.a])
        self.elsewhere = person("Eve Elsewhere", "slt", [self.b])
        self.trust = person("Tara Trust", "slt")
        self.governor = person("Guy Governor", "governor", [self.a])
        self.stranger = house.fresh_tenant().person("Stray Stranger", "slt")

    def message(self, **other):
        return self.slt.client.post(MESSAGES, {
            "school_id": self.a, "kind": "comment", "source": "third_party_page", "received_at": f"{day(-1)}T10:00:00Z",
            "text": "Something was said.", **other}, expect=201).json["id"]

    def triage(self, message, **asked):
        client = self.dsl.client
        return client.post(f"{MESSAGES}/{message}/triage", asked or IMAGERY)

    def add(self, message, by=None, expect=201, **body):
        return (by or self.slt).client.post(EVIDENCE, {"message_id": message, **body}, expect=expect).json

    def words(self, message, **more):
        return self.add(message, **{"kind": "text", "text": "They wrote: out.", **more})

    def file(self, message, data=None, by=None, **more):
        upload = uploaded((by or self.slt).client, png() if data is None else data)
        return self.add(message, by, kind="file", upload_id=upload["id"], **more)

    def custody(self, id, by=None):
        rows = (by or self.slt).client.get(f"{EVIDENCE}/{id}/custody", expect=200).json["data"]
        return [(row["action"], row["actor_name"]) for row in rows]


@pytest.fixture(scope="module")
def desk(house):
    return Desk(house)


def test_words_with_all_that_is_known(desk):
    message = desk.message()
    told = {"source_url": PAGE, "captured_at": f"{day(-1)}T09:00:00Z", "platform": "x", "author_handle": "@someone",
            "author_identity": "pseudonymous", "moment": "before", "text": "They wrote: “out”."}
    made = desk.words(message, **told)
    assert {name: made[name] for name in told} == told
    assert made["sha256"] == hashlib.sha256(told["text"].encode()).hexdigest()
    assert made["school_id"] == desk.a and made["recorded_name"] == "Sal Slt" and made["media_type"] is None
    assert desk.words(message)["author_identity"] == "unknown"
    listed = desk.slt.client.get(f"{EVIDENCE}?message_id={message}", expect=200).json["data"]
    assert [row["text"] for row in listed] == [told["text"], "They wrote: out."]


def test_a_file_comes_back_as_it_was(desk):
    data = png(2 * PART + 77)
    made = desk.file(desk.message(), data, source_url=PAGE)
    assert made["media_type"] == "image/png" and made["size"] == len(data) and made["scan"] == "not_scanned"
    assert made["sha256"] == hashlib.sha256(data).hexdigest() and made["advice"] is None
    answer = desk.slt.client.get(f"{EVIDENCE}/{made['id']}/file", expect=200)
    assert answer.body == data
    digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
    for name, value in {"content-type": "image/png", "content-length": str(len(data)),
                        "repr-digest": f"sha-256=:{digest}:", "x-content-type-options": "nosniff",
                        "content-disposition": f'attachment; filename="evidence-{made["id"]}.png"',
                        "cache-control": "no-store"}.items():
        assert answer.headers[name] == value, name
    assert "transfer-encoding" not in answer.headers


@pytest.mark.parametrize("size", [100, 262144, 262145, PART, PART + 1, FILE_MAX])
def test_every_length(desk, size):
    data = png(size)
    made = desk.file(desk.message(), data)
    assert desk.slt.client.get(f"{EVIDENCE}/{made['id']}/file", expect=200).body == data


def test_a_large_file_goes_out_in_constant_memory(house, desk):
    id = desk.file(desk.message(), png(FILE_MAX))["id"]
    small = desk.file(desk.message(), png(PART))["id"]
    with lean(house) as server:
        client = server.client(lambda: house.token(desk.slt.login))
        client.get(f"{EVIDENCE}/{small}/file", expect=200)
        peak_reset(server)
        before = peak(server)
        assert len(client.get(f"{EVIDENCE}/{id}/file", expect=200).body) == FILE_MAX
        assert peak(server) - before < 8_000


def test_every_look_is_written_down(desk):
    message = desk.message()
    id = desk.file(message)["id"]
    path = f"{EVIDENCE}/{id}"
    seen = desk.slt.client.get(path, expect=200)
    assert desk.head.client.get(path, headers={"If-None-Match": seen.etag}, expect=304)
    desk.head.client.head(path, expect=200)
    desk.head.client.get(f"{path}/file", expect=200)
    desk.trust.client.head(f"{path}/file", expect=200)
    desk.head.client.get(f"{EVIDENCE}?message_id={message}", expect=200)
    desk.head.client.get(f"{EVIDENCE}?message_id={message}", headers={"Accept": "text/csv"}, expect=200)
    assert desk.custody(id) == [
        ("added", "Sal Slt"), ("viewed", "Sal Slt"), ("viewed", "Hal Head"), ("viewed", "Hal Head"),
        ("downloaded", "Hal Head"), ("downloaded", "Tara Trust"), ("listed", "Hal Head"), ("listed", "Hal Head")]
    rows = desk.slt.client.get(f"{path}/custody", expect=200).json["data"]
    assert rows[1]["request"] == seen.request_id and rows[1]["actor_id"] == desk.slt.id


def test_a_page_is_written_down_and_not_more(desk):
    message = desk.message()
    ids = [desk.words(message)["id"] for _ in range(3)]
    page = desk.head.client.get(f"{EVIDENCE}?message_id={message}&limit=2", expect=200).json
    assert [row["id"] for row in page["data"]] == ids[:2] and page["next_cursor"]
    assert [len(desk.custody(id)) for id in ids] == [2, 2, 1]


def test_it_is_written_down_before_the_first_byte(house, desk):
    """Whoever hangs up after the headers has still been given it."""
    id = desk.file(desk.message(), png(10 * PART))["id"]
    token = house.token(desk.head.login)
    import socket
    with socket.create_connection(("127.0.0.1", house.server.port)) as sock:
        sock.sendall(f"GET {EVIDENCE}/{id}/file HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        assert sock.recv(12) == b"HTTP/1.1 200"
        assert desk.custody(id)[-1] == ("downloaded", "Hal Head")


def test_who_is_not_to_see_it_leaves_no_trace_and_sees_none(house, desk, second_wall):
    message = desk.message()
    id = desk.file(message, text=f"Mark {message}")["id"]
    for person in (desk.staff, desk.elsewhere, desk.stranger, desk.governor):
        for client in (person.client, second_wall.as_(person.login)):
            if person is desk.governor and client is person.client:
                refused(client.get(f"{EVIDENCE}/{id}"), 403, "forbidden")
                continue
            for below in ("", "/file", "/custody"):
                silent(client.get(f"{EVIDENCE}/{id}{below}", expect=404), [message])
            for target in (f"{EVIDENCE}?message_id={message}", f"{EVIDENCE}?limit=200"):
                assert id not in client.get(target, expect=200).text
    assert desk.custody(id) == [("added", "Sal Slt")]


def test_adding_where_one_has_no_reach(house, desk, second_wall):
    message = desk.message()
    upload = uploaded(desk.staff.client, png())["id"]
    body = {"message_id": message, "kind": "text", "text": "Planted"}
    for person in (desk.staff, desk.elsewhere, desk.stranger):
        for client in (person.client, second_wall.as_(person.login)):
            with unchanged(house):
                refused(client.post(EVIDENCE, body), 422, "invalid", ["/message_id"])
                refused(client.post(EVIDENCE, {**body, "kind": "file", "upload_id": upload}), 422, "invalid",
                        ["/message_id"])
    refused(desk.governor.client.post(EVIDENCE, body), 403, "forbidden")
    with unchanged(house):
        refused(desk.slt.client.post(EVIDENCE, {**body, "message_id": str(uuid.uuid4())}), 422, "invalid",
                ["/message_id"])


def test_staff_add_to_what_they_recorded(house, desk):
    house.sql("INSERT INTO channel (tenant_id, id, school_id, state, platform, handle, source) VALUES"
              " (%s, %s, %s, 'active', 'x', %s, 'hand')", desk.tenant.id, channel := str(uuid.uuid4()), desk.a,
              uuid.uuid4().hex[:12])
    house.sql("INSERT INTO channel_grant (tenant_id, id, channel_id, school_id, access, person_id, holder_text,"
              " holder_kind, from_on, granted_by) VALUES (%s, %s, %s, %s, 'poster', %s, 'Stef Staff', 'person', %s, %s)",
              desk.tenant.id, str(uuid.uuid4()), channel, desk.a, desk.staff.id, day(-9), desk.slt.id)
    message = desk.message(channel_id=channel, source="own_channel")
    made = desk.file(message, by=desk.staff)
    assert desk.staff.client.get(f"{EVIDENCE}/{made['id']}", expect=200)
    desk.other.client.get(f"{EVIDENCE}/{made['id']}", expect=404)


@pytest.mark.parametrize("body, pointers", [
    ({"kind": "text"}, ["/text"]), ({"kind": "file"}, ["/upload_id"]), ({}, ["/kind"]),
    ({"kind": "text", "text": "x", "upload_id": str(uuid.uuid4())}, ["/upload_id"]),
    ({"kind": "file", "upload_id": str(uuid.uuid4())}, ["/upload_id"]),
    ({"kind": "text", "text": "x", "reappearance_of": str(uuid.uuid4())}, ["/reappearance_of"]),
    ({"kind": "text", "text": "x", "platform": "nowhere"}, ["/platform"]),
    ({"kind": "text", "text": "x", "captured_at": f"{day(2)}T00:00:00Z"}, ["/captured_at"]),
    ({"kind": "film", "author_identity": "known", "moment": "now", "source_url": "javascript:x"},
     ["/kind", "/author_identity", "/moment", "/source_url"])])
def test_bad_input(house, desk, body, pointers):
    message = desk.message()
    with unchanged(house):
        refused(desk.slt.client.post(EVIDENCE, {"message_id": message, **body}), 422, "invalid", pointers)


def test_a_file_is_its_uploaders_and_used_once(house, desk):
    message = desk.message()
    theirs = uploaded(desk.head.client, png())["id"]
    unfinished = send(desk.slt.client, png())["id"]
    old = uploaded(desk.slt.client, png())["id"]
    house.sql("UPDATE upload SET expires_at = now() WHERE id = %s", old)
    with unchanged(house):
        for upload in (theirs, unfinished, old):
            refused(desk.slt.client.post(EVIDENCE, {"message_id": message, "kind": "file", "upload_id": upload}), 422,
                    "invalid", ["/upload_id"])
    body = {"message_id": message, "kind": "file", "upload_id": uploaded(desk.slt.client, png())["id"]}
    desk.slt.client.post(EVIDENCE, body, expect=201)
    with unchanged(house):
        refused(desk.slt.client.post(EVIDENCE, body), 422, "invalid", ["/upload_id"])


def test_what_became_evidence_does_not_wait_any_more(house, desk):
    """Only what nothing uses counts against what one person may have waiting."""
    person = desk.tenant.person("Busy Slt", "slt", [desk.a])
    message = desk.message()
    made = desk.file(message, by=person)
    upload = house.sql("SELECT upload_id::text AS id FROM evidence WHERE id = %s", made["id"])[0]["id"]
    assert person.client.get(f"/v1/uploads/{upload}", expect=200).json["state"] == "used"
    assert person.client.post(f"/v1/uploads/{upload}/complete", {}, expect=200).json["state"] == "used"
    house.sql("UPDATE upload SET size = %s WHERE id = %s", FILE_MAX, upload)
    for _ in range(10):
        begin(person.client, png(), size=FILE_MAX)
    refused(person.client.post("/v1/uploads", announce(png())), 409, "wrong-state")


def test_what_became_evidence_is_not_swept(house, desk):
    data = png(PART + 1)
    made = desk.file(desk.message(), data)
    house.sql("UPDATE upload SET expires_at = now() - interval '9 days' WHERE begun_by = %s", desk.slt.id)
    house.sql("SELECT sweep()")
    assert desk.slt.client.get(f"{EVIDENCE}/{made['id']}/file", expect=200).body == data


def test_it_turns_up_again(desk):
    """E2, and E4: what stood there before a removal, and after."""
    first = desk.words(desk.message(), moment="before")
    again = desk.words(desk.message(), reappearance_of=first["id"], moment="after")
    assert again["reappearance_of"] == first["id"]
    found = desk.slt.client.get(f"{EVIDENCE}?reappearance_of={first['id']}", expect=200).json["data"]
    assert [row["id"] for row in found] == [again["id"]]
    found = desk.slt.client.get(f"{EVIDENCE}?message_id={again['message_id']}&moment=before", expect=200).json["data"]
    assert found == []


def test_what_is_hidden_is_captured_first(house, desk):
    """B9: afterwards there is nothing left to capture."""
    message = desk.message()
    path, body = f"{MESSAGES}/{message}/close", {"outcome": "hidden"}
    desk.words(message, moment="after")
    with unchanged(house):
        blocked = refused(desk.slt.client.post(path, body), 409, "blocked")
    assert [(b["action"], b["code"]) for b in blocked["blockers"]] == [("close", "not_captured")]
    desk.words(message)
    assert desk.slt.client.post(path, body, expect=200).json["outcome"] == "hidden"
    desk.slt.client.post(f"{MESSAGES}/{desk.message()}/close", {"outcome": "no_reply_needed"}, expect=200)


def test_nothing_changes_it(house, desk, second_wall):
    made = desk.file(desk.message())
    path = f"{EVIDENCE}/{made['id']}"
    for client in (desk.slt.client, second_wall.as_(desk.slt.login)):
        for method in ("PATCH", "PUT", "DELETE"):
            refused(client.request(method, path, json={}), 405, "method-not-allowed")
    token = house.token(desk.slt.login)
    assert token
    session = house.sql("SELECT id, version FROM session WHERE person_id = %s ORDER BY created_at DESC LIMIT 1",
                        desk.slt.id)[0]
    with acting(house, session=session) as cursor:
        for statement in ("UPDATE evidence SET text = 'x'", "UPDATE evidence SET locked_at = NULL", "DELETE FROM evidence",
                          "UPDATE evidence_custody SET actor_name = 'x'", "DELETE FROM evidence_custody",
                          "UPDATE upload SET sha256 = repeat('0', 64)", "DELETE FROM upload",
                          "UPDATE upload_part SET content = 'x'", "DELETE FROM upload_part"):
            assert isinstance(outcome(cursor, statement), psycopg2.errors.InsufficientPrivilege), statement


def test_whom_the_message_names_is_blind(house, desk, second_wall):
    message = desk.message()
    id = desk.file(message)["id"]
    desk.head.client.get(f"{EVIDENCE}/{id}", expect=200)
    desk.trust.client.post(f"{MESSAGES}/{message}/exclude", {"person_id": desk.head.id, "reason": "Named in it."},
                           expect=200)
    for client in (desk.head.client, second_wall.as_(desk.head.login)):
        for below in ("", "/file", "/custody"):
            client.get(f"{EVIDENCE}/{id}{below}", expect=404)
        assert id not in client.get(f"{EVIDENCE}?limit=200", expect=200).text
        refused(client.post(EVIDENCE, {"message_id": message, "kind": "text", "text": "x"}), 422, "invalid",
                ["/message_id"])
    desk.slt.client.get(f"{EVIDENCE}/{id}", expect=200)


def test_in_the_compartment(desk, second_wall):
    message = desk.message()
    id = desk.file(message)["id"]
    assert desk.triage(message, triage=["safeguarding"]).status in (200, 202)
    for person in (desk.slt, desk.head, desk.trust, desk.staff, desk.elsewhere):
        for client in (person.client, second_wall.as_(person.login)):
            for below in ("", "/file", "/custody"):
                client.get(f"{EVIDENCE}/{id}{below}", expect=404)
            assert id not in client.get(f"{EVIDENCE}?limit=200", expect=200).text
    desk.dsl.client.get(f"{EVIDENCE}/{id}/file", expect=200)
    assert desk.dsl.client.get(f"{EVIDENCE}/{id}", expect=200).json["locked_at"] is None
    desk.file(message, by=desk.dsl)


# Child intimate imagery (E3, B4)

def advised(answer):
    body = refused(answer, 409, "intimate-imagery")
    for word in ("Never view, copy, print, share, store or save", "designated safeguarding lead", "police"):
        assert word in body["detail"]


MEDIA_URLS = ["https://social.example/a/b.jpg", "https://social.example/a/B.PNG?size=1", "https://x.example/v.mp4#t=1",
              "https://pbs.twimg.com/media/abc", "https://i.example/p?format=webp&w=2",
              "https://scontent.cdninstagram.com/v/t51", "https://i.example/p.jpeg:large"]


def test_no_file_is_taken(house, desk):
    message = desk.message()
    upload = uploaded(desk.dsl.client, png())["id"]
    desk.triage(message)
    with unchanged(house):
        advised(desk.dsl.client.post(EVIDENCE, {"message_id": message, "kind": "file", "upload_id": upload}))
        for url in MEDIA_URLS:
            advised(desk.dsl.client.post(EVIDENCE, {"message_id": message, "kind": "text", "text": "x", "source_url": url}))
    for url in (PAGE, "https://social.example/jpg", "https://social.example/photo.php?id=3"):
        desk.words(message, by=desk.dsl, source_url=url)
    assert desk.words(desk.message(), source_url=MEDIA_URLS[0])["source_url"] == MEDIA_URLS[0]


def test_files_are_locked_at_once(house, desk, second_wall):
    message, other = desk.message(), desk.message()
    data = png(PART + 9)
    file, words, apart = desk.file(message, data)["id"], desk.words(message)["id"], desk.file(other)["id"]
    desk.triage(message)
    for client in (desk.dsl.client, second_wall.as_(desk.dsl.login)):
        answer = client.get(f"{EVIDENCE}/{file}/file")
        advised(answer)
        assert data[100:200] not in answer.body
        client.head(f"{EVIDENCE}/{file}/file", expect=409)
    seen = desk.dsl.client.get(f"{EVIDENCE}/{file}", expect=200).json
    assert seen["locked_at"] and "Never view" in seen["advice"]
    assert seen["sha256"] == hashlib.sha256(data).hexdigest() and seen["version"] == 2
    seen = desk.dsl.client.get(f"{EVIDENCE}/{words}", expect=200).json
    assert seen["locked_at"] is None and seen["advice"] is None
    assert desk.slt.client.get(f"{EVIDENCE}/{apart}/file", expect=200)
    told = desk.custody(file, by=desk.dsl)
    assert told[:3] == [("added", "Sal Slt"), ("locked", "Dot Lead"), ("refused", "Dot Lead")]
    assert house.sql("SELECT sum(length(p.content)) AS n FROM upload_part p JOIN evidence e ON e.upload_id = p.upload_id"
                     " WHERE e.id = %s", file)[0]["n"] == len(data)


def test_it_stays_locked_whatever_the_message_becomes(desk):
    message = desk.message()
    file = desk.file(message)["id"]
    desk.triage(message)
    desk.dsl.client.post(f"{MESSAGES}/{message}/release", {"reason": "It was a drawing of a tree."}, expect=200)
    advised(desk.slt.client.get(f"{EVIDENCE}/{file}/file"))


def test_row_security_gives_no_locked_byte(house, desk):
    message = desk.message()
    desk.file(message)
    rows = "SELECT FROM upload_part p JOIN evidence e ON e.upload_id = p.upload_id WHERE e.message_id = %s"
    house.token(desk.dsl.login)
    session = house.sql("SELECT id, version FROM session WHERE person_id = %s ORDER BY created_at DESC LIMIT 1",
                        desk.dsl.id)[0]
    for count in (1, 0):
        with acting(house, session=session) as cursor:
            assert outcome(cursor, rows, message) == count
        desk.triage(message)


def test_a_lock_stops_a_download_under_way(house, desk):
    """The bytes that are not sent yet stay here: the client sees that it is not all."""
    import http.client
    message = desk.message()
    id = desk.file(message, png(FILE_MAX))["id"]
    token = house.token(desk.slt.login)
    connection = http.client.HTTPConnection("127.0.0.1", house.server.port, timeout=60)
    connection.request("GET", f"{EVIDENCE}/{id}/file", headers={"Authorization": f"Bearer {token}"})
    response = connection.getresponse()
    assert len(response.read(1000)) == 1000
    desk.triage(message)
    with pytest.raises(http.client.IncompleteRead):
        response.read()
    connection.close()


def test_a_file_added_while_its_message_is_triaged(house, desk):
    """Whichever is first: there is a file that is locked, or none."""
    for _ in range(6):
        message, upload, answers = desk.message(), uploaded(desk.dsl.client, png())["id"], {}
        start = threading.Barrier(2)

        def run(what, path, body):
            client = house.server.client(lambda: house.token(desk.dsl.login))
            start.wait()
            answers[what] = client.post(path, body)

        threads = [threading.Thread(target=run, args=args) for args in (
            ("add", EVIDENCE, {"message_id": message, "kind": "file", "upload_id": upload}),
            ("triage", f"{MESSAGES}/{message}/triage", IMAGERY))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers["triage"].status in (200, 202), answers
        if answers["add"].status == 201:
            advised(desk.dsl.client.get(f"{EVIDENCE}/{answers['add'].json['id']}/file"))
        else:
            advised(answers["add"])


def test_custody_comes_in_pages(desk):
    """Whoever polls the list adds an entry each time: a year of that is no single answer."""
    id = desk.words(desk.message())["id"]
    desk.house.sql("INSERT INTO evidence_custody (tenant_id, evidence_id, action, actor_id, actor_name)"
                   " SELECT %s, %s, 'listed', %s, 'Sal Slt' FROM generate_series(1, 260)", desk.tenant.id, id, desk.slt.id)
    path, seen, cursor = f"{EVIDENCE}/{id}/custody?limit=100", [], ""
    while cursor is not None:
        page = desk.slt.client.get(path + (cursor and f"&cursor={cursor}"), expect=200).json
        assert len(page["data"]) <= 100
        seen, cursor = seen + [row["id"] for row in page["data"]], page["next_cursor"]
    assert len(seen) == 261 and seen == sorted(seen)
    newest = desk.slt.client.get(f"{EVIDENCE}/{id}/custody?sort=-id&limit=1", expect=200).json["data"]
    assert [row["id"] for row in newest] == seen[-1:]
    whole = desk.slt.client.get(f"{EVIDENCE}/{id}/custody", headers={"Accept": "application/x-ndjson"}, expect=200)
    assert len(whole.text.splitlines()) == 261
    desk.other.client.get(f"{path}&cursor={page['next_cursor'] or 'x'}", expect=400)
    desk.other.client.get(path, expect=404)
