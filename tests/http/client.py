"""An HTTP client that keeps its connection and holds every answer against the contract."""
import http.client
import json as jsonlib
import select
import socket


class Answer:
    def __init__(self, status, pairs, body):
        self.status = status
        self.pairs = [(name.lower(), value) for name, value in pairs]
        self.headers = dict(self.pairs)
        self.body = body

    @property
    def media(self):
        return self.headers.get("content-type", "").split(";")[0].strip()

    @property
    def json(self):
        return jsonlib.loads(self.body)

    @property
    def text(self):
        return self.body.decode()

    @property
    def request_id(self):
        return self.headers.get("x-request-id")

    @property
    def etag(self):
        return self.headers.get("etag")

    def __repr__(self):
        return f"<{self.status} {self.body[:2000]!r}>"


class Client:
    """Not for several threads at once: take one each. `token` is a text or a function;
    `source` the address to come from, any of 127.0.0.0/8."""

    def __init__(self, server, token=None, source="127.0.0.1"):
        self.server = server
        self.token = token
        self.source = source
        self.connection = None
        self.generation = None

    def request(self, method, target, json=None, body=None, headers=None, expect=None):
        """json: a value to send; body: bytes as they are. An answer above 499 that was not
        expected fails, and so does one that openapi.yaml does not declare."""
        headers = dict(headers or {})
        token = self.token() if callable(self.token) else self.token
        if token and "Authorization" not in headers:
            headers["Authorization"] = f"Bearer {token}"
        if json is not None:
            body = jsonlib.dumps(json).encode()
            headers.setdefault("Content-Type", "application/merge-patch+json"
                               if method == "PATCH" else "application/json")
        answer = self.exchange(method, target, body, headers)
        if answer.status >= 500 and answer.status == expect:
            self.server.expected.add(answer.request_id)
        what = f"{method} {target}: {answer}"
        assert expect is None or answer.status == expect, f"expected {expect}; {what}"
        assert expect is not None or answer.status < 500, what
        self.server.contract.check(method, target, json, answer)
        return answer

    def exchange(self, method, target, body, headers):
        fresh = self.connection is None or self.generation != self.server.generation or self.stale()
        if fresh:
            self.close()
            self.generation = self.server.generation
            self.connection = http.client.HTTPConnection(
                "127.0.0.1", self.server.port, timeout=60, source_address=(self.source, 0))
        try:
            self.connection.request(method, target, body=body, headers=headers)
            response = self.connection.getresponse()
            return Answer(response.status, response.getheaders(), response.read())
        except (http.client.RemoteDisconnected, ConnectionError, BrokenPipeError):
            self.close()
            # An idle connection may have been closed; repeating is safe for reads only.
            if fresh or method not in ("GET", "HEAD"):
                raise
            return self.exchange(method, target, body, headers)

    def stale(self):
        """Has the server closed the kept connection meanwhile (idle_timeout_s)?"""
        sock = self.connection.sock
        if sock is None:
            return True
        waiting = select.poll()  # select() knows no descriptor above 1,023
        waiting.register(sock, select.POLLIN)
        return bool(waiting.poll(0))

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def get(self, target, **options):
        return self.request("GET", target, **options)

    def post(self, target, json=None, **options):
        return self.request("POST", target, json=json, **options)

    def put(self, target, json=None, **options):
        return self.request("PUT", target, json=json, **options)

    def patch(self, target, json=None, **options):
        return self.request("PATCH", target, json=json, **options)

    def delete(self, target, **options):
        return self.request("DELETE", target, **options)

    def head(self, target, **options):
        return self.request("HEAD", target, **options)

    def options(self, target, **options):
        return self.request("OPTIONS", target, **options)


def raw(port, text, timeout=10):
    """Sends bytes as they are and reads until the server closes or falls silent: for what no
    proper client would send. Returns an Answer (of the first response) and whether the
    server closed; None when it closed without a word."""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as sock:
        sock.sendall(text)
        response = http.client.HTTPResponse(sock)
        try:
            response.begin()
        except (http.client.RemoteDisconnected, ConnectionError):
            return None, True
        answer = Answer(response.status, response.getheaders(), response.read())
        sock.settimeout(2)
        try:
            return answer, sock.recv(1) == b""
        except ConnectionError:
            return answer, True
        except socket.timeout:
            return answer, False
