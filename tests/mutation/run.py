"""Makes one change at a time and runs the tests that matter: every change must turn them red."""
import argparse
import contextlib
import fcntl
import os
import pathlib
import queue
import signal
import sys
import threading
import time
from collections import Counter

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/http"))

import psycopg2

import catalogue
import tables
from choice import TOGETHER, Choice
from green import Green
from mutant import Mutant
from tree import Tree
from worker import Red, Worker

IN_C = ("matrix", "grant", "flow", "permission", "route", "field", "list", "refusal")
IN_DATABASE = ("check", "unique", "foreign", "trigger", "policy", "setting")
EXPLAINED = pathlib.Path(__file__).with_name("explained.txt")


def options():
    parser = argparse.ArgumentParser(prog="tests/mutate", description=__doc__, epilog=(
        "A change in C is made in a copy (build/mutation), one of the database after its migrations;"
        " the tree itself is only read. Exit status 1: a survivor that tests/mutation/explained.txt"
        " does not explain, a change that could not be made, or an explanation that is stale."))
    parser.add_argument("--kind", action="append", choices=IN_C + IN_DATABASE, default=[],
                        help="only this kind of change; may be repeated")
    parser.add_argument("--only", metavar="PATTERN", default="", help="only what holds this text")
    parser.add_argument("--sample", metavar="N", type=int, default=1, help="every Nth, by --seed")
    parser.add_argument("--seed", default="0")
    parser.add_argument("--jobs", metavar="N", type=int, default=os.cpu_count())
    parser.add_argument("--but", metavar="REPORT", action="append", type=pathlib.Path, default=[],
                        help="without what this report of an earlier run says was killed, unless by hanging; its lines"
                             " go over into the new report, so that build/mutation/report.tsv takes up where a run"
                             " ended; may be repeated")
    parser.add_argument("--behaviour", action="store_true",
                        help="without the unit tests, which state some tables a second time")
    parser.add_argument("--quick", action="store_true",
                        help="only the tests of its noun and kind: what they miss, others may see")
    parser.add_argument("--list", action="store_true", help="print the changes, make none")
    return parser.parse_args()


def explained_read():
    """{id: reason}: ids, each on a line of its own, and the reason of all of them on the indented lines below."""
    found, ids, said = {}, [], False
    for line in EXPLAINED.read_text().splitlines():
        if line.startswith("\t"):
            found |= {id: f"{found[id]} {line.strip()}".strip() for id in ids}
            said = True
        elif line and not line.startswith("#"):
            ids = [line] if said else [*ids, line]
            found[line], said = "", False
    return found


def killed_read(reports):
    """{id: its line}: of what hung nobody knows whether the machine was merely slow."""
    lines = [line for path in reports for line in path.read_text(encoding="utf-8").splitlines()]
    parts = [line.split("\t") for line in lines]
    return {id: line for line, (verdict, id, _, by, *_) in zip(lines, parts) if verdict == "killed" and by != "hanging"}


def wanted(asked, mutants):
    chosen = [m for m in mutants if (not asked.kind or m.kind in asked.kind) and asked.only in m.id]
    return sorted(chosen, key=lambda m: m.lot(asked.seed))[::asked.sample]


def in_database(house, root):
    """Each is tried on a database that forgets it: (mutants, what failed)."""
    found = list(catalogue.mutants(house, root))
    faults = {mutant.id: fault for mutant in found if (fault := sql_fault(house, mutant.sql))}
    house.connection.close()  # it is copied, and only what nobody uses can be
    return found, faults


def sql_fault(house, sql):
    try:
        house.sql("BEGIN")
        house.sql(sql)
    except psycopg2.Error as error:
        return str(error).strip()
    finally:
        house.sql("ROLLBACK")
    return None


def each(workers, work, judge):
    """Every worker takes the next thing until none is left; yields (thing, answer)."""
    waiting, answers = queue.Queue(), queue.Queue()
    for thing in work:
        waiting.put(thing)

    def run(worker):
        while not worker.stopped:
            try:
                thing = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                answers.put((thing, judge(worker, thing)))
            except Red as red:
                answers.put((thing, red))
            except Exception as error:  # told, never lost: this run is then red
                answers.put((thing, ("not made", f"{type(error).__name__}: {error}", 0)))

    for worker in workers:
        threading.Thread(target=run, args=(worker,), daemon=True).start()
    for _ in work:
        thing, answer = answers.get()
        if isinstance(answer, Red):
            sys.exit(f"The tests are red without any change: {answer}. Mend that first.")
        yield thing, answer


