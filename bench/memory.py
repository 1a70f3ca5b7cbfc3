"""Resident memory of a fresh service at 128 connections and with 2,000 idle ones; whether new
clients are still served then, and the idle ones after all."""

import resource
import socket
import time

import load
import page
import table
from callers import Callers
from processes import Database, Service, memory, running
from workloads import CHANNELS, GET

IDLE = 2000
ASK = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
SECONDS = page.span(5, 2)


def connect(url):
    connection = socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])))
    connection.settimeout(10)
    return connection


def asked(connection):
    """Whether it is answered."""
    try:
        connection.sendall(ASK)
        return connection.recv(4096).startswith(b"HTTP/1.1 200 ")
    except OSError:
        return False


def loaded(callers, connections):
    return load.wrk(callers.service, GET.path, SECONDS,
                    ["get", callers.token(GET), 1, CHANNELS], connections)


def row(name, sample, server, limit=None):
    value = memory(server.pid)
    return "| %s | %.1f | %s | %s | %s | %s |" % (
        name, value, table.at_most(value, limit) if limit else "",
        *((f"{sample['rate']:,.0f}", f"{sample['p99']:.1f}", sample["errors"]) if sample
          else ("-", "-", "-")))


def main():
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if most != resource.RLIM_INFINITY and most < IDLE + 100:
        raise SystemExit(f"{IDLE} connections need more open files than {most} (ulimit -Hn)")
    service = Service("service_memory", Database("chaperone"))
    with running(service):
        callers = Callers(service)
        rows = [row("at rest", None, service)]
        rows += [row(f"at {n} connections", loaded(callers, n), service, limit)
                 for n, limit in ((32, None), (128, 12))]
    service = Service("service_idle", Database("chaperone"))
    with running(service):
        callers = Callers(service)
        idle = [connect(service.url) for _ in range(IDLE)]
        served = sum(asked(c) for c in idle)
        time.sleep(2)
        rows.append(row(f"another one with {IDLE:,} idle connections", None, service, 60))
        rows.append(row("and 32 new clients beside them", loaded(callers, 32), service))
        still = sum(asked(c) for c in idle)
    page.write("memory", [
        *page.head(), f"- GET one channel for {SECONDS} s, on a service that has just started", "",
        "| resident memory | MiB | | GET requests/s | p99 ms | errors |", "|---|---|---|---|---|---|",
        *rows, "",
        f"- of {IDLE:,} idle connections {served:,} were answered at first and {still:,} after the "
        f"new clients ({'met' if served == still == IDLE else '**not met**'}: goal all)"])


if __name__ == "__main__":
    main()
