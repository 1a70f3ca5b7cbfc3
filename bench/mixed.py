"""Fast reads alone, and beside four clients on a slow report and people who sign in.

Quiet and mixed take turns. Twice: at saturation, where the reports take processors that the
reads would use, and at a pace that leaves room, where only waiting for one another counts."""

import threading
import time
import urllib.error

import load
import page
import table
from callers import Callers, interleave
from processes import Database, Service, http, running, say
from workloads import CHANNELS, GET

REPEATS, SECONDS, WARM = page.span((5, 5, 2), (3, 2, 1))
REPORTS, SIGN_INS = 4, 5  # clients; sign-ins a second
PACE_MS = 100  # what each of 32 clients waits between its reads when they leave room
REPORT = "/v1/channels/quality"
NAMES = {"quiet": "quiet", "mixed": "beside reports and sign-ins"}


class Beside:
    """Those who make the others wait, until they are told to stop."""

    def __init__(self, service, token):
        self.service, self.token, self.stopped = service, token, threading.Event()
        self.reports, self.sign_ins, self.faults = [], [], 0
        self.threads = [threading.Thread(target=self.report) for _ in range(REPORTS)]
        self.threads.append(threading.Thread(target=self.arrivals))

    def timed(self, seconds, act):
        start = time.monotonic()
        try:
            act()
            seconds.append(time.monotonic() - start)
        except (urllib.error.URLError, OSError):
            self.faults += 1

    def report(self):
        while not self.stopped.is_set():
            self.timed(self.reports, lambda: http("GET", self.service.url + REPORT, self.token))

    def arrivals(self):
        """So many a second come, however long each takes."""
        coming = []
        while not self.stopped.wait(1 / SIGN_INS):
            email = f"person{len(coming) % 60 + 1}@bench.example"
            coming.append(threading.Thread(target=self.timed, args=(
                self.sign_ins, lambda email=email: self.service.sign_in(email))))
            coming[-1].start()
        for thread in coming:
            thread.join()

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        time.sleep(0.5)
        return self

    def __exit__(self, *fault):
        self.stopped.set()
        for thread in self.threads:
            thread.join()


def reader(callers, pace, met):
    """take(name, seconds) of the fast reads; what was beside them goes to `met`."""
    def fast(seconds):
        return load.wrk(callers.service, GET.path, seconds,
                        ["get", callers.token(GET), 1, CHANNELS, "", pace])

    def take(name, seconds):
        if name == "quiet":
            return fast(seconds)
        with Beside(callers.service, callers.token(GET)) as beside:
            sample = fast(seconds)
        met.append(beside)
        return sample
    return take


def lines_of(title, samples, met):
    quiet, mixed = samples["quiet"], samples["mixed"]
    reports = [s for beside in met for s in beside.reports]
    arrived = [s for beside in met for s in beside.sign_ins]
    faults = sum(beside.faults for beside in met)
    errors = sum(s["errors"] for s in quiet + mixed)
    tail, rate = table.ratio(mixed, quiet, "p99"), table.ratio(mixed, quiet)
    return ["", f"### {title}", "", *table.rates(samples, NAMES), "",
            f"- p99 of the fast reads is {tail:.2f} times the quiet one "
            f"({table.at_most(tail, 1.5)})",
            f"- throughput of the quiet run: {table.at_least(rate, 0.9)}",
            f"- meanwhile {len(reports):,} reports, {table.middle(reports):.2f} s each, and "
            f"{len(arrived):,} sign-ins, {table.middle(arrived):.2f} s each (medians)",
            f"- errors of all: {errors + faults} ({table.at_most(errors + faults, 0)})"]


def main():
    service = Service("service", Database("chaperone"))
    lines = [*page.head(REPEATS, SECONDS),
             f"- GET one channel with 32 connections; {REPORTS} clients loop on `GET {REPORT}` of "
             f"{CHANNELS:,} channels, as SLT of the trust; {SIGN_INS} people sign in each second"]
    with running(service):
        callers = Callers(service)
        callers.call(GET, service, 1)
        start = time.monotonic()
        http("GET", service.url + REPORT, callers.token(GET))
        lines.append(f"- one report alone takes {time.monotonic() - start:.2f} s")
        for title, pace in (("At saturation", 0),
                            (f"With room: each client waits {PACE_MS} ms between its reads", PACE_MS)):
            met = []
            samples = interleave(
                ["quiet", "mixed"], reader(callers, pace, met), REPEATS, WARM, SECONDS,
                lambda samples: say("  mixed  " + "  ".join(
                    f"{n} {s[-1]['rate']:.0f}/s p99 {s[-1]['p99']:.1f} ms" for n, s in samples.items())))
            lines += lines_of(title, samples, met[1:])  # the first was the warming up
    page.write("mixed", lines)


if __name__ == "__main__":
    main()
