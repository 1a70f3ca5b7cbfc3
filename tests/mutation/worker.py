"""A database server of its own, and the tests that run on it one after the other."""
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile

import psycopg2

from cells import Cells
from cluster import Cluster
from contract_asked import ContractAsked
from house import House

SECONDS = 600  # in which not one test ended: that counts as hanging, which is red
# What compares with a second statement of the same thing, as some unit tests do.
SECOND = ("tests/http/constraint_test.py::test_all_are_stated",)


class Red(Exception):
    """Tests that fail on the program as it is prove nothing."""


class Worker:
    def __init__(self, tree, choice, green, asked):
        self.tree, self.choice, self.green, self.asked = tree, choice, green, asked
        self.cluster = Cluster()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="bin.", dir=self.cluster.own))
        self.folder.chmod(0o755)
        self.cluster.make_database("chaperone_test")
        self.house = House(self.cluster)  # all others begin as its copy
        self.house.server.stop()
        self.contract = ContractAsked(tree, self.folder)
        if red := self.contract.red(tree.whole / "chaperone"):
            raise SystemExit(f"The tests are red without any change: {red}. Mend that first.")
        self.cells = Cells(tree, self.folder)
        self.process, self.stopped = None, False

    def judge(self, mutant):
        """(verdict, by what): killed, survived, or not made."""
        units = [] if self.asked.behaviour else self.choice.unit(mutant)
        if units and mutant.cell and self.cells.red(mutant.cell):
            return "killed", units[0]
        for targets in ([units] if units else []) + [["chaperone"]] if mutant.path else []:
            fault = self.tree.binaries(mutant, targets, self.folder)
            if fault:
                return "not made", fault
            red = [name for name in targets if name in units and self.unit_red(name)]
            if red:
                return "killed", red[0]
        if mutant.path and (red := self.contract.red(self.folder / "chaperone")):
            return "killed", f"contract_test.py::{red}"
        for choose in (self.choice.near, self.choice.wide)[:1 if self.asked.quick else 2]:
            files = choose(mutant)
            binary = (self.folder if mutant.path else self.tree.whole) / "chaperone"
            verdict, by = self.tests(files, binary, mutant)
            if verdict == "killed":
                self.prove(files, by, binary, mutant)
            if verdict != "survived":
                return verdict, by
        return "survived", ""

    def together(self, name, mutants):
        """Tries these changes of the database on one house, with the tests of one file: {id: the red one}."""
        found, asked, told = {}, self.folder / "asked.json", self.folder / "told.tsv"
        while mutants:
            told.unlink(missing_ok=True)
            asked.write_text(json.dumps(
                [{"id": m.id, "sql": m.sql, "undo": m.undo, "words": m.words} for m in mutants]))
            self.tests([name], self.tree.whole / "chaperone", more={
                "PYTEST_PLUGINS": "together", "CHAPERONE_TEST_TOGETHER": str(asked), "CHAPERONE_TEST_TOLD": str(told)})
            lines = [line.split("\t") for line in told.read_text().splitlines()] if told.exists() else []
            found |= {id: f"{by[0].removeprefix('tests/http/')}::{by[1]}" for word, id, *by in lines if word == "red"}
            done = {id for _, id, *_ in lines}
            if not done or self.stopped:
                break
            mutants = [m for m in mutants if m.id not in done]
        return found

    def unit_red(self, name):
        for fresh in self.green.fresh([name]):
            if self.run([self.tree.whole / fresh]).returncode:
                raise Red(fresh)
            self.green.add([fresh])
        return self.run([self.folder / name]).returncode != 0

    def green_require(self, names):
        fresh = self.green.fresh(names)
        if fresh:
            verdict, by = self.tests(fresh, self.tree.whole / "chaperone")
            if verdict != "survived":
                raise Red(by)
            self.green.add(fresh)

    def prove(self, files, by, binary, mutant):
        """Without the change the red one has to be green, alone and, unless it is red alone, after what ran before it."""
        at = next((at for at, name in enumerate(files) if by.startswith(f"{name}_test.py")), None)
        self.green_require(files if at is None else [files[at]])
        if at and self.tests([files[at]], binary, mutant)[0] != "killed":
            verdict, by = self.tests(files[:at + 1], self.tree.whole / "chaperone")
            if verdict != "survived":
                raise Red(by)

    def tests(self, names, binary, mutant=None, more={}):
        """Runs these HTTP tests until the first one is red."""
        copy = {"database": self.house.database, "demo": self.house.demo,
                "sql": mutant and mutant.sql, "words": mutant.words if mutant else (),
                "master_key": pathlib.Path(self.house.master_key).read_text()}
        files = [f"tests/http/{name}_test.py" for name in names]
        left_out = [f"--deselect={test}" for test in SECOND if self.asked.behaviour]
        try:
            done = self.run(
                ["/usr/bin/python3", "-B", "-m", "pytest", "-qx", "--tb=line", "-p", "furnished",
                 "-p", "no:cacheprovider", *left_out, *files],
                CHAPERONE_BINARY=str(binary), PYTHONPATH="tests/mutation:tests/http",
                CHAPERONE_TEST_HOUSE=json.dumps(copy), **more)
        finally:
            self.databases_drop()
        red = re.search(r"^(?:FAILED|ERROR) tests/http/(\S+)", done.stdout, re.M)
        if done.returncode == 0:
            return "survived", ""
        if done.returncode in (1, -signal.SIGKILL):
            return "killed", red.group(1) if red else "hanging"
        return "not made", f"pytest ended with {done.returncode}: {done.stdout[-500:]}"

    def run(self, command, **more):
        """In a group of its own, of which nothing is left afterwards."""
        environment = {**os.environ, "CHAPERONE_TEST_CLUSTER": self.cluster.folder, "PYTHONUNBUFFERED": "1",
                       "CHAPERONE_TEST_DSN": self.cluster.dsn("chaperone_test", "postgres"), **more}
        with tempfile.TemporaryFile("w+") as out:
            process = subprocess.Popen(command, cwd=self.tree.folder, env=environment,
                                       stdout=out, stderr=subprocess.STDOUT, start_new_session=True)
            self.process = process
            try:
                self.patience(process, out)
            finally:
                self.group_kill()
                process.wait()
            out.seek(0)
            return subprocess.CompletedProcess(command, process.returncode, out.read())

    @staticmethod
    def patience(process, out):
        """Until it ends, or has had nothing to say for too long: a machine that is slow is no change that is noticed."""
        told = 0
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(SECONDS)
                return
            if os.fstat(out.fileno()).st_size == told:
                return
            told = os.fstat(out.fileno()).st_size

    def group_kill(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def close(self):
        self.stopped = True
        if self.process:
            self.group_kill()
        self.contract.close()
        try:
            self.house.close()
        finally:
            self.cluster.close()

    def databases_drop(self):
        """Those of houses that were never finished."""
        with contextlib.closing(psycopg2.connect(self.cluster.dsn("postgres", "postgres"))) as connection:
            connection.autocommit = True
            cursor = connection.cursor()
            cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'house%%' AND datname <> %s",
                           [self.house.database])
            for name, in cursor.fetchall():
                cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
        for folder in pathlib.Path(self.cluster.own).glob("house.*"):
            if str(folder) != self.house.folder:
                shutil.rmtree(folder)
