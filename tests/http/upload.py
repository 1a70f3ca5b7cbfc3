"""Sending a file in parts, as a client does, and what a server's memory says of it."""
import hashlib
import os

from refusal import refused

UPLOADS = "/v1/uploads"
BYTES = {"Content-Type": "application/octet-stream"}
PART = 2**20
FILE_MAX = 25 * PART
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


def gone(house, client, id):
    """Thrown away: its bytes are no more, and the reason is told."""
    there = client.get(f"{UPLOADS}/{id}", expect=200).json
    assert there["state"] == "discarded" and there["discarded_because"] and there["parts"] == []
    assert house.sql("SELECT count(*) AS n FROM upload_part WHERE upload_id = %s", id)[0]["n"] == 0
    refused(complete(client, id), 409, "wrong-state")
    refused(put(client, id, 1, b"x" * min(there["size"], PART)), 409, "wrong-state")


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
