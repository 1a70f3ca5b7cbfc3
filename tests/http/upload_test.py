"""Files in parts (DESIGN "Uploads"): announced, sent, resumed, completed, or refused and thrown away."""
import hashlib
import json
import os
import subprocess
import threading
import uuid

import pytest

from refusal import refused, unchanged
from scanner import EICAR, scanner, speaker
from server import free_port

UPLOADS = "/v1/uploads"
BYTES = {"Content-Type": "application/octet-stream"}
PART = 2**20
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89"


def png(size=200):
    """Another picture each time, as far as its beginning says."""
    return PNG + os.urandom(size - len(PNG))


def announce(data, **other):
    return {"kind": "evidence", "size": len(data), "sha256": hashlib.sha256(data).hexdigest(),
            "media_type": "image/png", **other}


def begin(client, data, expect=201, **other):
    return client.post(UPLOADS, announce(data, **other), expect=expect).json


def put(client, id, number, data, **options):
    return client.put(f"{UPLOADS}/{id}/parts/{number}", body=data, headers=BYTES, **options)


def send(client, data, **other):
    """All parts, not completed."""
    made = begin(client, data, **other)
    for n in range(made["part_count"]):
        made = put(client, made["id"], n + 1, data[n * PART:(n + 1) * PART], expect=200).json
    return made


def complete(client, id, expect=None):
    return client.post(f"{UPLOADS}/{id}/complete", {}, expect=expect)


def uploaded(client, data, **other):
    return complete(client, send(client, data, **other)["id"], expect=200).json


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
    ({"size": 26214401}, 413, "file-too-large", None),
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


def test_media_types_as_clients_write_them(client):
    for media, kept in (("Image/PNG", "image/png"), ("text/plain; charset=utf-8", "text/plain"),
                        ("audio/x-m4a", "audio/mp4"), ("image/jpg", "image/jpeg")):
        assert begin(client, png(), media_type=media)["declared_type"] == kept


def mp4(brand):
    return b"\0\0\0\x18ftyp" + brand + b"\0\0\x02\0" + brand + b"mp41" + b"\0\0\0\x08moov" + b"\0" * 64


TAKEN = {
    "image/png": PNG + b"\0" * 40,
    "image/jpeg": b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0" + b"\0" * 40,
    "image/gif": b"GIF89a\x01\0\x01\0\0\0\0" + b"\0" * 40,
    "image/webp": b"RIFF\x40\0\0\0WEBPVP8 " + b"\0" * 56,
    "application/pdf": b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n",
    "text/plain": "They wrote: “you are out”, and more.\n".encode(),
    "video/mp4": mp4(b"isom"),
    "video/quicktime": mp4(b"qt  "),
    "video/webm": b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08"
                  b"\x42\x82\x84webm\x42\x87\x81\x04" + b"\0" * 40,
    "audio/mpeg": b"ID3\x03\0\0\0\0\0\x0a" + b"\0" * 10 + b"\xff\xfb\x90\x64" + b"\0" * 413,
    "audio/mp4": mp4(b"M4A "),
    "audio/ogg": b"OggS\0\x02" + b"\0" * 20 + b"\x01\x1e\x01vorbis" + b"\0" * 30,
}


@pytest.mark.parametrize("media", TAKEN)
def test_kinds_that_are_taken(client, media):
    data = TAKEN[media] + (b"" if media == "text/plain" else os.urandom(4))
    assert uploaded(client, data, media_type=media)["media_type"] == media


REFUSED = {
    "HTML": b"<!DOCTYPE html>\n<html><head><title>x</title></head><body><script>alert(1)</script></body></html>",
    "HTML in disguise": b"\n\n  <html><body onload=alert(1)>Hello</body></html>",
    "SVG": b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "SVG without a head": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>',
    "XML": b'<?xml version="1.0"?>\n<a><b>c</b></a>',
    "ZIP": b"PK\x03\x04\x14\0\0\0\x08\0" + b"\0" * 60,
    "gzip": b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + b"\0" * 60,
    "7z": b"7z\xbc\xaf\x27\x1c\0\x04" + b"\0" * 60,
    "RAR": b"Rar!\x1a\x07\x01\0" + b"\0" * 60,
    "tar": b"a" + b"\0" * 99 + b"0000644\0" + b"0" * 149 + b"ustar\00000" + b"\0" * 250,
    "a program of Linux": b"\x7fELF\x02\x01\x01" + b"\0" * 60,
    "a program of Windows": b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0\xb8" + b"\0" * 43 + b"\x40\0\0\0PE\0\0" + b"\0" * 60,
    "a script": b"#!/bin/sh\nrm -rf /\n",
    "a document with macros": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
    "noise": bytes(range(1, 256)) * 3,
    "zeroes": b"\0" * 100,
}


@pytest.mark.parametrize("what", REFUSED)
def test_kinds_that_are_refused_whatever_they_are_called(house, client, what):
    id = send(client, REFUSED[what], media_type="text/plain")["id"]
    refused(complete(client, id), 415, "file-refused")
    gone(house, client, id)


def gone(house, client, id):
    """Thrown away: its bytes are no more, and the reason is told."""
    there = client.get(f"{UPLOADS}/{id}", expect=200).json
    assert there["state"] == "discarded" and there["discarded_because"] and there["parts"] == []
    assert house.sql("SELECT count(*) AS n FROM upload_part WHERE upload_id = %s", id)[0]["n"] == 0
    refused(complete(client, id), 409, "wrong-state")
    refused(put(client, id, 1, b"x" * min(there["size"], PART)), 409, "wrong-state")


