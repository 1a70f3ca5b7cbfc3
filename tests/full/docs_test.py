"""/docs in a real browser: it loads from nowhere else, and "Authorize" signs its calls."""
import json
import os
import subprocess
from pathlib import Path

SCRIPT = Path(__file__).parent / "docs.js"
MODULES = Path(__file__).parents[2] / "build/full/node_modules"


def browse(house, token):
    done = subprocess.run(["node", SCRIPT, house.url, token], text=True, timeout=180,
                          capture_output=True, check=False, env={
                              "PATH": os.environ["PATH"], "NODE_PATH": MODULES,
                              "HOME": house.folder})
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def test_authorize_signs_the_calls(house):
    person = house.fresh_tenant().person("Bro Wser", "slt")
    seen = browse(house, house.token(person.login))
    assert seen["elsewhere"] == [] and seen["faults"] == []
    assert seen["without"] == 401
    assert seen["with"] == 200 and person.id in seen["body"]
    assert seen["title"] == "You may see this, but not do it"
    assert seen["operations"] == sum(
        verb in ("get", "put", "post", "patch", "delete")
        for item in house.contract.document["paths"].values() for verb in item)
