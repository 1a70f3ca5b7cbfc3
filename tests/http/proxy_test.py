"""Behind HAProxy, with the configuration that docs/operators.md gives: TLS, two instances, whose address counts."""
import datetime
import http.client
import json
import re
import signal
import socket
import ssl
import subprocess
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (Encoding, NoEncryption, PrivateFormat)

from cluster import ROOT
from server import free_port

PASSWORD = "thimble-orchard-gravel-81"


def certificate():
    """Key and certificate in one PEM, as HAProxy wants it."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name(
        [x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.utcnow()
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(7).not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False)
            .sign(key, SHA256()))
    return (made.public_bytes(Encoding.PEM) + key.private_bytes(
        Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())).decode()


class Proxy:
    def __init__(self, house, servers):
        self.port, self.plain = free_port(), free_port()
        self.pem = house.secret_file("proxy.pem", certificate())
        text = re.search(r"```haproxy\n(.*?)```", (ROOT / "docs/operators.md").read_text(), re.S).group(1)
        for old, new in ((":443 ", f"127.0.0.1:{self.port} "), (":80\n", f"127.0.0.1:{self.plain}\n"),
                         ("/etc/haproxy/chaperone.pem", self.pem),
                         ("127.0.0.1:8081", f"127.0.0.1:{servers[0].port}"),
                         ("127.0.0.1:8082", f"127.0.0.1:{servers[1].port}")):
            assert text.count(old) == 1, f"{old} stands once in the documented configuration"
            text = text.replace(old, new)
        path = house.secret_file("haproxy.cfg", text)
        self.process = subprocess.Popen(
            ["/usr/sbin/haproxy", "-db", "-f", path], user=house.cluster.user, group=house.cluster.user,
            cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.context = ssl.create_default_context(cafile=self.pem)
        self.await_status(200)

    def ask(self, method, path, body=None, source="127.0.0.1", **headers):
        connection = http.client.HTTPSConnection("localhost", self.port, context=self.context, timeout=30,
                                                 source_address=(source, 0))
        connection._create_connection = lambda _, timeout, address: socket.create_connection(
            ("127.0.0.1", self.port), timeout, address)
        try:
            if body is not None:
                headers["Content-Type"] = "application/json"
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            answer.text = answer.read().decode()
            return answer
        finally:
            connection.close()

    def await_status(self, status):
        end = time.monotonic() + 30
        while True:
            try:
                if self.ask("GET", "/readyz").status == status:
                    return
            except OSError:
                pass
            assert self.process.poll() is None and time.monotonic() < end
            time.sleep(0.1)

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)


@pytest.fixture(scope="module")
def place(house):
    """Two instances over a database without the demo, which is not served behind a proxy."""
    name = house.database + "_proxied"
    house.cluster.make_database(name)
    settings = {"CHAPERONE_DATABASE": house.cluster.dsn(name), "CHAPERONE_TRUSTED_PROXY": "127.0.0.1",
                "CHAPERONE_PUBLIC_RATE": "4", "CHAPERONE_ISSUER": "https://localhost"}
    servers = [house.make_server(**settings) for _ in range(2)]
    servers[0].run("migrate")
    for server in servers:
        server.start()
    proxy = Proxy(house, servers)
    yield proxy, servers
    proxy.close()
    for server in servers:
        server.close()


def test_a_first_sign_in_over_tls(place):
    proxy, servers = place
    told = servers[0].run("tenant", "create", "school", "Proxied School", "--slt", "Nia First", "--email",
                          "nia@proxied.example").stdout
    token = re.search(r"invitation_token\s+(\S+)", told).group(1)
    answer = proxy.ask("POST", "/v1/auth/accept-invitation", json.dumps(
        {"invitation_token": token, "password": PASSWORD}), source="127.0.0.9")
    assert answer.status == 200, answer.text
    assert answer.headers["strict-transport-security"]
    token = json.loads(answer.text)["access_token"]
    me = proxy.ask("GET", "/v1/me", Authorization=f"Bearer {token}")
    assert me.status == 200 and json.loads(me.text)["name"] == "Nia First"


def test_plain_http_is_sent_to_tls(place):
    connection = http.client.HTTPConnection("127.0.0.1", place[0].plain, timeout=10)
    connection.request("GET", "/v1/me", headers={"Host": "social.example"})
    answer = connection.getresponse()
    assert (answer.status, answer.headers["location"]) == (308, "https://social.example/v1/me")
    connection.close()


def tries(proxy, source, count, **headers):
    body = json.dumps({"email": "nobody@proxied.example", "password": "wrong"})
    return [proxy.ask("POST", "/v1/auth/sign-in", body, source, **headers).status for _ in range(count)]


def test_the_rate_is_counted_by_the_clients_address(place):
    """What a client writes into X-Forwarded-For changes nothing; another client is not held up."""
    proxy, _ = place
    assert 429 in tries(proxy, "127.0.0.2", 10)
    assert tries(proxy, "127.0.0.3", 2) == [401, 401]
    forged = [tries(proxy, "127.0.0.2", 1, **{"X-Forwarded-For": f"192.0.2.{n}"})[0] for n in range(4)]
    assert forged == [429] * 4


def test_what_stays_inside(place):
    proxy, _ = place
    assert proxy.ask("GET", "/metrics").status == 403
    assert proxy.ask("POST", "/v1/auth/sign-in", "", "127.0.0.4",
                     **{"Content-Length": "1048577"}).status == 413


def test_one_instance_may_go(place):
    """A stop in order: nobody hears of it."""
    proxy, servers = place
    servers[1].stop()
    try:
        assert {proxy.ask("GET", "/healthz").status for _ in range(20)} == {200}
    finally:
        servers[1].start()
