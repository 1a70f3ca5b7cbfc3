"""Writes docs/performance.md: medians with minimum and maximum, ratios, goals."""

import datetime
import os
import platform
import re
import statistics
from pathlib import Path

NAMES = {"service": "**Chaperone**, both walls", "service_no_rls": "Chaperone, row security off",
         "pgbench_walls": "pgbench, same SQL, both walls",
         "pgbench_plain": "pgbench, same SQL, no context, no row security",
         "fastify": "Fastify + pg, no row security"}


def median(samples, key):
    return statistics.median(s[key] for s in samples)


def machine():
    info = Path("/proc/cpuinfo").read_text()
    model = re.search(r"model name\s*: (.*)", info)
    memory = int(re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())[1]) / 2**20
    return (f"{os.cpu_count()} cores, {model[1] if model else platform.processor()}, "
            f"{memory:.0f} GiB, Linux {platform.release()}")


def cpu_of(samples, contender):
    server = {"fastify": "peer"}.get(contender, "service")
    cells = []
    for name in (server, "postgresql"):
        if name == server and contender.startswith("pgbench"):
            cells.append("-")
            continue
        cells.append(f"{statistics.median(s['cpu'].get(name, 0) for s in samples):.0f}")
    return cells


def rates(samples_by):
    lines = ["| | requests/s (min - max) | p50 ms | p99 ms | its CPU us | PostgreSQL's CPU us | errors |",
             "|---|---|---|---|---|---|---|"]
    for contender, samples in samples_by.items():
        speeds = [s["rate"] for s in samples]
        waits = [f"{median(samples, k):.2f}" if samples[0][k] is not None else "-"
                 for k in ("p50", "p99")]
        lines.append("| %s | %s (%s - %s) | %s | %s | %s | %s | %d |" % (
            NAMES[contender], f"{statistics.median(speeds):,.0f}", f"{min(speeds):,.0f}",
            f"{max(speeds):,.0f}", *waits, *cpu_of(samples, contender),
            sum(s["errors"] for s in samples)))
    return lines


def ratio(samples_by, contender):
    """Of each repeat's pair, then the median: what slowed one slowed the other."""
    return statistics.median(a["rate"] / b["rate"] for a, b in
                             zip(samples_by["service"], samples_by[contender]))


def verdict(value, goal):
    if value >= goal:
        return f"met: {value:.2f}, goal {goal:.2f}"
    return f"**not met**: {value:.2f} of a goal of {goal:.2f}, {100 * (1 - value / goal):.0f}% short"


def goals(workload, samples_by):
    pgbench, fastify = workload.goals
    lines = [f"- of pgbench, no row security: {verdict(ratio(samples_by, 'pgbench_plain'), pgbench)}",
             f"- of pgbench with both walls, which is what the same work costs the database: "
             f"{ratio(samples_by, 'pgbench_walls'):.2f}"]
    value = ratio(samples_by, "fastify")
    lines.append("- of Fastify + pg: " + (verdict(value, fastify) if fastify
                                         else f"{value:.2f}, no goal"))
    cost = 1 - ratio(samples_by, "service_no_rls")
    word = "met" if cost <= 0.10 else "**not met**"
    lines.append(f"- row security costs {100 * cost:.0f}% ({word}: goal at most 10%)")
    service = samples_by["service"]
    tail = median(service, "p99") / median(service, "p50")
    word = "met" if tail <= 5 else "**not met**"
    lines.append(f"- p99 is {tail:.1f} times p50 ({word}: goal at most 5)")
    own, database = (statistics.median(s["cpu"][k] for s in service)
                     for k in ("service", "postgresql"))
    word = "met" if own < database else "**not met**"
    lines.append(f"- its own CPU is {own:.0f} us a request beside PostgreSQL's {database:.0f} "
                 f"({word}: goal is less)")
    return lines


def ready_line():
    seconds = float(os.environ.get("BENCH_READY_S", "0"))
    word = "met" if seconds <= 1 else "**not met**"
    return f"Ready {seconds:.2f} s after the start on this database ({word}: goal at most 1 s)."


def memory_lines(found):
    limits = {"at 128 connections": 12, "with 2,000 idle connections": 60}
    lines = ["| resident memory | MiB | goal |", "|---|---|---|"]
    for name, value in found.items():
        limit = limits.get(name)
        word = "" if not limit else (f"met: {limit}" if value <= limit else f"**not met**: {limit}")
        lines.append(f"| {name} | {value:.1f} | {word} |")
    return lines


def page(workloads, results, explained, found, repeats, seconds, quick):
    command = os.environ.get("BENCH_COMMAND", "bench/run")
    lines = ["# Performance", "",
             "Written by `bench/run`: do not edit, run it again. Absolute figures belong to the "
             "machine; only the ratios travel.", "",
             f"- Command: `{command}`", f"- Date: {datetime.date.today():%d %B %Y}",
             f"- Machine: {machine()}; load, service and PostgreSQL 15 share it",
             f"- {repeats} repeats of {seconds} s, contenders in turn, the order reversed every "
             "other time; medians, with minimum and maximum",
             "- wrk: 32 keep-alive connections; pgbench: 8 clients, prepared statements, one "
             "pipeline a call; the statements are those that the service sent, from "
             "PostgreSQL's log",
             "- Fastify answers the same JSON with the same statements and the same token "
             "check with a cache, and no session check; one process, as `node server.js` runs; "
             "the run stops if an answer differs",
             "- Data: `bench/seed.sql`: 200 tenants; all calls go to a trust of 30 schools, "
             "20,000 people, 3,000 channels and 50,000 applications"]
    if quick:
        lines.append("- **A quick run: too short to quote**")
    lines += ["", ready_line()]
    for workload in workloads:
        samples_by = results[workload.name]
        lines += ["", f"## {workload.title}", "", *rates(samples_by), "",
                  *goals(workload, samples_by)]
    lines += ["", "## Memory", "", *memory_lines(found), "",
              *Path(__file__).with_name("why.md").read_text().splitlines(), "",
              "## Plans of the first pages", "",
              "As the service runs them, behind row security, with the generic plan. An index "
              "scan and no Sort is what to look for."]
    for name, plan in explained.items():
        sort = "**a Sort**" if re.search(r"^\s*(->\s+)?(Incremental )?Sort", plan, re.M) else "no Sort"
        lines += ["", f"`{name}`: {sort}", "", "```", plan, "```"]
    return "\n".join(lines) + "\n"
