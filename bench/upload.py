"""A file of 10 MiB on its way in and out: how fast, and what the service's memory peaks at."""

import base64
import concurrent.futures
import hashlib
import http.client
import json
import os
import statistics
import time
from pathlib import Path

import page
from callers import Callers
from processes import Database, Service, running
from workloads import GET

PART, PARTS = 2**20, 10
SIZE = PART * PARTS
REPEATS = page.span(7, 3)
CLIENTS = (1, 4)
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


class Client:
    """One keep-alive connection, as one person's browser has it."""

    def __init__(self, service, token):
        self.connection = http.client.HTTPConnection("127.0.0.1", int(service.url.rpartition(":")[2]), timeout=120)
        self.token = token

    def call(self, method, path, body=None, media="application/json"):
        if media == "application/json" and body is not None:
            body = json.dumps(body)
        self.connection.request(method, path, body, {"Authorization": f"Bearer {self.token}", "Content-Type": media})
        answer = self.connection.getresponse()
        data = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.status} {data[:300]}")
        return data, answer.headers

    def json(self, *request):
        return json.loads(self.call(*request)[0])


def once(client, message):
    """Seconds that each step took."""
    data = PNG + os.urandom(SIZE - len(PNG))
    digest = hashlib.sha256(data)
    marks = [time.monotonic()]
    id = client.json("POST", "/v1/uploads", {"kind": "evidence", "size": SIZE, "sha256": digest.hexdigest(),
                                             "media_type": "image/png"})["id"]
    for n in range(PARTS):
        client.call("PUT", f"/v1/uploads/{id}/parts/{n + 1}", data[n * PART:(n + 1) * PART], "application/octet-stream")
    marks.append(time.monotonic())
    client.call("POST", f"/v1/uploads/{id}/complete", {})
    marks.append(time.monotonic())
    made = client.json("POST", "/v1/evidence", {"message_id": message, "kind": "file", "upload_id": id})
    marks.append(time.monotonic())
    got, headers = client.call("GET", f"/v1/evidence/{made['id']}/file")
    marks.append(time.monotonic())
    told = base64.b64encode(digest.digest()).decode()
    if got != data or headers["Repr-Digest"] != f"sha-256=:{told}:":
        raise SystemExit("what came back is not what was sent")
    return [after - before for before, after in zip(marks, marks[1:])]


def peak(server):
    """Resident MiB at most since peak_reset."""
    text = Path(f"/proc/{server.pid}/status").read_text()
    return int(text.split("VmHWM:")[1].split()[0]) / 1024


def peak_reset(server):
    Path(f"/proc/{server.pid}/clear_refs").write_text("5")


def row(service, token, message, count):
    """So many people at once, each with a file of their own at a time."""
    peak_reset(service)
    before = peak(service)
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        clients = [Client(service, token) for _ in range(count)]
        start = time.monotonic()
        steps = [each for _ in range(REPEATS)
                 for each in pool.map(lambda client: once(client, message), clients)]
        seconds = time.monotonic() - start
    sent, settled, _, got = (statistics.median(step) for step in zip(*steps))
    megabytes = SIZE / 2**20
    return (f"| {count} | {megabytes / sent:.0f} | {settled * 1000:.0f} | {megabytes / got:.0f} | "
            f"{2 * megabytes * len(steps) / seconds:.0f} | {before:.1f} | {peak(service):.1f} |")


def main():
    service = Service("service_upload", Database("chaperone"))
    with running(service):
        token = Callers(service).token(GET)
        client = Client(service, token)
        message = client.json("POST", "/v1/messages", {
            "kind": "comment", "source": "third_party_page", "received_at": "2026-01-05T10:00:00Z",
            "text": "Something was said."})["id"]
        once(client, message)
        rows = [row(service, token, message, count) for count in CLIENTS]
    page.write("upload", [
        *page.head(), f"- A file of {SIZE / 2**20:.0f} MiB in parts of 1 MiB over one keep-alive connection a client, completed (SHA-256, "
        f"libmagic, no scanner), made evidence, and downloaded again; {REPEATS} files a client, medians; every byte compared", "",
        "| clients | parts in MiB/s, each | complete ms | download MiB/s, each | in and out MiB/s, all | MiB resident before | at most |",
        "|---|---|---|---|---|---|---|", *rows])


if __name__ == "__main__":
    main()
