"""A PostgreSQL and another that follows it, as docs/operations.md sets them up."""

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

# Debian's; None where only a client is installed, or nothing.
SERVER = max(Path("/usr/lib/postgresql").glob("*/bin/initdb"), default=None)
CREATE = "-U directory -A trust -E UTF8 --locale=C.UTF-8 --no-sync"
COPY = "-R -S standby -X stream -c fast --no-sync"


class Server:
    """One of the two: started, killed, promoted and asked."""

    def __init__(self, folder, options):
        self.data, self.log = folder / "data", folder / "log"
        self.port = free_port()
        self.options = f"-p {self.port} -h 127.0.0.1 -k {folder} {options}"
        self.address = f"directory@127.0.0.1:{self.port}"

    def run(self, program, arguments, *others):
        # initdb refuses to run as root; Debian's package brings a user for it.
        user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        command = [*user, SERVER.parent / program, "-D", self.data, *arguments.split()]
        with self.log.open("ab") as log:
            done = subprocess.run([*command, *others], cwd="/", stdout=log, stderr=log)
        assert done.returncode == 0, f"{program}:\n{self.log.read_text()[-2000:]}"

    def start(self):
        self.run("pg_ctl", "-w start", "-o", self.options)

    def kill(self):
        """As a machine that loses its power, but for the disk."""
        self.run("pg_ctl", "-m immediate stop")

    def promote(self):
        self.run("pg_ctl", "-w promote")

    def ask(self, statement, name="directory"):
        url = f"postgres://{self.address}/{name}"
        with psycopg.connect(url, autocommit=True) as connection:
            asked = connection.execute(statement)
            return asked.fetchall() if asked.description else []


@contextmanager
def pair(options=""):
    """(primary, standby), with an empty database "directory"."""
    assert SERVER, "PostgreSQL is needed; on Debian, install postgresql."
    folder = Path(tempfile.mkdtemp())
    for part in (folder, folder / "primary", folder / "standby"):
        part.mkdir(exist_ok=True)
        if os.getuid() == 0:
            shutil.chown(part, "postgres")
    primary, standby = (
        Server(folder / name, options) for name in ("primary", "standby")
    )
    try:
        primary.run("initdb", CREATE)
        primary.start()
        primary.ask("CREATE DATABASE directory", "postgres")
        primary.ask("SELECT pg_create_physical_replication_slot('standby')")
        where = f"host=127.0.0.1 port={primary.port} user=directory"
        source = f"{where} application_name=standby"
        standby.run("pg_basebackup", COPY, "-d", source)
        standby.start()
        yield primary, standby
    finally:
        for server in (standby, primary):
            if (server.data / "postmaster.pid").exists():
                server.kill()
        shutil.rmtree(folder, ignore_errors=True)


def never_ahead(primary):
    """What is acknowledged is on the standby's disk too, from now on."""
    primary.ask("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
    primary.ask("SELECT pg_reload_conf()")


def caught_up(primary, standby):
    """Wait until the standby has replayed all that the primary wrote."""
    [[wanted]] = primary.ask("SELECT pg_current_wal_lsn()")
    give_up = time.monotonic() + 30
    while time.monotonic() < give_up:
        asked = f"SELECT pg_last_wal_replay_lsn() >= '{wanted}'"
        if standby.ask(asked) == [(True,)]:
            return
        time.sleep(0.02)
    raise AssertionError("the standby does not follow")
