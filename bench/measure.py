"""Measures each workload with every contender in turn, and writes what came out.

bench/run starts what this talks to; see there. The order A B A B is reversed every other
time, so that a machine that slows down while this runs slows down everybody."""

import base64
import json
import os
import socket
import sys
import time
import urllib.error

import capture
import table
from contenders import Bench, http, memory
from workloads import (BODY, CHANNELS, DRAFT_KIND, TENANT, WORKLOADS, drafts_left, drafts_make,
                       uuid)

QUICK = os.environ.get("BENCH_QUICK") == "1"
REPEATS, SECONDS, WARM = (3, 2, 1) if QUICK else (5, 4, 2)
CONTENDERS = ["service", "service_no_rls", "pgbench_walls", "pgbench_plain", "fastify"]
TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"


def say(text):
    print(text, flush=True)


def claims(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


class Numbers:
    """Hands out numbers that no row has yet."""

    def __init__(self):
        # a kept database remembers the last run's
        self.next = int(time.time()) % 100_000 * 1_000_000 + 1_000_000

    def take(self, count):
        first, self.next = self.next, self.next + count
        return first


class Run:
    def __init__(self, bench):
        self.bench, self.numbers, self.walls = bench, Numbers(), True
        self.speed = {}

    def options(self, workload):
        """The context for whoever goes without enter(): the same caller, set for the session."""
        me = claims(workload.token)
        return (f"-c me.tenant={me['tid']} -c me.person={me['sub']} -c me.identity={me['idn']} "
                "-c me.name=bench -c random_page_cost=1.1 -c plan_cache_mode=force_generic_plan -c timezone=UTC")

    def call(self, workload, base, number):
        """One call as the load makes it; the answer."""
        if workload.name == "get":
            return http("GET", f"{base}{workload.path}/{uuid('0008', number)}", workload.token)
        if workload.name == "draft":
            return http("POST", base + workload.path, workload.token, BODY)
        if workload.name == "withdraw":
            return http("POST", f"{base}{workload.path}/{uuid(DRAFT_KIND, number)}/withdraw",
                        workload.token, {})
        return http("GET", base + workload.path, workload.token)

    def capture(self, workload):
        workload.token = self.bench.sign_in(workload.caller["email"])
        number = 777
        if workload.name == "withdraw":
            number = self.numbers.take(2)
            drafts_make(self.bench, number, 2)
            self.call(workload, self.bench.service_url, number + 1)
        else:
            self.call(workload, self.bench.service_url, number)  # the token is checked once
        (answer, _), workload.statements = capture.watch(
            self.bench.sql, self.bench.log,
            lambda: self.call(workload, self.bench.service_url, number))
        workload.subject = answer.get("id", "-")
        if not workload.statements or workload.statements[0][0] != "enter":
            raise SystemExit(f"no statements of {workload.name} in {self.bench.log}")

    def row_security(self, on):
        if on != self.walls:
            word = "ENABLE" if on else "DISABLE"
            self.bench.sql(f"DO $$ DECLARE t text; BEGIN FOR t IN {TABLES} LOOP EXECUTE "
                           f"format('ALTER TABLE %I {word} ROW LEVEL SECURITY', t); END LOOP; END $$")
            self.walls = on

    def span(self, workload, contender, seconds, lanes):
        """(first number, numbers for each lane): enough for what was seen of its speed."""
        if workload.name == "get":
            return 1, CHANNELS
        if workload.name not in ("draft", "withdraw"):
            return 0, 0
        seen = self.speed.get((workload.name, contender), 3000)
        each = int(seen * seconds * 1.6 / lanes) + 500
        first = self.numbers.take(each * lanes)
        if workload.name == "withdraw":
            drafts_make(self.bench, first, each * lanes)
        return first, each

    def sample(self, workload, contender, seconds):
        bench = self.bench
        lanes = 8 if contender.startswith("pgbench") else 2
        first, each = self.span(workload, contender, seconds, lanes)
        self.row_security(contender != "service_no_rls")
        if contender.startswith("pgbench"):
            walls = contender == "pgbench_walls"
            script, variables = workload.script(bench.folder, walls, first, each)
            result = bench.pgbench(script, variables, seconds,
                                   "chaperone_app" if walls else "postgres",
                                   "-c random_page_cost=1.1 -c plan_cache_mode=force_generic_plan -c timezone=UTC" if walls
                                   else self.options(workload))
        else:
            base = bench.peer_url if contender == "fastify" else bench.service_url
            body = json.dumps(BODY if workload.name == "draft" else {})
            result = bench.wrk(base + workload.path, seconds,
                               [workload.name, workload.token, first, each, body])
        if workload.name == "withdraw":
            moved = each * lanes - drafts_left(bench, first, each * lanes)
            result["errors"] += max(0, result["requests"] - moved)
        self.speed[(workload.name, contender)] = result["rate"]
        return result

    def same_answers(self, workload):
        """The peer has to say the same, or the comparison means nothing."""
        volatile = {"id", "created_at", "actions"} if workload.name in ("draft", "withdraw") else set()
        numbers = [777, 777]
        if workload.name == "withdraw":
            first = self.numbers.take(2)
            drafts_make(self.bench, first, 2)
            numbers = [first, first + 1]
        ours, _ = self.call(workload, self.bench.service_url, numbers[0])
        theirs, _ = self.call(workload, self.bench.peer_url, numbers[1])
        if list(ours) != list(theirs):
            raise SystemExit(f"{workload.name}: the peer's keys differ: {list(theirs)}")
        for key in ours.keys() - volatile:
            if ours[key] != theirs[key]:
                raise SystemExit(f"{workload.name}: the peer's {key} differs:\n{ours[key]}\n"
                                 f"{theirs[key]}")

    def measure(self, workload):
        samples = {name: [] for name in CONTENDERS}
        workload.token = self.bench.sign_in(workload.caller["email"])
        self.bench.sql("VACUUM (ANALYZE)")
        self.bench.sql("CHECKPOINT")
        for contender in CONTENDERS:
            self.sample(workload, contender, WARM)
        for repeat in range(REPEATS):
            for contender in CONTENDERS if repeat % 2 == 0 else CONTENDERS[::-1]:
                samples[contender].append(self.sample(workload, contender, SECONDS))
            say("  %-12s %s" % (workload.name, "  ".join(
                f"{c} {samples[c][-1]['rate']:.0f}/s" for c in CONTENDERS)))
        self.row_security(True)
        return samples


def plans(bench, workload):
    """EXPLAIN ANALYZE of the statement that reads the list, behind both walls."""
    name, text, values = next(s for s in workload.statements if s[0].startswith("application_list"))
    me = claims(workload.token)
    given = ", ".join("NULL" if v is None else "'" + v.replace("'", "''") + "'" for v in values)
    return bench.sql(
        "SET random_page_cost = 1.1; SET timezone = 'UTC'; BEGIN; SET LOCAL ROLE chaperone_app; "
        f"SELECT NULL FROM enter('{me['sid']}', {me['sv']}, 'bench', true); "
        f"SET LOCAL plan_cache_mode = force_generic_plan; PREPARE seen AS {text}; "
        f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY ON) EXECUTE seen({given}); ROLLBACK;")


def sizes(bench, run):
    """Resident memory of the service: idle connections cost little, or many clients cannot stay."""
    get = WORKLOADS[0]
    get.token = bench.sign_in(get.caller["email"])
    found = {"after the runs": memory(bench.pids["service"])}
    bench.wrk(bench.service_url + get.path, 2, ["get", get.token, 1, CHANNELS], 128)
    found["at 128 connections"] = memory(bench.pids["service"])
    port = int(bench.service_url.rpartition(":")[2])
    idle = []
    for _ in range(2000):
        idle.append(socket.create_connection(("127.0.0.1", port)))
        idle[-1].sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    time.sleep(2)
    found["with 2,000 idle connections"] = memory(bench.pids["service"])
    for connection in idle:
        connection.close()
    found["peer, after the runs"] = memory(bench.pids["peer"])
    return found


def main():
    bench = Bench(os.environ)
    run = Run(bench)
    for workload in WORKLOADS:
        run.capture(workload)
    statements = {w.name: w.peer_statements(claims(w.token)) for w in WORKLOADS}
    bench.peer_start(statements, run.options(WORKLOADS[3]))
    try:
        for _ in range(100):
            try:
                http("GET", f"{bench.peer_url}/v1/channels/{uuid('0008', 1)}", WORKLOADS[0].token)
                break
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        for workload in WORKLOADS:
            run.same_answers(workload)
        say("The peer gives the same answers.")
        results = {}
        for workload in WORKLOADS:
            results[workload.name] = run.measure(workload)
        explained = {w.name: plans(bench, w) for w in WORKLOADS if w.name.startswith("list")}
        found = sizes(bench, run)
    finally:
        bench.peer_stop()
        run.row_security(True)
    text = table.page(WORKLOADS, results, explained, found, REPEATS, SECONDS, QUICK)
    (bench.folder / "performance.md").write_text(text)
    (bench.folder / "samples.json").write_text(json.dumps(results))
    say(text)


if __name__ == "__main__":
    sys.exit(main())
