"""The Dockerfile's second stage holds what the program is linked with."""
import os
import re
import subprocess

from cluster import ROOT

ALWAYS = {"libc6", "libgcc-s1"}  # in every Debian
TESTS_OWN = {"libasan8", "libubsan1"}


def test_every_library_is_installed():
    """tests/container.sh starts the image, but is not a part of ./check."""
    binary = os.environ.get("CHAPERONE_BINARY", ROOT / "build/asan/chaperone")
    wanted = re.findall(r"\(NEEDED\).*\[(.*)\]", run("readelf", "-d", binary))
    owners = {run("dpkg-query", "-S", f"*/{name}").split(":")[0] for name in wanted}
    stage = (ROOT / "Dockerfile").read_text(encoding="utf-8").split("\nFROM ")[-1]
    assert owners - ALWAYS - TESTS_OWN <= set(re.findall(r"[a-z][a-z0-9.+-]+", stage))


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
