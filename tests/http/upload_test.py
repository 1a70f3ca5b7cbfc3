"""Files in parts (DESIGN "Uploads"): announced, sent, resumed, completed, and nobody else's."""
import json
import threading
import uuid

import pytest

from cluster import ROOT
from contract_shape import SCHEMAS
from refusal import refused, unchanged
from upload import (BYTES, FILE_MAX, PART, UPLOADS, announce, begin, complete, lean, peak, peak_reset, png, put,
                    send, uploaded)


@pytest.fixture(scope="module")
def staff(tenant):
    return tenant.person("Stef Staff", "staff", tenant.schools[:1])


@pytest.fixture(scope="module")
def client(staff):
    return staff.client


def test_from_file_to_upload(client):
    data = png(2 * PART + 5)
    made = begin(client, data)
    assert made["state"] == "open" and made["part_size"] == PART and made["part_count"] == 3
    assert made["parts"] == [] and made["scan"] is None and made["media_type"] is None
    for number in (2, 1, 3):
        answer = put(client, made["id"], number, data[(number - 1) * PART:number * PART], expect=200)
    assert answer.json["parts"] == [1, 2, 3]
    done = complete(client, made["id"], expect=200).json
    assert done["state"] == "complete" and done["media_type"] == "image/png"
    assert done["scan"] == "not_scanned" and done["parts"] == [1, 2, 3]
    assert complete(client, made["id"], expect=200).json == done


def test_what_broke_off_goes_on(client):
    data = png(3 * PART)
    id = begin(client, data)["id"]
    put(client, id, 1, data[:PART], expect=200)
    refused(complete(client, id), 409, "wrong-state")
    there = client.get(f"{UPLOADS}/{id}", expect=200).json
    for number in set(range(1, there["part_count"] + 1)) - set(there["parts"]):
        put(client, id, number, data[(number - 1) * PART:number * PART], expect=200)
    complete(client, id, expect=200)


def test_a_part_twice(house, client):
    data = png(PART + 9)
    id = begin(client, data)["id"]
    first = put(client, id, 2, data[PART:], expect=200)
    with unchanged(house):
        assert put(client, id, 2, data[PART:], expect=200).json == first.json
        refused(put(client, id, 2, b"x" * 9), 409, "wrong-state")


def test_a_part_of_another_length(house, client):
    data = png(PART + 9)
    id = begin(client, data)["id"]
    with unchanged(house):
        refused(put(client, id, 1, data[:-10]), 422, "invalid")
        refused(put(client, id, 2, data[PART:] + b"x"), 422, "invalid")
        refused(put(client, id, 2, b""), 422, "invalid")
        refused(put(client, id, 1, data[:PART] + b"x"), 413, "body-too-large")
        client.close()
        for number in ("3", "0", "01", "-1", "x", "9" * 6, "9" * 30):
            refused(put(client, id, number, data[PART:]), 404, "not-found")


@pytest.mark.parametrize("media", [None, "application/json", "image/png", "application/octet-streams"])
def test_a_part_of_another_kind(house, client, media):
    data = png()
    id = begin(client, data)["id"]
    with unchanged(house):
        answer = client.put(f"{UPLOADS}/{id}/parts/1", body=data,
                            headers={"Content-Type": media} if media else {})
        refused(answer, 415, "unsupported-media-type")


def test_bytes_are_no_json_and_json_no_bytes(house, client):
    with unchanged(house):
        refused(client.post(UPLOADS, body=json.dumps(announce(png())).encode(), headers=BYTES), 415,
                "unsupported-media-type")


@pytest.mark.parametrize("change, status, slug, pointers", [
    ({"size": FILE_MAX + 1}, 413, "file-too-large", None),
    ({"size": 0}, 422, "invalid", ["/size"]),
    ({"size": -5}, 422, "invalid", ["/size"]),
    ({"sha256": "0" * 63}, 422, "invalid", ["/sha256"]),
    ({"sha256": "A" * 64}, 422, "invalid", ["/sha256"]),
    ({"kind": "import"}, 422, "invalid", ["/kind"]),
    ({"media_type": "text/html"}, 415, "file-refused", None),
    ({"media_type": "image/svg+xml"}, 415, "file-refused", None),
    ({"media_type": "application/zip"}, 415, "file-refused", None),
    ({"media_type": "image/pngx"}, 415, "file-refused", None),
    ({"media_type": ""}, 422, "invalid", ["/media_type"])])
def test_what_is_refused_at_once(house, client, change, status, slug, pointers):
    with unchanged(house):
        refused(client.post(UPLOADS, announce(png(), **change)), status, slug, pointers)


def test_how_long_a_file_may_be_is_said_alike(house):
    check = house.sql("SELECT pg_get_constraintdef(oid) AS text FROM pg_constraint WHERE conname = 'upload_size_check'")
    assert f"<= {FILE_MAX})" in check[0]["text"]
    assert SCHEMAS["Upload"]["properties"]["size"]["maximum"] == FILE_MAX
    assert f"A file has {FILE_MAX:,} bytes at most" in (ROOT / "docs/evidence.md").read_text()