class Report:
    def __init__(self, folder, explained):
        self.explained, self.counts, self.bad, self.stale = explained, Counter(), 0, []
        self.file = open(folder / "report.tsv", "w", encoding="utf-8", buffering=1)

    def keep(self, mutant, line, asked):
        """Of an earlier run; counted only if this one was asked about it."""
        print(line, file=self.file)
        if asked:
            self.stale += [mutant.id] if mutant.id in self.explained else []
            self.counts[mutant.kind, "killed before"] += 1

    def add(self, mutant, verdict, by, seconds):
        explained = mutant.id in self.explained
        print(verdict, mutant.id, mutant.place, by, f"{seconds:.0f}", sep="\t", file=self.file)
        if verdict == "survived" and explained:
            verdict = "explained"
        elif verdict != "killed":
            self.bad += 1
            print(f"{verdict}: {mutant.id}\n\t{mutant.place}{by and ': ' + by}", flush=True)
        elif explained:
            self.stale.append(mutant.id)
        if by == "hanging":
            print(f"killed by hanging: {mutant.id}\n\t{mutant.place}", flush=True)
        self.counts[mutant.kind, verdict] += 1

    def close(self, there):
        for kind in dict.fromkeys(kind for kind, _ in self.counts):
            told = [f"{count} {verdict}" for (of, verdict), count in sorted(self.counts.items()) if of == kind]
            print(f"{kind}: {', '.join(told)}")
        for id in self.stale:
            print(f"stale, killed now: {id}")
        gone = [id for id in self.explained if id not in there]
        for id in gone:
            print(f"stale, there is no such change: {id}")
        return 1 if self.bad or self.stale or gone else 0


def stop(number, _):
    """Once: what is under way is then put away, whatever else is sent."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    sys.exit(128 + number)


def lock(folder):
    """For as long as the file is open: two runs would change one tree."""
    file = open(folder / "lock", "w", encoding="ascii")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit("Another run is at work here.")
    return file


def explained_at_once(report, worker, mutants):
    """Conditions of policies only narrow: what opens nothing when all of them are gone opens nothing when one is."""
    sides = {m.sql.partition("(")[0]: m for m in mutants if m.kind == "policy" and m.id in report.explained}
    if len(sides) < 2:
        return mutants
    start, known = time.monotonic(), list(sides.values())
    words = tuple(sorted({word for m in known for word in m.words}))
    whole = Mutant("policy", "all that is explained", EXPLAINED.name, words, sql="; ".join(m.sql for m in known))
    [(_, (verdict, by, *_))] = each([worker], [whole], lambda worker, mutant: worker.judge(mutant))
    if verdict != "survived":
        print(f"Of what is explained something is {verdict} ({by}): each is tried alone.", flush=True)
        return mutants
    for mutant in known:
        report.add(mutant, verdict, by, (time.monotonic() - start) / len(known))
    return [m for m in mutants if m not in known]


def together(report, workers, mutants):
    """Most changes of the database cost a second this way; those that are left."""
    for name, kinds in TOGETHER.items():
        start = time.monotonic()
        chosen = [m for m in mutants if m.kind in kinds and m.undo]
        parts = [part for at in range(len(workers)) if (part := chosen[at::len(workers)])]
        found = {}
        for _, answer in each(workers, parts, lambda worker, part: worker.together(name, part)):
            if not isinstance(answer, dict):
                sys.exit(f"{name}, many changes together: {answer[1]}")
            found |= answer
        for mutant in chosen:
            if mutant.id in found:
                report.add(mutant, "killed", found[mutant.id], (time.monotonic() - start) / len(chosen))
        mutants = [m for m in mutants if m.id not in found]
    return mutants


def judged(report, workers, mutants, faults):
    def judge(worker, mutant):
        start = time.monotonic()
        verdict = ("not made", faults[mutant.id]) if mutant.id in faults else worker.judge(mutant)
        return *verdict, time.monotonic() - start

    for mutant, (verdict, by, seconds) in each(workers, mutants, judge):
        report.add(mutant, verdict, by, seconds)


def main():
    asked, start = options(), time.monotonic()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    folder = ROOT / "build/mutation"
    folder.mkdir(parents=True, exist_ok=True)
    with lock(folder), contextlib.ExitStack() as stack:
        tree = Tree(folder / "tree")
        os.environ["CHAPERONE_BINARY"] = str(tree.whole / "chaperone")
        parts = tree, Choice(tree.folder), Green(tree.folder, folder / "green.txt"), asked
        workers = [stack.enter_context(contextlib.closing(Worker(*parts)))]
        found, faults = in_database(workers[0].house, tree.folder)
        everything = [*tables.mutants(tree.folder), *found]
        chosen, before = wanted(asked, everything), killed_read(asked.but)
        mutants = [m for m in chosen if m.id not in before]
        if not mutants:
            sys.exit("No change was chosen: a run without one proves nothing.")
        if asked.list:
            print(*(f"{m.place}: {m.id}" for m in mutants), sep="\n")
            return 0
        workers += [stack.enter_context(contextlib.closing(Worker(*parts))) for _ in range(asked.jobs - 1)]
        print(f"{len(mutants)} changes, after {time.monotonic() - start:.0f} s.", flush=True)
        report = Report(folder, explained_read())
        asked_about = {m.id for m in chosen}
        for mutant in (m for m in everything if m.id in before):
            report.keep(mutant, before[mutant.id], mutant.id in asked_about)
        try:
            sound = explained_at_once(report, workers[0], [m for m in mutants if m.id not in faults])
            judged(report, workers, together(report, workers, sound) + [m for m in mutants if m.id in faults], faults)
        finally:
            status = report.close({m.id for m in everything})
            print(f"{time.monotonic() - start:.0f} s; each change and its test: {folder}/report.tsv")
        return status


sys.exit(main())
