"""Cells and lines of the tables: medians with minimum and maximum, ratios, verdicts."""

import statistics

NAMES = {"service": "**Chaperone**, both walls", "service_no_rls": "Chaperone, row security off",
         "pgbench_walls": "pgbench, same SQL, both walls",
         "pgbench_plain": "pgbench, same SQL, no context, no row security",
         "go": "Go + pgx, no row security", "fastify": "Fastify + pg, no row security"}


def middle(values):
    return statistics.median(values) if values else float("nan")


def median(samples, key):
    return statistics.median(s[key] for s in samples)


def spread(samples, key="rate", form="{:,.0f}"):
    values = [s[key] for s in samples]
    return (f"{form.format(statistics.median(values))} "
            f"({form.format(min(values))} - {form.format(max(values))})")


def cpu(samples, name):
    if name not in samples[0]["cpu"]:
        return "-"
    return f"{statistics.median(s['cpu'][name] for s in samples):.0f}"


def rates(samples_by, names=NAMES):
    lines = ["| | requests/s (min - max) | p50 ms | p99 ms | its CPU us | PostgreSQL's CPU us | errors |",
             "|---|---|---|---|---|---|---|"]
    for contender, samples in samples_by.items():
        waits = [f"{median(samples, k):.2f}" if samples[0][k] is not None else "-"
                 for k in ("p50", "p99")]
        lines.append("| %s | %s | %s | %s | %s | %s | %d |" % (
            names[contender], spread(samples), *waits, cpu(samples, "server"),
            cpu(samples, "postgresql"), sum(s["errors"] for s in samples)))
    return lines


def ratio(ours, theirs, key="rate"):
    """Of each repeat's pair, then the median: what slowed one slowed the other."""
    return statistics.median(a[key] / b[key] for a, b in zip(ours, theirs))


def at_least(value, goal):
    if value >= goal:
        return f"met: {value:.2f}, goal {goal:.2f}"
    return f"**not met**: {value:.2f} of a goal of {goal:.2f}, {100 * (1 - value / goal):.0f}% short"


def at_most(value, goal, form="{:g}"):
    word = "met" if value <= goal else "**not met**"
    return f"{word}: goal at most {form.format(goal)}"


def goals(workload, samples_by):
    service = samples_by["service"]
    lines = []
    for name, words in (("pgbench_plain", "pgbench, no row security"), ("go", "Go + pgx"),
                        ("fastify", "Fastify + pg")):
        value = ratio(service, samples_by[name])
        lines.append(f"- of {words}: " + (at_least(value, workload.goals[name])
                                         if name in workload.goals else f"{value:.2f}, no goal"))
    lines.insert(1, "- of pgbench with both walls, which is what the same work costs the database: "
                 f"{ratio(service, samples_by['pgbench_walls']):.2f}")
    cost = 100 * (1 - ratio(service, samples_by["service_no_rls"]))
    lines.append(f"- row security costs {cost:.0f}% ({at_most(cost, 10)}%)")
    tail = median(service, "p99") / median(service, "p50")
    lines.append(f"- p99 is {tail:.1f} times p50 ({at_most(tail, 5)})")
    tail = ratio(service, samples_by["go"], "p99")
    lines.append(f"- p99 is {tail:.2f} times Go's ({at_most(tail, 1)})")
    errors = sum(s["errors"] for s in service)
    lines.append(f"- socket errors and unexpected statuses: {errors} ({at_most(errors, 0)})")
    own, database = (statistics.median(s["cpu"][k] for s in service)
                     for k in ("server", "postgresql"))
    word = "met" if own < database else "**not met**"
    lines.append(f"- its own CPU is {own:.0f} us a request beside PostgreSQL's {database:.0f} "
                 f"({word}: goal is less)")
    return lines
