"""Measure the memory growth of a worker that streams files of 20,000 listings."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from io import StringIO
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.curation import create_listings

LISTINGS = 20_000
MAX_GROWTH_MB = 50
FILES = ("organizations.csv", "listings.geojson", "hsds.zip")


def set_up(folder: str) -> None:
    os.environ |= {"DATA_DIR": folder, "DATABASE_URL": ""}
    os.environ["DJANGO_SETTINGS_MODULE"] = "directory.settings"
    django.setup()
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["testserver"]


def peak_memory_mb() -> float:
    """Return the peak memory of this process; getrusage includes that of its parent."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


def measure_file(name: str) -> None:
    """Request one file and discard it, in a process of its own."""
    from django.test import Client

    client = Client()
    client.get("/orgs/")
    before = peak_memory_mb()
    answer: Any = client.get(f"/data/{name}")
    size = sum(len(chunk) for chunk in answer.streaming_content)
    growth = peak_memory_mb() - before
    print(f"{name:<20}{size / 1e6:>8.1f}{before:>9.0f}{growth:>11.1f}")
    sys.exit(growth > MAX_GROWTH_MB)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        set_up(folder)
        call_command("prepare", stdout=StringIO())
        create_listings(LISTINGS)
        print(f"{'file':<20}{'MB':>8}{'worker':>9}{'grows, MB':>11}", flush=True)
        for name in FILES:
            command = [sys.executable, __file__, folder, name]
            subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        set_up(sys.argv[1])
        measure_file(sys.argv[2])
    else:
        main()
