"""A temporary PostgreSQL server for a measurement."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.served import free_port

# Debian's defaults, except for the memory of a small machine.
INITDB_OPTIONS = ("-E", "UTF8", "--locale=C.UTF-8")
SERVER_OPTIONS = "-c shared_buffers=256MB -c random_page_cost=1.1 -c jit=off"


def find_programs_dir() -> Path | None:
    """Return the folder with the programs of the newest PostgreSQL, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


@contextmanager
def temporary_postgresql() -> Iterator[str]:
    """Yield the address of an empty database on a server of its own."""
    folder = find_programs_dir()
    if folder is None:
        raise SystemExit("PostgreSQL is not here; on Debian, install postgresql.")
    work = Path(tempfile.mkdtemp())
    # initdb refuses to run as root; Debian's package creates a user for it.
    user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    if user:
        shutil.chown(work, "postgres")
    port = free_port()

    def run(program: str, *arguments: str) -> None:
        command = [*user, str(folder / program), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")

    data = str(work / "data")
    run(
        "initdb",
        "-D",
        data,
        "-U",
        "directory",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
    )
    options = f"-p {port} -h 127.0.0.1 -k {work} {SERVER_OPTIONS}"
    run("pg_ctl", "-D", data, "-w", "-l", str(work / "log"), "-o", options, "start")
    try:
        yield f"postgres://directory@127.0.0.1:{port}/postgres"
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(work, ignore_errors=True)
