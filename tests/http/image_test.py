"""The Dockerfile's second stage holds what the program is linked with."""
import os
import re
import subprocess

from cluster import ROOT

BESIDE = {"libc6", "libasan8", "libubsan1"}  # in every Debian; in builds for tests alone


def test_every_library_is_installed():
    """tests/container.sh starts the image, but is not a part of ./check."""
    binary = os.environ.get("CHAPERONE_BINARY", ROOT / "build/asan/chaperone")
    stage = (ROOT / "Dockerfile").read_text(encoding="utf-8").split("\nFROM ")[-1]
    there = set(re.findall(r"[a-z][a-z0-9.+-]+", stage)) | BESIDE
    for library in re.findall(r"\(NEEDED\).*\[(.*)\]", run("readelf", "-d", binary)):
        owners = re.findall(r"^([^:\s]+):", run("dpkg-query", "-S", f"*/{library}"), re.M)
        assert there & set(owners), (library, owners)


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
