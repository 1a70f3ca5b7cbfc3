"""The house as tests see it: a fresh database, the real service on it, people who sign in."""
import os
import re
import shutil
import subprocess
import tempfile
import time
import uuid
from contextlib import contextmanager

from cluster import ROOT, connect, run_sql
from contract import Contract
from server import Server, binary_install
from tenant import Tenant

TOKEN_SECONDS = 300  # after which a cached token is fetched anew


class House:
    def __init__(self, cluster):
        self.cluster = cluster
        self.database = f"house_{uuid.uuid4().hex[:12]}"
        self.dsn = cluster.dsn(self.database, "postgres")
        self.folder = tempfile.mkdtemp(prefix="house.", dir=os.path.dirname(cluster.folder))
        self.connection = None
        self.contract = Contract(ROOT / "openapi.yaml")
        self.master_key = self.secret_file("master.key", os.urandom(32).hex())
        if cluster.user:
            shutil.chown(self.folder, cluster.user, cluster.user)
        self.binary = binary_install(self.folder)
        self.servers = []
        self.server = self.make_server()
        self.demo = self.furnish()
        self.tokens, self.clients = {}, {}
        self.server.start()
        self.url = self.server.url
        self.http = self.server.client()  # nobody signed in

    def furnish(self):
        """Makes the database, with the demo in it; what the demo said. tests/mutation does
        it another way."""
        self.cluster.make_database(self.database)
        self.server.run("migrate")
        return self.server.run("demo").stdout

    def secret_file(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", opener=lambda p, f: os.open(p, f, 0o600)) as file:
            file.write(text)
        if self.cluster.user:
            shutil.chown(path, self.cluster.user, self.cluster.user)
        return path

    def make_server(self, **settings):
        """Another process over the same database; start() and close() are the caller's."""
        server = Server(self.binary, self.folder, self.contract, {
            "CHAPERONE_DATABASE": self.cluster.dsn(self.database),
            "CHAPERONE_MASTER_KEY_FILE": self.master_key,
            "CHAPERONE_PUBLIC_RATE": "1000000",
            "CHAPERONE_VERIFY_RATE": "1000000",
            **({"CHAPERONE_ISSUER": self.server.url} if self.servers else {}),
            **settings}, self.cluster.user)
        self.servers.append(server)
        return server

    @contextmanager
    def another(self, **settings):
        """A second process, with settings of its own, for the length of a with."""
        server = self.make_server(**settings)
        server.start()
        try:
            yield server
        finally:
            server.close()

    # People

    @property
    def password(self):
        """The one password of the demo, as the demo prints it."""
        return re.search(r"password (\S+)", self.demo).group(1)

    @property
    def any_login(self):
        """Somebody of the demo: others are given the same password."""
        return self.sql("SELECT min(i.login) AS login FROM identity i JOIN person p"
                        " ON p.identity_id = i.id JOIN tenant t ON t.id = p.tenant_id"
                        " WHERE t.demo AND i.password_hash IS NOT NULL")[0]["login"]

    def fresh_tenant(self, kind="trust", schools=2):
        return Tenant(self, kind, schools)

    def sign_in(self, email, password=None, tenant=None, expect=200):
        """A new session each time; returns the whole answer."""
        body = {"email": email, "password": password or self.password}
        if tenant:
            body["tenant_id"] = tenant
        return self.http.post("/v1/auth/sign-in", body, expect=expect)

    def token(self, email, tenant=None):
        token, until = self.tokens.get((email, tenant), (None, None))
        if token is None or time.monotonic() > until:
            token = self.sign_in(email, tenant=tenant).json["access_token"]
            self.tokens[email, tenant] = token, time.monotonic() + TOKEN_SECONDS
        return token

    def as_(self, email, tenant=None, server=None):
        """A client that is signed in as this person, with a cached token."""
        key = email, tenant, server
        if key not in self.clients:
            self.clients[key] = (server or self.server).client(
                lambda: self.token(email, tenant))
        return self.clients[key]

    def forget(self, email):
        """After a test has ended this person's sessions."""
        self.tokens = {key: kept for key, kept in self.tokens.items() if key[0] != email}

    # The database

    def sql(self, text, *params):
        """Runs a statement as the superuser; rows as dictionaries."""
        if self.connection is None or self.connection.closed:
            self.connection = connect(self.dsn)
        return run_sql(self.connection, text, params)

    def one_waits(self):
        """Waits until some transaction waits for a lock, and says how many do."""
        end = time.monotonic() + 4
        while True:
            waiting = self.sql("SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                               " AND datname = current_database()")[0]["n"]
            if waiting or time.monotonic() > end:
                return waiting
            time.sleep(0.02)

    def dump(self):
        """The whole database as text, for the canaries."""
        return subprocess.run(
            ["/usr/lib/postgresql/15/bin/pg_dump", "-d", self.dsn], check=True, text=True,
            capture_output=True).stdout

    # Trouble

    def restart(self):
        self.server.restart()

    def stop_database(self):
        """Errors in the log are expected from here on until start_database."""
        for server in self.running():
            server.trouble_begins()
        if self.connection:
            self.connection.close()
        self.cluster.stop()

    def start_database(self):
        self.cluster.start()
        for server in self.running():
            server.await_status(200)
            server.trouble_ends()

    def running(self):
        return [s for s in self.servers if s.process and s.process.poll() is None]

    def close(self):
        try:
            for server in self.servers:
                if server.process:
                    server.close()
        finally:
            if self.connection:
                self.connection.close()
            self.cluster.shell("cluster_sql postgres -c "
                               f"'DROP DATABASE {self.database} WITH (FORCE)'")
            shutil.rmtree(self.folder)
