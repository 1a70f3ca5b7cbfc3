"""Measures each workload with every contender in turn: the service, pgbench with the same SQL,
and the peers, which have to give the same answers."""

import re

import capture
import page
import table
from callers import Callers, claims, interleave
from processes import LOG, PEERS, Database, Peer, Service, memory, running, say
from workloads import DRAFT, LIST_SCHOOL, LIST_TRUST, WITHDRAW, WORKLOADS

REPEATS, SECONDS, WARM = page.span((5, 3, 1), (3, 2, 1))
CONTENDERS = ["service", "service_no_rls", "pgbench_walls", "pgbench_plain", *PEERS]


def statements_find(callers, workload):
    """The statements of a workload, as PostgreSQL's log shows them."""
    number = callers.subjects(workload, 2)
    callers.call(workload, callers.service, number)  # the token is checked once
    if workload is WITHDRAW:
        number += 1
    answer, workload.statements = capture.watch(
        callers.database.sql, LOG, lambda: callers.call(workload, callers.service, number))
    workload.subject = answer.get("id", "-")
    if not workload.statements or workload.statements[0][0] != "enter":
        raise SystemExit(f"no statements of {workload.name} in {LOG}")


def same_answers(callers, workload, peer):
    """The peer has to say the same, or the comparison means nothing."""
    volatile = {"id", "created_at", "actions"} if workload in (DRAFT, WITHDRAW) else set()
    first = callers.subjects(workload, 2)
    ours = callers.call(workload, callers.service, first)
    theirs = callers.call(workload, peer, first + (workload is WITHDRAW))
    if list(ours) != list(theirs):
        raise SystemExit(f"{workload.name}: the keys of {peer.name} differ: {list(theirs)}")
    for key in ours.keys() - volatile:
        if ours[key] != theirs[key]:
            raise SystemExit(f"{workload.name}: {key} of {peer.name} differs:\n{ours[key]}\n"
                             f"{theirs[key]}")
    # what differs by its id alone
    for key in volatile & {"actions"}:
        if str(ours[key]).replace(ours["id"], "") != str(theirs[key]).replace(theirs["id"], ""):
            raise SystemExit(f"{workload.name}: {key} of {peer.name} differs:\n{theirs[key]}")


def measure(callers, workload):
    callers.database.sql("VACUUM (ANALYZE)")
    callers.database.sql("CHECKPOINT")
    samples = interleave(
        CONTENDERS, lambda name, seconds: callers.sample(workload, name, seconds),
        REPEATS, WARM, SECONDS, lambda samples: say("  %-12s %s" % (workload.name, "  ".join(
            f"{c} {samples[c][-1]['rate']:.0f}/s" for c in CONTENDERS))))
    callers.row_security(True)
    return samples


def plan(callers, workload):
    """EXPLAIN ANALYZE of the statement that reads the list, behind both walls."""
    _, text, values = next(s for s in workload.statements if s[0].startswith("application_list"))
    me = claims(callers.token(workload))
    given = ", ".join("NULL" if v is None else "'" + v.replace("'", "''") + "'" for v in values)
    return callers.database.sql(
        "SET random_page_cost = 1.1; SET timezone = 'UTC'; BEGIN; SET LOCAL ROLE chaperone_app; "
        f"SELECT NULL FROM enter('{me['sid']}', {me['sv']}, 'bench', true); "
        f"SET LOCAL plan_cache_mode = force_generic_plan; PREPARE seen AS {text}; "
        f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY ON) EXECUTE seen({given}); ROLLBACK;")


def ready_line(seconds):
    return (f"Ready {seconds:.2f} s after the start on this database "
            f"({table.at_most(seconds, 1, '{:.2f}')} s).")


def peer_memory_line(callers):
    held = {"Chaperone": callers.service} | callers.peers
    return "Resident memory after these runs: " + ", ".join(
        f"{name} {memory(server.pid):.0f} MiB" for name, server in held.items()) + "."


INTRODUCTION = [
    "- wrk: 32 keep-alive connections; pgbench: 8 clients, prepared statements, one pipeline a "
    "call; the statements are those that the service sent, from PostgreSQL's log",
    "- The peers answer the same JSON with the same statements and the same token check with a "
    "cache, and no session check; the run stops if an answer differs",
    "- Fastify with pg: one process, as `node server.js` runs. Go: net/http with pgx, on all "
    "processors, statements in one round trip where they do not need each other's answers, rows "
    "written as JSON straight from pgx's buffers. Both have 16 database connections",
    "- Data: `bench/seed.sql`: 200 tenants; all calls go to a trust of 30 schools, 20,000 people, "
    "3,000 channels and 50,000 applications",
]


def main():
    service = Service("service", Database("chaperone"))
    with running(service):
        callers = Callers(service)
        for workload in WORKLOADS:
            statements_find(callers, workload)
        statements = {w.name: w.peer_statements(claims(callers.token(w))) for w in WORKLOADS}
        context = callers.context(DRAFT)
        for name in PEERS:
            callers.peers[name] = Peer(name, service, statements, context)
        with running(*callers.peers.values()):
            for workload in WORKLOADS:
                for peer in callers.peers.values():
                    same_answers(callers, workload, peer)
            say("The peers give the same answers.")
            results = {w: measure(callers, w) for w in WORKLOADS}
            used = peer_memory_line(callers)
        plans = {w.name: plan(callers, w) for w in (LIST_SCHOOL, LIST_TRUST)}
    lines = [*page.head(REPEATS, SECONDS), *INTRODUCTION, "", ready_line(service.ready), used]
    for workload, samples in results.items():
        lines += ["", f"### {workload.title}", "", *table.rates(samples), "",
                  *table.goals(workload, samples)]
    page.write("compare", lines)
    lines = ["As the service runs them, behind row security, with the generic plan. An index "
             "scan and no Sort is what to look for."]
    for name, text in plans.items():
        sort = "**a Sort**" if re.search(r"^\s*(->\s+)?(Incremental )?Sort", text, re.M) else "no Sort"
        lines += ["", f"`{name}`: {sort}", "", "```", text, "```"]
    page.write("plans", lines)


if __name__ == "__main__":
    main()