def test_media_types_as_clients_write_them(client):
    for media, kept in (("Image/PNG", "image/png"), ("text/plain; charset=utf-8", "text/plain"),
                        ("audio/x-m4a", "audio/mp4"), ("image/jpg", "image/jpeg")):
        assert begin(client, png(), media_type=media)["declared_type"] == kept


def test_completed_by_several_at_once(house, staff):
    data = png(3 * PART)
    id = send(staff.client, data)["id"]
    answers = []

    def run():
        answers.append(complete(house.server.client(lambda: house.token(staff.login)), id))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [a.status for a in answers] == [200] * 4 and len({a.text for a in answers}) == 1
    assert answers[0].json["version"] == 2
    audit = house.sql("SELECT operation FROM audit_event WHERE row_id = %s ORDER BY id", id)
    assert [row["operation"] for row in audit] == ["insert", "update"]


def test_a_part_sent_twice_at_once(house, staff):
    """One is kept, whichever it is; the other is told."""
    data = png(PART)
    for _ in range(5):
        id = begin(staff.client, data)["id"]
        answers, start = [], threading.Barrier(2)

        def run(body):
            client = house.server.client(lambda: house.token(staff.login))
            start.wait()
            answers.append(put(client, id, 1, body).status)

        threads = [threading.Thread(target=run, args=(body,)) for body in (data, data[::-1])]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [200, 409]


def test_nobody_elses(house, tenant, client):
    data = png()
    id = send(client, data)["id"]
    others = [tenant.person("Slt Tenant", "slt"), tenant.person("Hal Head", "slt", tenant.schools[:1], ["head"]),
              house.fresh_tenant().person("Else Where", "slt")]
    for other in others:
        with unchanged(house):
            refused(other.client.get(f"{UPLOADS}/{id}"), 404, "not-found")
            refused(put(other.client, id, 1, data), 404, "not-found")
            refused(complete(other.client, id), 404, "not-found")
    complete(client, id, expect=200)


def test_who_may_not_upload(house, tenant):
    for role, duties in (("governor", []), ("governor", ["clerk"]), ("governor", ["auditor"])):
        person = tenant.person(f"No {role}{len(duties)}{''.join(duties)}", role, tenant.schools[:1], duties)
        with unchanged(house):
            refused(person.client.post(UPLOADS, announce(png())), 403, "forbidden")
    refused(house.http.post(UPLOADS, announce(png())), 401, "unauthenticated")
    refused(put(house.http, uuid.uuid4(), 1, b"x"), 401, "unauthenticated")


def test_what_nobody_uses_expires(house, client):
    kept, old = send(client, png())["id"], send(client, png())["id"]
    house.sql("UPDATE upload SET expires_at = now() - interval '1 minute' WHERE id = %s", old)
    for answer in (client.get(f"{UPLOADS}/{old}"), complete(client, old), put(client, old, 1, b"x")):
        refused(answer, 404, "not-found")
    house.sql("UPDATE upload SET expires_at = now() - interval '2 hours' WHERE id = %s", old)
    house.sql("SELECT sweep()")
    assert not house.sql("SELECT FROM upload WHERE id = %s", old)
    assert not house.sql("SELECT FROM upload_part WHERE upload_id = %s", old)
    complete(client, kept, expect=200)


def test_parts_are_no_larger_than_a_body_may_be(house, staff):
    """Where the operator allows less: an upload keeps the size it began with, at whichever server."""
    data = png(9000)
    with house.another(CHAPERONE_MAX_BODY="4096") as server:
        client = server.client(lambda: house.token(staff.login))
        made = begin(client, data)
        assert made["part_size"] == 4096 and made["part_count"] == 3
        for number in range(3):
            put(client, made["id"], number + 1, data[number * 4096:(number + 1) * 4096], expect=200)
        assert complete(client, made["id"], expect=200).json["part_size"] == 4096
        id = begin(staff.client, data)["id"]
        refused(put(client, id, 1, data), 413, "body-too-large")


def test_what_waits_has_a_limit(house, tenant):
    person = tenant.person("Many Files", "staff", tenant.schools[:1])
    for _ in range(10):
        begin(person.client, png(), size=FILE_MAX)
    with unchanged(house):
        refused(person.client.post(UPLOADS, announce(png())), 409, "wrong-state")
    house.sql("UPDATE upload SET expires_at = now() WHERE begun_by = %s", person.id)
    begin(person.client, png())


def test_bytes_are_in_no_log_and_no_trail(house, client):
    mark = f"canary{uuid.uuid4().hex}"
    uploaded(client, f"They wrote {mark}.\n".encode(), media_type="text/plain")
    assert mark not in house.server.log()
    assert not house.sql("SELECT FROM audit_event e WHERE e::text LIKE %s", f"%{mark}%")


def test_a_large_file_takes_no_more_memory_than_a_small_one(house, staff):
    with lean(house) as server:
        client = server.client(lambda: house.token(staff.login))
        uploaded(client, png(3 * PART))
        peak_reset(server)
        before = peak(server)
        uploaded(client, png(FILE_MAX))
        assert peak(server) - before < 8_000
