"""One real process of the service, and what it said by the time it ended."""
import glob
import json
import os
import shutil
import signal
import socket
import subprocess
import time

from client import Client, raw
from cluster import ROOT

OPTIONS = ("log_path={0}/report:halt_on_error=1:exitcode=99:detect_leaks=1:"
           "detect_stack_use_after_return=1:strict_string_checks=1")


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def binary_install(folder):
    """A copy where the service's own user can read it."""
    source = os.environ.get("CHAPERONE_BINARY", ROOT / "build/asan/chaperone")
    return shutil.copy(source, os.path.join(folder, "chaperone"))


class Server:
    def __init__(self, binary, folder, contract, settings, user=None):
        """settings: the whole CHAPERONE_* environment, but for the port."""
        self.binary, self.folder, self.contract, self.user = binary, folder, contract, user
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log_path = f"{folder}/serve-{self.port}.log"
        self.settings = {"CHAPERONE_LISTEN": "127.0.0.1", "CHAPERONE_PORT": str(self.port),
                         "CHAPERONE_ISSUER": self.url, **settings}
        self.expected = set()  # ids of requests that a test wanted to be answered with 5xx
        self.troubles = []     # stretches of the log in which errors were provoked
        self.generation = 0
        self.process = None

    def environment(self):
        options = OPTIONS.format(self.folder)
        return {"PATH": "/usr/bin:/bin", "ASAN_OPTIONS": options, "UBSAN_OPTIONS": options,
                **self.settings}

    def run(self, *arguments, expect=0, input=None, **settings):
        """A command of the same binary (migrate, demo, ...); returns what it printed."""
        done = subprocess.run([self.binary, *arguments], cwd="/", user=self.user, text=True,
                              group=self.user, env={**self.environment(), **settings},
                              input=input, capture_output=True, timeout=300)
        assert done.returncode == expect, (arguments, done.returncode, done.stdout, done.stderr)
        return done

    def start(self):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([self.binary, "serve"], cwd="/", user=self.user,
                                            group=self.user, env=self.environment(),
                                            stdout=log, stderr=log)
        self.generation += 1
        self.await_status(200)

    def await_status(self, status, path="/readyz", seconds=60):
        end = time.monotonic() + seconds
        seen = None
        while time.monotonic() < end:
            assert self.process.poll() is None, f"serve ended: {self.log()[-3000:]}"
            try:
                seen = raw(self.port, f"GET {path} HTTP/1.1\r\nHost: localhost\r\n"
                           "Connection: close\r\n\r\n".encode())[0]
                if seen and seen.status == status:
                    return
            except OSError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"{path} does not answer {status}, but {seen}")

    def stop(self):
        """A graceful stop, which must end with 0."""
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"serve does not stop: {self.log()[-3000:]}") from None
        assert code == 0, f"serve ended with {code}: {self.log()[-3000:]}"

    def restart(self):
        self.stop()
        self.start()

    def client(self, token=None, **options):
        return Client(self, token, **options)

    def raw(self, text, **options):
        return raw(self.port, text if isinstance(text, bytes) else text.encode(), **options)

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def log_lines(self):
        """Every line of the log that is JSON, in order."""
        return [json.loads(line) for line in self.log().splitlines() if line.startswith("{")]

    def processor_ticks(self):
        """User and system time of the process with all its threads, the ended ones too."""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    def trouble_begins(self):
        self.troubles.append([os.path.getsize(self.log_path), None])

    def trouble_ends(self):
        self.troubles[-1][1] = os.path.getsize(self.log_path)

    def faults(self):
        """Lines of the log that nobody asked for, and reports of the sanitizers."""
        found = [open(report).read() for report in glob.glob(f"{self.folder}/report*")]
        place = 0
        with open(self.log_path, "rb") as file:
            for line in file:
                if not any(a <= place < (b or place + 1) for a, b in self.troubles):
                    found += self.line_faults(line.decode(errors="replace").strip())
                place += len(line)
        return found

    def line_faults(self, line):
        if line.startswith("Chaperone listens on "):
            return []
        try:
            event = json.loads(line)
        except ValueError:
            return [f"not JSON: {line}"]
        if event.get("level") == "error":
            return [line]
        if event.get("status", 0) >= 500 and event.get("request_id") not in self.expected:
            return [line]
        return []

    def close(self):
        """Ends the process and says whether all was well."""
        if self.process.poll() is None:
            self.stop()
        faults = self.faults()
        assert not faults, "the service's log holds what no test expected:\n" + "\n".join(faults)
