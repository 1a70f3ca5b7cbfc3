"""The throw-away PostgreSQL of the tests, by the same shell that ./run uses."""
import os
import pathlib
import shutil
import subprocess
import tempfile

import psycopg2
import psycopg2.extras

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def connect(dsn):
    """Each statement for itself."""
    connection = psycopg2.connect(dsn)
    connection.autocommit = True
    psycopg2.extras.register_uuid(conn_or_curs=connection)
    return connection


def run_sql(connection, text, params):
    """Rows as dictionaries."""
    with connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
        cursor.execute(text, params or None)
        return [dict(row) for row in cursor.fetchall()] if cursor.description else []


class Cluster:
    def __init__(self):
        """The one of ./check when it says so, else one of our own."""
        given = os.environ.get("CHAPERONE_TEST_CLUSTER")
        self.own = None if given else tempfile.mkdtemp(prefix="chaperone-test.")
        if self.own:
            os.chmod(self.own, 0o755)
        self.folder = given or f"{self.own}/cluster"
        self.user = "postgres" if os.geteuid() == 0 else None
        self.socket = self.shell("printf %s \"$CLUSTER_SOCKET\"")
        if self.own:
            self.start()

    def shell(self, command):
        script = ("set -euo pipefail; . base/setup.sh; . sql/cluster.sh;"
                  f' cluster_place "$1"; {command}')
        done = subprocess.run(
            ["bash", "-c", script, "tests", self.folder], cwd=ROOT, text=True,
            capture_output=True, env={**os.environ, "CLUSTER_SETTINGS": "fsync = off"})
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self):
        self.shell("cluster_start")

    def stop(self):
        self.shell("cluster_stop")

    def make_database(self, name):
        self.shell(f"cluster_database {name}")

    def dsn(self, database, user=None):
        return (f"host='{self.socket}' port=5432 dbname={database}"
                + (f" user={user}" if user else ""))

    def close(self):
        if self.own:
            self.stop()
            shutil.rmtree(self.own)
