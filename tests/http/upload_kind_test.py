"""What an upload turns out to be: its kind by its bytes, and its digest."""
import hashlib
import json
import os

import pytest

from refusal import refused
from upload import PART, PNG, begin, complete, gone, png, put, send, uploaded


@pytest.fixture(scope="module")
def staff(tenant):
    return tenant.person("Stef Staff", "staff", tenant.schools[:1])


@pytest.fixture(scope="module")
def client(staff):
    return staff.client


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


def test_every_kind_that_is_taken_is_tried(house):
    assert set(json.loads(house.server.run("describe").stdout)["files"]) == set(TAKEN), "TAKEN has a file of each"


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
