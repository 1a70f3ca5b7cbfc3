"""One service under load: who calls it, single calls, and samples of a workload."""

import base64
import json
import time

import load
from processes import FOLDER, http
from workloads import BODY, CHANNELS, DRAFT_KIND, drafts_left, drafts_make, uuid

ROLE = "-c random_page_cost=1.1 -c plan_cache_mode=force_generic_plan -c timezone=UTC"
CIRCLES = " ".join(f"-c me.{circle}=*" for circle in ("member", "colleague", "keeper", "leader"))
TABLES = "relnamespace = 'public'::regnamespace AND relkind = 'r'"


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


class Callers:
    """Those who call one service, and its peers in its stead."""

    def __init__(self, service):
        self.service, self.database, self.peers = service, service.database, {}
        self.numbers, self.walls, self.tokens, self.speed = Numbers(), True, {}, {}
        self.channels = CHANNELS

    def token(self, workload):
        """Good for an hour: longer than any part runs."""
        if workload.caller not in self.tokens:
            self.tokens[workload.caller] = self.service.sign_in(workload.caller)
        return self.tokens[workload.caller]

    def context(self, workload):
        """For whoever goes without enter(): the same caller, set for the session."""
        me = claims(self.token(workload))
        return (f"-c me.tenant={me['tid']} -c me.person={me['sub']} -c me.identity={me['idn']} "
                f"-c me.name=bench {CIRCLES} {ROLE}")

    def call(self, workload, server, number):
        """One call as the load makes it; the answer."""
        url, token = server.url + workload.path, self.token(workload)
        if workload.name == "get":
            return http("GET", f"{url}/{uuid('0008', number)}", token)[0]
        if workload.name == "draft":
            return http("POST", url, token, BODY)[0]
        if workload.name == "withdraw":
            return http("POST", f"{url}/{uuid(DRAFT_KIND, number)}/withdraw", token, {})[0]
        return http("GET", url, token)[0]

    def subjects(self, workload, count):
        """The number of the first of so many rows that the workload may be called with once."""
        if workload.name != "withdraw":
            return 777
        first = self.numbers.take(count)
        drafts_make(self.database, first, count)
        return first

    def row_security(self, on):
        if on != self.walls:
            word = "ENABLE" if on else "DISABLE"
            # a transaction for each table: one for all would meet the sealer in a deadlock
            self.database.sql(f"SELECT format('ALTER TABLE %I {word} ROW LEVEL SECURITY', relname) "
                              f"FROM pg_class WHERE {TABLES} \\gexec")
            self.walls = on

    def span(self, workload, contender, seconds, lanes):
        """(first number, numbers for each lane): enough for what was seen of its speed."""
        if workload.name == "get":
            return 1, self.channels
        if workload.name not in ("draft", "withdraw"):
            return 0, 0
        seen = self.speed.get((workload.name, contender), 3000)
        each = int(seen * seconds * 1.6 / lanes) + 500
        if workload.name == "withdraw":
            return self.subjects(workload, each * lanes), each
        return self.numbers.take(each * lanes), each

    def sample(self, workload, contender="service", seconds=2):
        lanes = 8 if contender.startswith("pgbench") else 2
        first, each = self.span(workload, contender, seconds, lanes)
        self.row_security(contender != "service_no_rls")
        if lanes == 8:
            walls = contender == "pgbench_walls"
            script, variables = workload.script(FOLDER, walls, first, each)
            result = load.pgbench(self.database, script, variables, seconds,
                                  "chaperone_app" if walls else "postgres",
                                  ROLE if walls else self.context(workload))
        else:
            body = json.dumps(BODY if workload.name == "draft" else {})
            result = load.wrk(self.peers.get(contender, self.service), workload.path, seconds,
                              [workload.name, self.token(workload), first, each, body])
        if workload.name == "withdraw":
            moved = each * lanes - drafts_left(self.database, first, each * lanes)
            result["errors"] += max(0, result["requests"] - moved)
        self.speed[(workload.name, contender)] = result["rate"]
        return result


def interleave(names, take, repeats, warm, seconds, show=lambda samples: None):
    """{name: [sample, ...]}: A B, B A, ... so that a machine that slows down slows everybody.
    take(name, seconds) gives a sample; each is warmed up first."""
    samples = {name: [] for name in names}
    for name in names:
        take(name, warm)
    for repeat in range(repeats):
        for name in names if repeat % 2 == 0 else names[::-1]:
            samples[name].append(take(name, seconds))
        show(samples)
    return samples
