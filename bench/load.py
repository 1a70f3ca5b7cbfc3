"""The load: wrk and pgbench, each as one call that gives a sample."""

import json
import os
import re
import subprocess

from processes import BIN, POSTGRESQL, SOCKET, SOURCE, cpu

CONNECTIONS = 32
PGBENCH_CLIENTS = 8


def watched(command, server, environment=None):
    """Runs a load; its output and the CPU seconds of the server and PostgreSQL meanwhile."""
    pids = {"postgresql": POSTGRESQL} | ({"server": server.pid} if server else {})
    before = {name: cpu(pid) for name, pid in pids.items()}
    done = subprocess.run(command, text=True, capture_output=True,
                          env=os.environ | (environment or {}))
    used = {name: cpu(pid) - before[name] for name, pid in pids.items()}
    if done.returncode:
        raise SystemExit(f"{command[0]} failed: {done.stderr[-2000:]}{done.stdout[-500:]}")
    return done, used


def sample(count, rate, used, errors, p50=None, p99=None):
    return {"rate": rate, "requests": count, "errors": errors, "p50": p50, "p99": p99,
            "cpu": {name: seconds / max(count, 1) * 1e6 for name, seconds in used.items()}}


def wrk(server, path, seconds, arguments, connections=CONNECTIONS):
    done, used = watched(
        ["wrk", "-t2", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s",
         str(SOURCE / "wrk.lua"), server.url + path, "--", *map(str, arguments)], server)
    result = json.loads(done.stdout.strip().splitlines()[-1])
    return sample(result["requests"], result["requests"] / result["seconds"], used,
                  result["socket"] + result["status"], result["p50"], result["p99"])


def pgbench(database, script, variables, seconds, user, options):
    given = [f"-D{name}={value}" for name, value in variables.items()]
    done, used = watched(
        [f"{BIN}/pgbench", "-n", "-c", str(PGBENCH_CLIENTS), "-j", "2", "-M", "prepared",
         "-T", str(seconds), "-f", str(script), "-h", SOCKET, "-U", user, *given,
         database.name], None, {"PGOPTIONS": options})
    count = int(re.search(r"transactions actually processed: (\d+)", done.stdout)[1])
    rate = float(re.search(r"tps = ([\d.]+)", done.stdout)[1])
    failed = int(re.search(r"failed transactions: (\d+)", done.stdout)[1])
    return sample(count, rate, used, failed)
