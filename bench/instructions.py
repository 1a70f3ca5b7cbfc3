"""Instructions that the service's own process takes for a request, by callgrind's count.

Each workload runs N and 2N times on a fresh service, on one connection; the difference is N
requests without starting, signing in and stopping. The release build, nothing else in it."""

import collections
import http.client
import json
import os
import re

import page
import table
from callers import Callers
from processes import FOLDER, Database, Service, running, say
from workloads import BODY, DRAFT, GET, LIST_SCHOOL, uuid

N, TRIES = page.span((200, 3), (100, 3))
GOALS = {GET: 90_000, LIST_SCHOOL: 450_000, DRAFT: 120_000}


def asking(workload, number):
    """(method, path, body) of one request."""
    if workload is GET:
        return "GET", f"{workload.path}/{uuid('0008', number % 100 + 1)}", None
    if workload is DRAFT:
        return "POST", workload.path, json.dumps(BODY)
    return "GET", workload.path, None


def requests(service, workload, token, count):
    connection = http.client.HTTPConnection(service.url.removeprefix("http://"))
    headers = {"Authorization": "Bearer " + token, "Content-Type": "application/json"}
    for number in range(count):
        connection.request(*asking(workload, number), headers=headers)
        answer = connection.getresponse()
        if answer.status >= 300:
            raise SystemExit(f"{workload.name} answers {answer.status}: {answer.read()[:500]}")
        answer.read()
    connection.close()


def counted(callers, workload, program, count):
    """Instructions of a whole life with so many requests, but for the threads that load keys:
    the main one, and the housekeeping, which works by the clock. The token is of another
    service on the same database, so that no password is hashed under valgrind."""
    token = callers.token(workload)
    out = FOLDER / f"callgrind.{program}.{workload.name}.{count}"  # for callgrind_annotate
    for old in FOLDER.glob(out.name + "*"):
        old.unlink()
    service = Service("service_callgrind", callers.database, program=program, under=(
        "valgrind", "--tool=callgrind", "--separate-threads=yes", f"--callgrind-out-file={out}"),
        CHAPERONE_SEALER="false", CHAPERONE_ISSUER=callers.service.url,
        GLIBC_TUNABLES="glibc.malloc.tcache_count=0")  # what it would start again for, out of sight
    with running(service):
        requests(service, workload, token, count)
    threads = [file.read_text() for file in FOLDER.glob(out.name + "-*")]
    return sum((costs(text) for text in threads if " keys_load\n" not in text),
               collections.Counter())


def costs(text):
    """{object: instructions of its own functions} of callgrind's format: `ob=` says whose the
    cost lines are that follow; the one line after `calls=` is the callee's, counted there."""
    names, found, callee, here = {}, collections.Counter(), False, None
    for line in text.splitlines():
        if match := re.match(r"(c?)ob=(\(\d+\))(?: (.+))?$", line):
            if match[3]:
                names[match[2]] = os.path.basename(match[3])
            here = here if match[1] else names[match[2]]
        elif line.startswith("calls="):
            callee = True
        elif line[:1] in "+-*0123456789" and line:
            found[here] += 0 if callee else int(line.split()[-1])
            callee = False
    total = int(re.search(r"^(?:summary|totals): (\d+)", text, re.M)[1])
    if abs(sum(found.values()) - total) > total / 1000:
        raise SystemExit(f"callgrind counts {total}, we read {sum(found.values())}")
    return found


def each(callers, workload, program="chaperone"):
    """Instructions of one request, by object: of the middle one of some tries."""
    tries = []
    for _ in range(TRIES):
        first, second = (counted(callers, workload, program, n) for n in (N, 2 * N))
        tries.append({name: (second[name] - first[name]) / N for name in second})
    tries.sort(key=lambda found: sum(found.values()))
    say(f"  {program} {workload.name}: " + " ".join(f"{sum(t.values()):,.0f}" for t in tries))
    return tries[len(tries) // 2]


def parts(found):
    """The objects that take most, as cells of a table."""
    order = sorted(found, key=found.get, reverse=True)[:6]
    return ", ".join(f"{name.partition('.so')[0]} {found[name] / 1000:,.0f}k" for name in order)


def main():
    service = Service("service", Database("chaperone"))
    with running(service):
        callers = Callers(service)
        found = {workload: each(callers, workload) for workload in GOALS}
        more = each(callers, GET, "chaperone_routes")
    total = {workload: sum(objects.values()) for workload, objects in found.items()}
    growth = 100 * (sum(more.values()) / total[GET] - 1)
    page.write("instructions", [
        *page.head(), f"- `valgrind --tool=callgrind` on the release build, {N} and {2 * N} "
        "requests on one connection, the difference, the median of "
        f"{TRIES}; only the service's own process", "",
        "| | instructions | | of which in |", "|---|---|---|---|",
        *(f"| {w.title} | {total[w]:,.0f} | {table.at_most(total[w], goal, '{:,}')} | "
          f"{parts(found[w])} |" for w, goal in GOALS.items()),
        f"| GET one channel with 100 routes more | {sum(more.values()):,.0f} | {growth:+.2f}%, "
        f"{table.at_most(growth, 1)}% | {parts(more)} |"])


if __name__ == "__main__":
    main()
