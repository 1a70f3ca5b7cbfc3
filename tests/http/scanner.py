"""The real clamd, with one signature of its own: the EICAR test file, which harms nobody."""
import os
import signal
import socket
import subprocess
import time
from contextlib import contextmanager

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
# MD5, length and name: a database of one file takes no network.
SIGNATURE = "44d88612fea8a8f36de82e1278abb02f:68:Eicar-Test-Signature\n"
CONFIGURATION = """Foreground yes
DatabaseDirectory {folder}
LocalSocket {folder}/socket
LocalSocketMode 666
TCPAddr 127.0.0.1
TCPSocket {port}
MaxThreads 4
"""


class Scanner:
    def __init__(self, folder, port):
        self.folder, self.port = folder, port
        self.path, self.address = f"{folder}/socket", f"127.0.0.1:{port}"
        os.mkdir(folder, 0o755)
        for name, text in (("eicar.hdb", SIGNATURE),
                           ("clamd.conf", CONFIGURATION.format(folder=folder, port=port))):
            with open(f"{folder}/{name}", "w", encoding="ascii") as file:
                file.write(text)
        self.process = subprocess.Popen(["/usr/sbin/clamd", f"--config-file={folder}/clamd.conf"],
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def await_answer(self):
        end = time.monotonic() + 60
        while time.monotonic() < end:
            assert self.process.poll() is None, self.process.stdout.read()
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=5) as sock:
                    sock.sendall(b"zPING\0")
                    if sock.recv(5) == b"PONG\0":
                        return
            except OSError:
                pass
            time.sleep(0.05)
        raise AssertionError("clamd does not answer")

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)
        self.process.stdout.close()


@contextmanager
def scanner(folder, port):
    running = Scanner(folder, port)
    try:
        running.await_answer()
        yield running
    finally:
        running.close()


@contextmanager
def speaker(answer):
    """In clamd's place, what clamd does not do on demand: takes a stream and answers this, or, with
    None, nothing at all. Gives its port."""
    import threading
    with socket.create_server(("127.0.0.1", 0)) as listening:
        kept = []

        def serve():
            while True:
                try:
                    sock, _ = listening.accept()
                except OSError:
                    return
                kept.append(sock)
                if answer is None:
                    continue
                taken = b""
                while not taken.endswith(b"\0\0\0\0"):
                    taken += sock.recv(65536)
                sock.sendall(answer)
                sock.close()

        threading.Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1]
        for sock in kept:
            sock.close()
