"""A PostgreSQL that lives as long as a measurement."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.served import free_port

# As Debian sets it up, but for the memory of a small machine.
LOCALE = ("-E", "UTF8", "--locale=C.UTF-8")
OPTIONS = "-c shared_buffers=256MB -c random_page_cost=1.1 -c jit=off"


def programs() -> Path | None:
    """The folder of the newest PostgreSQL's programs, if there is one."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of an empty database of a cluster of its own."""
    folder = programs()
    if folder is None:
        raise SystemExit("PostgreSQL is not here; on Debian, install postgresql.")
    work = Path(tempfile.mkdtemp())
    # initdb refuses to run as root; Debian's package brings a user for it.
    user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    if user:
        shutil.chown(work, "postgres")
    port = free_port()

    def run(program: str, *arguments: str) -> None:
        command = [*user, str(folder / program), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")  # noqa: S603

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
    options = f"-p {port} -h 127.0.0.1 -k {work} {OPTIONS}"
    run("pg_ctl", "-D", data, "-w", "-l", str(work / "log"), "-o", options, "start")
    try:
        yield f"postgres://directory@127.0.0.1:{port}/postgres"
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(work, ignore_errors=True)
