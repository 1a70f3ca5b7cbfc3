"""The README's transcript, word for word."""
import json
import pathlib
import re
import subprocess

README = pathlib.Path(__file__).parents[2] / "README.md"


def test_transcript(house):
    script = [block for block in re.findall(r"```sh\n(.*?)```", README.read_text(), re.S)
              if "sign_in()" in block][0]
    script = script.replace("http://127.0.0.1:8080", house.url)
    done = subprocess.run(["bash", "-euc", script], text=True, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    answers = re.split(r"(?<=})(?={)", done.stdout)
    submitted, refused, inbox, approved, history = map(json.loads, answers)
    assert submitted["state"] == "submitted"
    assert refused["status"] == 403
    assert [item["proposed_name"] for item in inbox["data"]] == ["Tor View History"]
    assert approved["state"] == "approved"
    assert [h["action"] for h in history["data"]] == [
        "draft", "submit", "approve", "record_account", "record_account"]


def test_commands_stand_at_the_top():
    top = README.read_text().split("##")[0]
    assert "./run" in top and "./check" in top
