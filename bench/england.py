"""The same calls on two databases, of which the second has all of England beside the tenant
that is called, in turn; then the import of the public register."""

import json
import os
import random
import subprocess
import time

import page
import table
from callers import Callers, interleave
from growth import cost, section, shown, sizes_lines
from load import wrk
from processes import FOLDER, SOCKET, SOURCE, Database, Service, running, say
from workloads import DRAFT, GET, LIST_SCHOOL, LIST_TRUST

REPEATS, SECONDS, WARM = page.span((5, 3, 1), (3, 2, 1))
GOAL, IMPORT_GOAL_S = 1.2, 20
TENANTS = page.span(100, 20)  # that are called in turn


def spread_file(callers, name):
    """A line for each of some tenants: the token of its first SLT, its channels' numbers."""
    database, lines = callers.database, []
    rows = database.sql(
        "SELECT split_part(t.id::text, '-', 5)::bigint, p.email, c.first, c.count FROM tenant t, LATERAL "
        "(SELECT email FROM person WHERE tenant_id = t.id AND email LIKE 'person%' ORDER BY id LIMIT 1) p, "
        "LATERAL (SELECT min(split_part(id::text, '-', 5)::bigint) AS first, count(*) FROM channel "
        "WHERE tenant_id = t.id) c WHERE c.count > 0 AND t.id::text LIKE '0192b000-0001-%'").splitlines()
    for row in random.Random(1).sample(rows, min(TENANTS, len(rows))):
        _, email, first, count = row.split("|")
        lines.append(f"{callers.service.sign_in(email)} {first} {count}")
    path = FOLDER / f"spread.{name}"
    path.write_text("\n".join(lines) + "\n")
    return path


def spread(sides):
    files = {name: spread_file(callers, name) for name, callers in sides.items()}
    samples = interleave(list(sides), lambda name, seconds: wrk(
        sides[name].service, GET.path, seconds, ["spread", "-", 0, 0, files[name]]),
        REPEATS, WARM, SECONDS, shown("spread"))
    return section(f"GET one channel, calls spread over {TENANTS} tenants", samples,
                   [cost(samples, "England", "small", GOAL)])


def measure(sides, workload):
    samples = interleave(list(sides), lambda name, seconds: sides[name].sample(
        workload, seconds=seconds), REPEATS, WARM, SECONDS, shown(workload.name))
    return section(workload.title, samples, [cost(samples, "England", "small", GOAL)])


def register_import(database):
    """Seconds of the import of the whole public register, and what it did."""
    archive = next(SOURCE.glob("establishments-*.tar.gz"))
    start = time.monotonic()
    done = subprocess.run(
        [FOLDER / "chaperone", "import", "gias", "--json", archive], text=True, capture_output=True,
        env=os.environ | {"CHAPERONE_DATABASE":
                          f"host='{SOCKET}' port=5432 dbname={database.name}"})
    if done.returncode:
        raise SystemExit(f"import gias failed: {done.stderr[-1000:]}")
    seconds, report = time.monotonic() - start, json.loads(done.stdout)
    say(f"  import {seconds:.1f} s")
    return seconds, report


def import_lines(database):
    lines = ["", "### Import of the public register", "",
             "| | rows | schools created | changed | unchanged | seconds | |",
             "|---|---|---|---|---|---|---|"]
    for which in ("the whole register", "the same again"):
        seconds, report = register_import(database)
        schools = report["schools"]
        lines.append("| %s | %s | %s | %s | %s | %.1f | %s |" % (
            which, f"{report['rows']:,}", *(f"{schools.get(k, 0):,}" for k in
                                           ("created", "changed", "unchanged")),
            seconds, table.at_most(seconds, IMPORT_GOAL_S)))
    return lines


def main():
    databases = {"small": Database("chaperone"), "England": Database("chaperone_england")}
    for database in databases.values():
        database.sql("VACUUM (ANALYZE)")
    services = [Service(f"service_{name}", database) for name, database in databases.items()]
    with running(*services):
        sides = {name: Callers(service) for name, service in zip(databases, services)}
        lines = [*page.head(REPEATS, SECONDS), *sizes_lines(databases)]
        for workload in (GET, LIST_SCHOOL, LIST_TRUST, DRAFT):
            lines += measure(sides, workload)
        lines += spread(sides)
    page.write("england", lines + import_lines(databases["England"]))


if __name__ == "__main__":
    main()
