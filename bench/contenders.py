"""What is measured: the service, pgbench and the peer, each as one call that gives a sample."""

import json
import os
import re
import subprocess
import urllib.request
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
CONNECTIONS = 32
PGBENCH_CLIENTS = 8


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
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer), answer.headers


class Bench:
    """The running processes and how to talk to them."""

    def __init__(self, environment):
        self.folder = Path(environment["BENCH_FOLDER"])
        self.source = Path(environment["BENCH_SOURCE"])
        self.bin = environment["BENCH_POSTGRESQL_BIN"]
        self.socket = environment["BENCH_SOCKET"]
        self.service_url = environment["BENCH_SERVICE_URL"]
        self.peer_url = environment["BENCH_PEER_URL"]
        self.password = environment["BENCH_PASSWORD"]
        self.pids = {"service": int(environment["BENCH_SERVICE_PID"]),
                     "postgresql": int(environment["BENCH_POSTGRESQL_PID"])}
        self.log = self.folder / "postgresql.log"
        self.peer = None

    def sql(self, text):
        done = subprocess.run(
            [f"{self.bin}/psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", self.socket, "-U",
             "postgres", "-d", "chaperone"], input=text, text=True, capture_output=True)
        if done.returncode:
            raise SystemExit(f"SQL failed: {done.stderr}\n{text}")
        return done.stdout.strip()

    def sign_in(self, email):
        answer, _ = http("POST", self.service_url + "/v1/auth/sign-in",
                         body={"email": email, "password": self.password})
        return answer["access_token"]

    def peer_start(self, statements, options):
        path = self.folder / "statements.json"
        path.write_text(json.dumps(statements))
        environment = os.environ | {
            "PEER_STATEMENTS": str(path), "PEER_SOCKET": self.socket, "PEER_OPTIONS": options,
            "PEER_ISSUER": self.service_url, "PEER_PORT": self.peer_url.rpartition(":")[2],
            "NODE_ENV": "production"}
        self.peer = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", "node", "server.js"],
            cwd=self.folder / "peer", env=environment)
        self.pids["peer"] = self.peer.pid

    def peer_stop(self):
        if self.peer:
            self.peer.terminate()
            self.peer.wait()

    def watched(self, command, environment=None):
        """Runs a load; its output and the CPU seconds that each process took meanwhile."""
        before = {name: cpu(pid) for name, pid in self.pids.items()}
        done = subprocess.run(command, text=True, capture_output=True,
                              env=os.environ | (environment or {}))
        used = {name: cpu(pid) - before[name] for name, pid in self.pids.items()}
        if done.returncode:
            raise SystemExit(f"{command[0]} failed: {done.stderr[-2000:]}{done.stdout[-500:]}")
        return done, used

    def wrk(self, url, seconds, arguments, connections=CONNECTIONS):
        done, used = self.watched(
            ["wrk", "-t2", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s",
             str(self.source / "wrk.lua"), url, "--", *map(str, arguments)])
        result = json.loads(done.stdout.strip().splitlines()[-1])
        return {"rate": result["requests"] / result["seconds"], "p50": result["p50"],
                "p99": result["p99"], "errors": result["socket"] + result["status"],
                "requests": result["requests"],
                "cpu": {k: v / max(result["requests"], 1) * 1e6 for k, v in used.items()}}

    def pgbench(self, script, variables, seconds, user, options):
        given = [f"-D{name}={value}" for name, value in variables.items()]
        done, used = self.watched(
            [f"{self.bin}/pgbench", "-n", "-c", str(PGBENCH_CLIENTS), "-j", "2", "-M", "prepared",
             "-T", str(seconds), "-f", str(script), "-h", self.socket, "-U", user, *given,
             "chaperone"], {"PGOPTIONS": options})
        count = int(re.search(r"transactions actually processed: (\d+)", done.stdout)[1])
        rate = float(re.search(r"tps = ([\d.]+)", done.stdout)[1])
        failed = int(re.search(r"failed transactions: (\d+)", done.stdout)[1])
        return {"rate": rate, "requests": count, "errors": failed, "p50": None, "p99": None,
                "cpu": {k: v / max(count, 1) * 1e6 for k, v in used.items()}}
