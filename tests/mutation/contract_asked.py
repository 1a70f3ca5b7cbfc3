"""The tests of the contract, which look at what the program says of itself: one process asks them for each program."""
import contextlib
import os
import signal
import subprocess


class ContractAsked:
    def __init__(self, tree, folder):
        pipes = [folder / name for name in ("asked", "told")]
        for pipe in pipes:
            os.mkfifo(pipe)
        self.process = subprocess.Popen(
            ["/usr/bin/python3", "-B", "-m", "pytest", "-q", "-p", "described", "-p", "no:cacheprovider",
             "tests/http/contract_test.py"], cwd=tree.folder, start_new_session=True, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env={
                **os.environ, "PYTHONPATH": "tests/mutation:tests/http",
                "CHAPERONE_TEST_ASKED": str(pipes[0]), "CHAPERONE_TEST_TOLD": str(pipes[1])})
        self.asked = open(pipes[0], "w", buffering=1, encoding="utf-8")
        self.told = open(pipes[1], encoding="utf-8")

    def red(self, binary):
        """The first test that is red; "" when none is."""
        print(binary, file=self.asked)
        line = self.told.readline()
        if not line:
            raise RuntimeError("the process that asks the contract's tests has ended")
        return line.strip()

    def close(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.told.close()
        with contextlib.suppress(BrokenPipeError):
            self.asked.close()