def test_another_digest(house, client):
    data = png(PART + 1)
    id = send(client, data, sha256=hashlib.sha256(b"other").hexdigest())["id"]
    refused(complete(client, id), 422, "invalid", ["/sha256"])
    gone(house, client, id)


def test_the_digest_covers_every_part(house, client):
    """Each part is there and has its length, but one byte of the last is another."""
    data = png(2 * PART + 7)
    id = begin(client, data)["id"]
    for number, part in ((1, data[:PART]), (2, data[PART:2 * PART]), (3, data[2 * PART:-1] + bytes([data[-1] ^ 1]))):
        put(client, id, number, part, expect=200)
    refused(complete(client, id), 422, "invalid", ["/sha256"])
    gone(house, client, id)


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


def test_what_waits_has_a_limit(house, tenant):
    person = tenant.person("Many Files", "staff", tenant.schools[:1])
    for _ in range(10):
        begin(person.client, png(), size=26214400)
    with unchanged(house):
        refused(person.client.post(UPLOADS, announce(png())), 409, "wrong-state")
    house.sql("UPDATE upload SET expires_at = now() WHERE begun_by = %s", person.id)
    begin(person.client, png())


def test_bytes_are_in_no_log_and_no_trail(house, client):
    mark = f"canary{uuid.uuid4().hex}"
    uploaded(client, f"They wrote {mark}.\n".encode(), media_type="text/plain")
    assert mark not in house.server.log()
    assert not house.sql("SELECT FROM audit_event e WHERE e::text LIKE %s", f"%{mark}%")


def lean(house):
    """A server whose sanitizer gives back what is freed, so that its memory tells something."""
    return house.another(ASAN_OPTIONS=house.server.environment()["ASAN_OPTIONS"] + ":quarantine_size_mb=1"
                         ":thread_local_quarantine_size_kb=64")


def peak(server):
    """Kilobytes that the process had at most since the last reset."""
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))


def peak_reset(server):
    with open(f"/proc/{server.process.pid}/clear_refs", "w", encoding="ascii") as file:
        file.write("5")


def test_a_large_file_takes_no_more_memory_than_a_small_one(house, staff):
    with lean(house) as server:
        client = server.client(lambda: house.token(staff.login))
        uploaded(client, png(3 * PART))
        peak_reset(server)
        before = peak(server)
        uploaded(client, png(25 * PART))
        assert peak(server) - before < 8_000


# The scanner

@pytest.fixture(scope="module")
def clamd(house):
    with scanner(os.path.join(house.folder, "clamd"), free_port()) as running:
        yield running


def through(house, staff, place, **settings):
    """A server that scans at this place, and a client of it."""
    return house.another(CHAPERONE_CLAMD=place, **settings)


@pytest.mark.parametrize("kind", ["path", "address"])
def test_malware_is_found(house, staff, clamd, kind):
    with through(house, staff, getattr(clamd, kind)) as server:
        client = server.client(lambda: house.token(staff.login))
        assert uploaded(client, png(2 * PART + 3))["scan"] == "clean"
        id = send(client, EICAR, media_type="text/plain")["id"]
        body = refused(complete(client, id), 422, "file-infected")
        assert "Eicar-Test-Signature" in body["detail"]
        gone(house, client, id)


def test_25_megabytes_are_scanned(house, staff, clamd):
    with through(house, staff, clamd.path) as server:
        client = server.client(lambda: house.token(staff.login))
        assert uploaded(client, png(26214400))["scan"] == "clean"


def away(house, staff, place, **settings):
    """503, nothing lost: with the scanner back it goes on."""
    data = png(PART + 3)
    id = send(staff.client, data)["id"]
    with through(house, staff, place, **settings) as server, unchanged(house):
        client = server.client(lambda: house.token(staff.login))
        answer = complete(client, id, expect=503)
        assert refused(answer, 503, "unavailable") and answer.headers["retry-after"] == "30"
    there = staff.client.get(f"{UPLOADS}/{id}", expect=200).json
    assert there["state"] == "open" and there["parts"] == [1, 2]
    return id


def test_a_scanner_that_is_away(house, staff, clamd):
    for place in (f"127.0.0.1:{free_port()}", "/nowhere/clamd.socket"):
        id = away(house, staff, place)
    with through(house, staff, clamd.path) as server:
        client = server.client(lambda: house.token(staff.login))
        assert complete(client, id, expect=200).json["scan"] == "clean"


@pytest.mark.parametrize("answer", [b"stream: Broken ERROR\0", b"stream: OK", b"", b"OK\0", None],
                         ids=["an error", "half an answer", "hanging up", "other words", "silence"])
def test_a_scanner_that_says_nothing_clear(house, staff, answer):
    """What clamd does not do on demand: a stand-in that takes the stream and answers like this."""
    with speaker(answer) as port:
        away(house, staff, f"127.0.0.1:{port}", CHAPERONE_CLAMD_WAIT_S="1")


@pytest.mark.parametrize("place", ["clamd", "relative/socket", "host:", ":3310", "host:port", "/" + "x" * 200],
                         ids=["word", "relative", "no port", "no host", "no number", "too long"])
def test_a_scanner_at_no_place(house, place):
    done = subprocess.run([house.binary, "serve"], cwd="/", text=True, capture_output=True, timeout=60,
                          env={**house.server.environment(), "CHAPERONE_CLAMD": place}, check=False)
    assert done.returncode != 0 and "CHAPERONE_CLAMD" in done.stderr
