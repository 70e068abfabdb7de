"""A PostgreSQL primary and its standby, set up as in docs/operations.md."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.conftest import free_port

# Debian's program. None if no PostgreSQL server is installed.
INITDB = max(Path("/usr/lib/postgresql").glob("*/bin/initdb"), default=None)
INITDB_OPTIONS = "-U directory -A trust -E UTF8 --locale=C.UTF-8 --no-sync"
BASEBACKUP_OPTIONS = "-R -S standby -X stream -c fast --no-sync"


class PostgreSQLServer:
    """One of the two servers, which can be started, killed, promoted and queried."""

    def __init__(self, folder, options):
        self.data, self.log = folder / "data", folder / "log"
        self.port = free_port()
        self.options = f"-p {self.port} -h 127.0.0.1 -k {folder} {options}"
        self.address = f"directory@127.0.0.1:{self.port}"

    def run(self, program, arguments, *others):
        # initdb refuses to run as root. Debian's package creates a user for it.
        user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        command = [*user, INITDB.parent / program, "-D", self.data, *arguments.split()]
        with self.log.open("ab") as log:
            done = subprocess.run([*command, *others], cwd="/", stdout=log, stderr=log)
        assert done.returncode == 0, f"{program}:\n{self.log.read_text()[-2000:]}"

    def start(self):
        self.run("pg_ctl", "-w start", "-o", self.options)

    def kill(self):
        """Stop at once, as after a power failure."""
        self.run("pg_ctl", "-m immediate stop")

    def promote(self):
        self.run("pg_ctl", "-w promote")

    def ask(self, statement, name="directory"):
        url = f"postgres://{self.address}/{name}"
        with psycopg.connect(url, autocommit=True) as connection:
            asked = connection.execute(statement)
            return asked.fetchall() if asked.description else []


@contextmanager
def primary_and_standby(options=""):
    """Start a primary and a standby with an empty database "directory"."""
    assert INITDB, "PostgreSQL is needed; on Debian, install postgresql."
    folder = Path(tempfile.mkdtemp())
    for part in (folder, folder / "primary", folder / "standby"):
        part.mkdir(exist_ok=True)
        if os.getuid() == 0:
            shutil.chown(part, "postgres")
    primary, standby = (
        PostgreSQLServer(folder / name, options) for name in ("primary", "standby")
    )
    try:
        primary.run("initdb", INITDB_OPTIONS)
        primary.start()
        primary.ask("CREATE DATABASE directory", "postgres")
        primary.ask("SELECT pg_create_physical_replication_slot('standby')")
        where = f"host=127.0.0.1 port={primary.port} user=directory"
        source = f"{where} application_name=standby"
        standby.run("pg_basebackup", BASEBACKUP_OPTIONS, "-d", source)
        standby.start()
        yield primary, standby
    finally:
        for server in (standby, primary):
            if (server.data / "postmaster.pid").exists():
                server.kill()
        shutil.rmtree(folder, ignore_errors=True)


def make_replication_synchronous(primary):
    """From now on, acknowledge a write once it is on the standby's disk too."""
    primary.ask("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
    primary.ask("SELECT pg_reload_conf()")


def wait_until_replayed(primary, standby):
    """Wait until the standby has replayed everything that the primary wrote."""
    [[wanted]] = primary.ask("SELECT pg_current_wal_lsn()")
    give_up = time.monotonic() + 30
    while time.monotonic() < give_up:
        asked = f"SELECT pg_last_wal_replay_lsn() >= '{wanted}'"
        if standby.ask(asked) == [(True,)]:
            return
        time.sleep(0.02)
    raise AssertionError("the standby does not follow")
