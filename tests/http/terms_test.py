"""What queries say in the same words is said once: '-- term:' of sql/embed.py."""
import subprocess

import pytest

from cluster import ROOT

MINE = "-- What is said once.\n\n-- term: mine = m.owner = :me\n--   OR m.open\n-- term: shown = m.id, (@mine) AS mine\n\n"
LIST = "-- name: message_list :list\n-- own: @mine\nSELECT @shown FROM message m;\n"
ELSEWHERE = "-- name: clock_list :list\n-- own: @message.mine\nSELECT m.id, 'a@b.example' FROM message m;\n"


def build(folder, **files):
    """The generated texts, or what stopped the build."""
    for place in ("migrations", "scripts", "functions"):
        (folder / "sql" / place).mkdir(parents=True)
    for name, text in files.items():
        (folder / "sql" / f"{name}.sql").write_text(text)
    done = subprocess.run(["/usr/bin/python3", ROOT / "sql/embed.py", folder / "sql", folder / "out"],
                          capture_output=True, text=True)
    return (folder / "out" / "queries.c").read_text() if done.returncode == 0 else done.stderr


def test_a_term_is_filled_in_its_file_and_from_others(tmp_path):
    text = build(tmp_path, message=MINE + LIST, clock=ELSEWHERE)
    assert text.count('.own = "m.owner = :me OR m.open"') == 2
    assert "SELECT m.id, (m.owner = :me OR m.open) AS mine FROM message m" in text and "a@b.example" in text


@pytest.mark.parametrize("clock, fault", [
    (ELSEWHERE.replace("message.mine", "message.theirs"), "clock.sql:2: @message.theirs names no term"),
    (ELSEWHERE.replace("@message.mine", "@mine"), None),  # another file's word by itself is no term
    ("-- term: own = @own\n\n" + ELSEWHERE.replace("message.mine", "own"), "clock.sql:1: @own names no term"),
    ("-- term: far = 1\n\n" + ELSEWHERE, "clock.sql:1: term 'clock.far' is used nowhere"),
    ("-- term: far = 1\n-- term: far = 2\n\n" + ELSEWHERE, "clock.sql:2: term 'far' is there twice")])
def test_a_term_that_is_none_stops_the_build(tmp_path, clock, fault):
    text = build(tmp_path, message=MINE + LIST, clock=clock)
    assert fault in text if fault else '.own = "@mine"' in text, text
