"""What comes in and what waits, in a trust of 100 schools with five years of messages, and with a tenth of them."""

import json
import statistics
import time

import page
import table
from callers import interleave
from load import wrk
from processes import Database, Service, http, running, say

REPEATS, SECONDS, WARM = page.span((3, 2, 1), (1, 1, 1))
SIZES = ("1x", "10x")
CONNECTIONS, DEEP, BULK, BULKS = 8, 1000, 500, page.span(10, 3)
GOAL = 1.5  # what ten times the rows may take of the small database's throughput
WHO = {"SLT of the trust": 900001, "SLT of one school": 900201, "DSL of one school": 900401,
       "staff with one channel": 900601}
SCHOOL_SLT = "SLT of one school"
CHANNEL = f"0192b000-0008-7000-8000-{900003:012d}"
LISTS = {
    "open, the first page": "/v1/messages/open?limit=50", "all, the first page": "/v1/messages?limit=50",
    "overdue": "/v1/messages/open?overdue=true&limit=50", "a word in one of fifty": "/v1/messages?q=word00050&limit=50",
    "a rare word": "/v1/messages?q=word19001&limit=50", "what waits for me": "/v1/me/work"}


def message():
    return {"channel_id": CHANNEL, "kind": "comment", "source": "own_channel", "author_kind": "parent",
            "received_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "author_name": "P. Arent",
            "text": "Why was the bus late again this morning? Nobody at the gate could tell us anything."}


class Site:
    """One database with its service, and everybody's tokens."""

    def __init__(self, service):
        self.service, self.tokens = service, {}

    def token(self, who):
        if who not in self.tokens:
            self.tokens[who] = self.service.sign_in(f"person{WHO[who]}@bench.example")
        return self.tokens[who]

    def get(self, path, who):
        return http("GET", self.service.url + path, self.token(who))[0]

    def load(self, path, who, seconds, kind="list", body=""):
        return wrk(self.service, path, seconds, [kind, self.token(who), 0, 0, body], CONNECTIONS)

    def deep(self, path, who):
        """The path of page DEEP, or of the last whole one, and its number."""
        number, last = 1, path
        while number < DEEP:
            cursor = self.get(last, who)["next_cursor"]
            following = f"{path}&cursor={cursor}"
            if not cursor or len(self.get(following, who)["data"]) < 50:
                break
            last, number = following, number + 1
        return last, number


def turns(sites, take, title):
    return interleave(list(SIZES), lambda size, seconds: take(sites[size], seconds), REPEATS, WARM, SECONDS,
                      lambda samples: say(f"  {title}  " + "  ".join(
                          f"{name} {s[-1]['rate']:.0f}/s {s[-1]['p50']:.1f} ms" for name, s in samples.items())))


def row(title, samples):
    cells = [f"{table.spread(s)} | {table.median(s, 'p50'):.1f} | {table.median(s, 'p99'):.1f}" for s in samples.values()]
    errors = sum(s["errors"] for each in samples.values() for s in each)
    ratio = table.ratio(samples["1x"], samples["10x"])
    return f"| {title} | {' | '.join(cells)} | {ratio:.2f} ({table.at_most(ratio, GOAL)}) | {errors} |"


def intake(sites):
    body = json.dumps(message())
    return row("one message with its clock", turns(
        sites, lambda site, seconds: site.load("/v1/messages", SCHOOL_SLT, seconds, "draft", body), "intake"))


def bulk(sites):
    """Milliseconds of one call with 500 rows."""
    words = []
    for size in SIZES:
        took = []
        for _ in range(BULKS):
            start = time.monotonic()
            answer, _ = http("POST", sites[size].service.url + "/v1/messages/bulk", sites[size].token(SCHOOL_SLT),
                             {"messages": [message() for _ in range(BULK)]})
            took.append(1000 * (time.monotonic() - start))
            assert answer["created"] == BULK
        say(f"  bulk {size} {statistics.median(took):.0f} ms")
        words.append(f"at {size} {statistics.median(took):.0f} ms ({min(took):.0f} - {max(took):.0f}), "
                     f"{1000 * BULK / statistics.median(took):.0f} messages a second")
    return f"- {BULK} messages in one call, one at a time: " + "; ".join(words)


def lists(sites):
    for title, path in LISTS.items():
        for who in WHO:
            yield row(f"{title}, {who}", turns(sites, lambda site, seconds: site.load(path, who, seconds), f"{title}, {who}"))
    path, who = LISTS["all, the first page"], "SLT of the trust"
    deep = {size: site.deep(path, who) for size, site in sites.items()}
    numbers = " and ".join(f"{number:,} at {size}" for size, (_, number) in deep.items())
    yield row(f"all, page {numbers}, {who}", turns(
        sites, lambda site, seconds: site.load(next(deep[n][0] for n in SIZES if sites[n] is site), who, seconds), "deep"))


def main():
    databases = {size: Database(f"chaperone_messages_{size}") for size in SIZES}
    for database in databases.values():
        database.sql("VACUUM (ANALYZE)")
    there = {size: database.sql("SELECT count(*), count(*) FILTER (WHERE state <> 'closed') FROM message WHERE tenant_id = "
                                f"'0192b000-0001-7000-8000-{9001:012d}'").split("|") for size, database in databases.items()}
    services = {size: Service(f"service_messages_{size}", database) for size, database in databases.items()}
    with running(*services.values()):
        sites = {size: Site(service) for size, service in services.items()}
        lines = [*page.head(REPEATS, SECONDS), "- A trust of 100 schools; " + "; ".join(
            f"{size}: {int(all_):,} messages, {int(waiting):,} of them open" for size, (all_, waiting) in there.items()),
            f"- {CONNECTIONS} connections", "",
            "| | 1x requests/s | p50 ms | p99 ms | 10x requests/s | p50 ms | p99 ms | 10x takes as long as 1x, times | errors |",
            "|---|---|---|---|---|---|---|---|---|", *lists(sites), intake(sites), "", bulk(sites)]
    page.write("messages", lines)


if __name__ == "__main__":
    main()
