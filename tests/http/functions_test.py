"""Where the text of a SQL function may stand: see sql/embed.py."""
import shutil
import subprocess

from cluster import ROOT

MOVED = """CREATE OR REPLACE FUNCTION register_words() RETURNS trigger LANGUAGE plpgsql
SECURITY INVOKER AS $$ BEGIN RETURN NULL; END $$;
"""


def build(tmp_path):
    return subprocess.run(["/usr/bin/python3", tmp_path / "sql" / "embed.py", tmp_path / "sql", tmp_path / "out"],
                          capture_output=True, text=True)


def test_a_function_moves_out_of_what_has_landed(tmp_path):
    """A migration that came before it may go on holding its older text; one that comes now may not."""
    shutil.copytree(ROOT / "sql", tmp_path / "sql")
    (tmp_path / "sql" / "functions" / "register.sql").write_text(MOVED)
    done = build(tmp_path)
    assert done.returncode == 0, done.stderr
    (tmp_path / "sql" / "migrations" / "9999_again.sql").write_text(MOVED)
    done = build(tmp_path)
    assert done.returncode == 1 and "9999_again.sql" in done.stderr and "register.sql" in done.stderr, done.stderr
