"""Framing that two readers could read in two ways: refused, and the connection closed."""
import json
import socket

import pytest

from refusal import refused, unchanged

BODY = json.dumps({"name": "Smuggled In", "person_type": "employee"})


@pytest.fixture(scope="module")
def token(house):
    return house.token(house.fresh_tenant().person("Sal Slt", "slt").login)


def message(token, *headers, first="POST /v1/people HTTP/1.1", body=BODY, host="localhost"):
    lines = [first, *([f"Host: {host}"] if host is not None else []),
             f"Authorization: Bearer {token}", "Content-Type: application/json", *headers]
    return "\r\n".join(lines) + "\r\n\r\n" + body


LENGTH = f"Content-Length: {len(BODY)}"
CHUNKED = f"{len(BODY):x}\r\n{BODY}\r\n0\r\n\r\n"
SMUGGLED = "0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"

REFUSED = {
    "TE and CL": lambda t: message(t, LENGTH, "Transfer-Encoding: chunked", body=CHUNKED),
    "CL and TE with a second request": lambda t: message(
        t, f"Content-Length: {len(SMUGGLED)}", "Transfer-Encoding: chunked", body=SMUGGLED),
    "two CL that differ": lambda t: message(t, LENGTH, f"Content-Length: {len(BODY) + 5}"),
    "two CL alike": lambda t: message(t, LENGTH, LENGTH),
    "two TE": lambda t: message(t, "Transfer-Encoding: chunked", "Transfer-Encoding: chunked",
                                body=CHUNKED),
    "no Host": lambda t: message(t, LENGTH, host=None),
    "an empty Host": lambda t: message(t, LENGTH, host=""),
    "a Host with a space": lambda t: message(t, LENGTH, host="local host"),
    "two Hosts": lambda t: message(t, LENGTH, "Host: localhost"),
    "two Hosts that differ": lambda t: message(t, LENGTH, "Host: evil.example"),
    "two Authorization headers": lambda t: message(t, LENGTH, f"Authorization: Bearer {t}"),
    "two Authorization headers that differ": lambda t: message(
        t, LENGTH, "authorization: Basic YTpi"),
    "two Content-Types": lambda t: message(t, LENGTH, "Content-Type: text/plain"),
    "two Idempotency-Keys": lambda t: message(t, LENGTH, "Idempotency-Key: 1",
                                              "Idempotency-Key: 2"),
    "a control character in a header": lambda t: message(t, LENGTH, "X-Thing: a\x01b"),
    "no name of a header": lambda t: message(t, LENGTH, "X Thing: a"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_ambiguous_framing(house, token, case):
    with unchanged(house):
        answer, closed = house.server.raw(REFUSED[case](token))
        refused(answer, 400, "bad-request")
        assert closed


@pytest.mark.parametrize("header", ["Transfer-Encoding: gzip, chunked",
                                    "Transfer-Encoding: identity", "Transfer-Encoding: x"])
def test_a_body_that_only_the_end_of_the_connection_would_end(house, token, header):
    """The library waits for that end; then there is no answer but a refusal."""
    for length in ([], [LENGTH]):
        with unchanged(house), \
                socket.create_connection(("127.0.0.1", house.server.port), timeout=10) as sock:
            sock.sendall(message(token, header, *length, body=CHUNKED).encode())
            sock.shutdown(socket.SHUT_WR)
            said = b"".join(iter(lambda: sock.recv(65536), b""))
            assert not said or said.startswith(b"HTTP/1.1 400 "), said


# What the HTTP library answers by itself, without our words: status and close are what counts.
LIBRARY = {
    "a length that is no number": (400, lambda t: message(t, "Content-Length: ten")),
    "a negative length": (400, lambda t: message(t, "Content-Length: -1")),
    "a length with a sign": (400, lambda t: message(t, f"Content-Length: +{len(BODY)}")),
    "a length beyond all bounds": (413, lambda t: message(t, "Content-Length: 9" + "9" * 30)),
    "a list of lengths": (400, lambda t: message(t, f"Content-Length: {len(BODY)}, {len(BODY)}")),
    "a chunk that is no number": (400, lambda t: message(
        t, "Transfer-Encoding: chunked", body=f"zz\r\n{BODY}\r\n0\r\n\r\n")),
    "a chunk too long for any number": (413, lambda t: message(
        t, "Transfer-Encoding: chunked", body="f" * 40 + "\r\n" + BODY)),
    "HTTP/2.0": (505, lambda t: message(t, LENGTH, first="POST /v1/people HTTP/2.0")),
    "HTTP/3.7": (505, lambda t: message(t, LENGTH, first="POST /v1/people HTTP/3.7")),
    "headers without end": (431, lambda t: message(t, "X-Long: " + "x" * 30000)),
    "headers just beyond the buffer": (431, lambda t: message(t, "X-Long: " + "x" * 15500)),
    "a header without a colon": (400, lambda t: message(t, LENGTH, "Colon")),
    "an address just beyond the buffer": (414, lambda t: message(
        t, LENGTH, first=f"POST /v1/people?x={'x' * 16400} HTTP/1.1")),
    "an address without end": (414, lambda t: message(
        t, LENGTH, first=f"POST /v1/people?x={'x' * 30000} HTTP/1.1")),
}


@pytest.mark.parametrize("case", LIBRARY)
def test_what_the_library_refuses(house, token, case):
    status, make = LIBRARY[case]
    with unchanged(house):
        answer, closed = house.server.raw(make(token))
    # what it has not read when it closes may take its answer away on the way
    assert answer.status == status if answer else status in (414, 431), answer
    assert closed


GROWING = {  # what grows, from its first size to where the library itself refuses
    "cookie": (6000, 7900, 50, lambda n: [f"Cookie: {'x' * n}"]),
    "header": (12000, 15900, 100, lambda n: [f"X-Long: {'x' * n}"]),
    "headers": (105, 165, 2, lambda n: [f"X-{k:05}: {'x' * 30}" for k in range(n)]),
    "cookies": (60, 160, 4, lambda n: ["Cookie: " + "; ".join(f"c{k:03}={'x' * 20}" for k in range(n))]),
}


@pytest.mark.parametrize("kind", GROWING)
def test_what_is_not_answered_was_not_done(house, token, kind):
    """Where headers leave no room for an answer, the library closes the connection without a word."""
    least, most, step, headers = GROWING[kind]
    seen = []
    for n in range(least, most, step):
        name = f"Growing {kind} {n}"
        body = json.dumps({"name": name, "person_type": "employee"})
        answer, closed = house.server.raw(message(
            token, f"Content-Length: {len(body)}", "Connection: close", *headers(n), body=body))
        done = len(house.sql("SELECT id FROM person WHERE name = %s", name))
        seen.append(answer.status if answer else None)
        assert done == (seen[-1] == 201), (n, seen[-1], done)
        assert closed
    assert seen[0] == 201 and set(seen) <= {201, 400, None, 431} and 400 in seen, seen


def test_long_addresses_have_an_answer(house, token):
    for first, status in (("GET /v1/" + "x" * 12000, 404), ("GET /v1/" + "x" * 14500, 400),
                          ("GET /v1/people?" + "&".join(f"p{n}=" for n in range(150)), 400)):
        answer, _ = house.server.raw(message(token, "Connection: close", first=f"{first} HTTP/1.1", body=""))
        assert answer.status == status and answer.media == "application/problem+json"


@pytest.mark.parametrize("text", [
    "", "\r\n\r\n", "GET\r\n\r\n", "GET /\r\n\r\n", "hello\r\n\r\n", "\x16\x03\x01\x02\x00\x01",
    "GET /healthz HTTP/1.1 extra\r\nHost: x\r\n\r\n"])
def test_what_is_no_http(house, text):
    with socket.create_connection(("127.0.0.1", house.server.port), timeout=10) as sock:
        sock.sendall(text.encode("latin-1"))
        sock.shutdown(socket.SHUT_WR)
        said = sock.recv(65536)
    assert not said or b" 200 " not in said.split(b"\r\n")[0]
    house.http.get("/healthz", expect=200)


def test_bytes_that_are_no_utf8(house, token):
    for target in (b"/v1/people/\xff\xfe", b"/v1/people?email=\xff", b"/v1/people?\xc0\xaf=1"):
        answer, _ = house.server.raw(
            b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
            + token.encode() + b"\r\nConnection: close\r\n\r\n")
        assert answer.status == 400 and answer.media == "application/problem+json"


def test_absolute_and_odd_targets(house, token):
    for target in ("http://localhost/v1/people", "*", "v1/people", "http://evil.example/healthz"):
        answer, _ = house.server.raw(message(token, "Connection: close",
                                              first=f"GET {target} HTTP/1.1", body=""))
        assert answer.status in (400, 404), (target, answer)
        assert answer.media == "application/problem+json"


def test_good_framing_still_works(house, token):
    one = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    answer, closed = house.server.raw(one)
    assert answer.status == 200 and not closed
    with socket.create_connection(("127.0.0.1", house.server.port), timeout=10) as sock:
        sock.sendall((one + one.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")).encode())
        said = b"".join(iter(lambda: sock.recv(65536), b""))
    assert said.count(b"HTTP/1.1 200 ") == 2
    answer, _ = house.server.raw(message(token, "Transfer-Encoding: chunked",
                                         "Connection: close", body=CHUNKED))
    assert answer.status == 201
    for byte_wise in (False, True):
        with socket.create_connection(("127.0.0.1", house.server.port), timeout=10) as sock:
            text = message(token, LENGTH, "Connection: close").encode()
            for at in range(0, len(text), 7 if byte_wise else len(text)):
                sock.sendall(text[at:at + (7 if byte_wise else len(text))])
            assert b" 201 " in sock.recv(65536).split(b"\r\n")[0]


def test_a_smuggled_request_is_never_answered(house, token):
    """One answer comes, and then the connection ends: nobody gets the second one."""
    with socket.create_connection(("127.0.0.1", house.server.port), timeout=10) as sock:
        sock.sendall(REFUSED["CL and TE with a second request"](token).encode())
        said = b"".join(iter(lambda: sock.recv(65536), b""))
    assert said.count(b"HTTP/1.1 ") == 1 and said.startswith(b"HTTP/1.1 400")


def test_a_request_of_too_many_parameters_leaves_nothing_behind(house):
    """libmicrohttpd drops it without telling when it is over: a stop must not wait for it, nor
    leave its memory (which the end under the leak checker would report)."""
    with house.another() as server:
        target = "/v1/people?" + "&".join(f"p{n}=" for n in range(2800))
        for _ in range(3):
            server.raw(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
