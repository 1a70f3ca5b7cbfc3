"""openapi.yaml is clean under two linters that others use."""
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / "build/full/node_modules/.bin"
LINTERS = {
    "redocly": ["lint", "--config", "tests/full/redocly.yaml", "openapi.yaml"],
    "spectral": ["lint", "--fail-severity", "hint", "-r", "tests/full/spectral.yaml",
                 "openapi.yaml"],
}


@pytest.mark.parametrize("name", LINTERS)
def test_lint(name):
    done = subprocess.run([TOOLS / name, *LINTERS[name]], cwd=ROOT, text=True, timeout=300,
                          capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
