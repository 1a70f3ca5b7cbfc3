"""docs/performance.md, part by part: each part of the benchmark replaces its own.

As a program: page.py PAGE FOLDER puts the parts that were written to FOLDER into PAGE."""

import datetime
import os
import platform
import re
import sys
from pathlib import Path

# In the order of the page.
TITLES = {
    "compare": "Beside pgbench, Go and Fastify", "memory": "Memory and many connections",
    "mixed": "Fast reads beside slow reports", "instructions": "Instructions a request",
    "growth": "Growth: ten times the rows", "england": "England in one database",
    "upload": "A file in and out",
    "calendars": "A calendar edited under 10,000 open messages",
    "messages": "Messages: what comes in and what waits",
    "why": "What is missed, and why", "plans": "Plans of the first pages",
}
TOP = """# Performance

Written by `bench/run`: do not edit, run it again. Each part says with which command and when it was measured. Absolute figures
belong to the machine; only the ratios travel.
"""
QUICK = os.environ.get("BENCH_QUICK") == "1"


def span(whole, quick):
    return quick if QUICK else whole


def machine():
    info = Path("/proc/cpuinfo").read_text()
    model = re.search(r"model name\s*: (.*)", info)
    memory = int(re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())[1]) / 2**20
    return (f"{os.cpu_count()} cores, {model[1] if model else platform.processor()}, "
            f"{memory:.0f} GiB, Linux {platform.release()}")


def head(repeats=None, seconds=None):
    """The lines that say what came from where."""
    lines = [f"- Command: `{os.environ.get('BENCH_COMMAND', 'bench/run')}`, "
             f"{datetime.date.today():%d %B %Y}",
             f"- Machine: {machine()}; load, service and PostgreSQL 15 share it"]
    if repeats:
        lines.append(f"- {repeats} repeats of {seconds} s, in turn, the order reversed every "
                     "other time; medians, with minimum and maximum")
    if QUICK:
        lines.append("- **A quick run: too short to quote**")
    return lines


def write(part, lines):
    """Keeps a part for the page, and shows it."""
    text = "\n".join(lines) + "\n"
    folder = Path(os.environ["BENCH_FOLDER"]) / "page"
    folder.mkdir(exist_ok=True)
    (folder / f"{part}.md").write_text(text)
    print(f"\n## {TITLES[part]}\n\n{text}", flush=True)


def read(text):
    """{part: text} of a page."""
    names = {title: part for part, title in TITLES.items()}
    found = re.split(r"^## (.*)\n\n", text, flags=re.M)[1:]
    return {names[title]: body.strip() + "\n" for title, body in zip(found[::2], found[1::2])
            if title in names}


def main(page, folder):
    parts = read(page.read_text()) if page.exists() else {}
    parts |= {file.stem: file.read_text() for file in folder.glob("*.md")}
    parts["why"] = Path(__file__).with_name("why.md").read_text().partition("\n\n")[2]
    page.write_text("\n".join([TOP, *(f"## {title}\n\n{parts[part]}"
                                      for part, title in TITLES.items() if part in parts)]))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
