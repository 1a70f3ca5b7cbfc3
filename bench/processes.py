"""What runs while we measure: PostgreSQL, services, peers; how to ask them, and what they use."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
FOLDER = Path(os.environ["BENCH_FOLDER"])
SOURCE = Path(os.environ["BENCH_SOURCE"])
BIN = os.environ["BENCH_POSTGRESQL_BIN"]
SOCKET = os.environ["BENCH_SOCKET"]
POSTGRESQL = int(os.environ["BENCH_POSTGRESQL_PID"])
LOG = FOLDER / "postgresql.log"


def say(text):
    print(text, flush=True)


def stat(pid):
    """(parent, CPU seconds of its own, CPU seconds of children that ended) of a process."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return (int(fields[1]), (int(fields[11]) + int(fields[12])) / TICK,
            (int(fields[13]) + int(fields[14])) / TICK)


def cpu(pid):
    """CPU seconds of a process and of all its children, those that ended included."""
    own = stat(pid)
    total = own[1] + own[2] if own else 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (child := stat(entry.name)) and child[0] == pid:
            total += child[1]
    return total


def memory(pid):
    """Resident MiB of a process."""
    text = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024


def http(method, url, token=None, body=None):
    request = urllib.request.Request(url, method=method,
                                     data=json.dumps(body).encode() if body is not None else None)
    request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", "Bearer " + token)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer), answer.headers


def port_free():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """A program that answers on a port of this machine; it ends with us."""

    def __init__(self, name, command, environment, port, folder="/"):
        self.name, self.url = name, f"http://127.0.0.1:{port}"
        self.log = FOLDER / f"{name}.log"
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", *command], stdout=log, stderr=log, cwd=folder,
                env=os.environ | environment)
        self.pid = self.process.pid

    def await_answer(self, path, seconds=120):
        """Seconds until it answers at all."""
        start = time.monotonic()
        while time.monotonic() - start < seconds and self.process.poll() is None:
            try:
                urllib.request.urlopen(self.url + path, timeout=seconds).close()
                return time.monotonic() - start
            except urllib.error.HTTPError as answer:
                if answer.code < 500:
                    return time.monotonic() - start
            except OSError:
                pass
            time.sleep(0.005)
        raise SystemExit(f"{self.name} does not start: {self.log.read_text()[-500:]}")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


class Database:
    """One database of the private PostgreSQL, seeded by bench/run."""

    def __init__(self, name):
        self.name = name
        self.password = re.search(r"password (\S+)", (FOLDER / f"{name}.demo").read_text())[1]

    def sql(self, text):
        done = subprocess.run(
            [f"{BIN}/psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", SOCKET, "-U", "postgres",
             "-d", self.name], input=text, text=True, capture_output=True)
        if done.returncode:
            raise SystemExit(f"SQL failed: {done.stderr}\n{text}")
        return done.stdout.strip()

    def counts(self):
        """How much there is, for the words above a table."""
        return {table: int(self.sql(f"SELECT count(*) FROM {table}"))
                for table in ("tenant", "school", "person", "channel", "channel_application",
                              "audit_event")}


class Service(Server):
    """Chaperone on one database. `under`: a program that runs it, such as valgrind."""

    def __init__(self, name, database, under=(), program="chaperone", **settings):
        self.database, port = database, port_free()
        super().__init__(
            name, [*under, str(FOLDER / program), "serve"],
            {"CHAPERONE_DATABASE": f"host='{SOCKET}' port=5432 dbname={database.name}",
             "CHAPERONE_PORT": str(port),
             "CHAPERONE_ISSUER": f"http://127.0.0.1:{port}"} | settings, port)
        self.ready = self.await_answer("/readyz")

    def sign_in(self, email):
        answer, _ = http("POST", self.url + "/v1/auth/sign-in",
                         body={"email": email, "password": self.database.password})
        return answer["access_token"]


PEERS = {"fastify": ["node", "server.js"], "go": ["./server"]}


class Peer(Server):
    """The same answers by another program, with these statements and this context."""

    def __init__(self, name, service, statements, options):
        path, port = FOLDER / "statements.json", port_free()
        path.write_text(json.dumps(statements))
        super().__init__(name, PEERS[name], {
            "PEER_STATEMENTS": str(path), "PEER_SOCKET": SOCKET, "PEER_OPTIONS": options,
            "PEER_ISSUER": service.url, "PEER_PORT": str(port), "NODE_ENV": "production"},
            port, FOLDER / "peers" / name)
        self.await_answer("/")


@contextlib.contextmanager
def running(*servers):
    """Stops them at the end, the last one first."""
    try:
        yield servers
    finally:
        for server in reversed(servers):
            server.stop()
