"""Uploads pass through a real clamd, and wait for one that is away."""
import os
import subprocess

import pytest

from refusal import refused, unchanged
from scanner import EICAR, scanner, speaker
from server import free_port
from upload import FILE_MAX, PART, UPLOADS, complete, gone, png, send, uploaded


@pytest.fixture(scope="module")
def staff(tenant):
    return tenant.person("Stef Staff", "staff", tenant.schools[:1])


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


def test_the_largest_file_is_scanned(house, staff, clamd):
    with through(house, staff, clamd.path) as server:
        client = server.client(lambda: house.token(staff.login))
        assert uploaded(client, png(FILE_MAX))["scan"] == "clean"


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
