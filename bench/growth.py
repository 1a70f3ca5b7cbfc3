"""The same calls on two databases, of which the second has ten times the rows of the tenant
that is called, in turn."""

import page
import table
from callers import Callers, interleave
from load import wrk
from processes import Database, Service, http, running, say
from workloads import CHANNELS, GET, LIST_SCHOOL, LIST_TRUST

REPEATS, SECONDS, WARM = page.span((5, 3, 1), (3, 2, 1))
DEEP = 1000
SIZES = page.span({"1x": 0.3, "10x": 3}, {"1x": 0.03, "10x": 0.3})  # times the usual trust
# What the calls to the large database may take of the small one's throughput.
GOALS = {GET: 1.1, LIST_SCHOOL: 1.25, LIST_TRUST: 1.25}


def path_deep(callers):
    """The path of page DEEP, as a client gets there, or of the last whole one; its number."""
    path, number = LIST_TRUST.path, 1
    while number < DEEP:
        answer, _ = http("GET", callers.service.url + path, callers.token(LIST_TRUST))
        if not answer["next_cursor"]:
            break
        last, path = path, f"{LIST_TRUST.path}&cursor={answer['next_cursor']}"
        number += 1
    answer, _ = http("GET", callers.service.url + path, callers.token(LIST_TRUST))
    return (path, number) if len(answer["data"]) == 50 else (last, number - 1)


def deep(callers, path):
    return lambda seconds: wrk(callers.service, path, seconds,
                               ["list", callers.token(LIST_TRUST), 0, 0])


def shown(title):
    return lambda samples: say(f"  {title}  " + "  ".join(
        f"{name} {s[-1]['rate']:.0f}/s" for name, s in samples.items()))


def section(title, samples, words):
    return ["", f"### {title}", "", *table.rates(samples, {name: name for name in samples}), "",
            *words]


def cost(samples, slower, quicker, goal):
    """How many times the time of the quicker one, at the same number of connections."""
    value = table.ratio(samples[quicker], samples[slower])
    return f"- {slower} takes {value:.2f} times as long as {quicker} ({table.at_most(value, goal)})"


def measure(small, large, workload):
    callers = {"1x": small, "10x": large}
    samples = interleave(["1x", "10x"], lambda name, seconds: callers[name].sample(
        workload, seconds=seconds), REPEATS, WARM, SECONDS, shown(workload.name))
    return section(workload.title, samples, [cost(samples, "10x", "1x", GOALS[workload])])


def pages(small, large):
    """The first page and page 1,000 of the trust's list, on both."""
    take, found = {}, []
    for size, callers in (("1x", small), ("10x", large)):
        path, number = path_deep(callers)
        take[f"page 1 at {size}"] = deep(callers, LIST_TRUST.path)
        found.append(f"page {number:,} at {size}")
        take[found[-1]] = deep(callers, path)
    samples = interleave(list(take), lambda name, seconds: take[name](seconds), REPEATS, WARM,
                         SECONDS, shown("pages"))
    return section("Page 1,000 by cursor", samples, [
        cost(samples, name, f"page 1 at {size}", 1.2) for name, size in zip(found, ("1x", "10x"))])


def sizes_lines(databases):
    """What there is, in the words of a table."""
    lines = ["", "| database | tenants | schools | people | channels | applications | audit events |",
             "|---|---|---|---|---|---|---|"]
    for name, database in databases.items():
        counts = " | ".join(f"{n:,}" for n in database.counts().values())
        lines.append(f"| {name} | {counts} |")
    return lines


def main():
    databases = {name: Database(f"chaperone_{name}") for name in SIZES}
    for database in databases.values():
        database.sql("VACUUM (ANALYZE)")
    services = [Service(f"service_{name}", database) for name, database in databases.items()]
    with running(*services):
        small, large = (Callers(service) for service in services)
        for callers, size in zip((small, large), SIZES.values()):
            callers.channels = int(size * CHANNELS)
        lines = [*page.head(REPEATS, SECONDS), "- All calls go to one trust, which has ten times "
                 f"the people, channels ({large.channels:,}) and applications; the other 199 "
                 "tenants are the same in both", *sizes_lines(databases)]
        for workload in GOALS:
            lines += measure(small, large, workload)
        lines += pages(small, large)
    page.write("growth", lines)


if __name__ == "__main__":
    main()
