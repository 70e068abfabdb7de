"""Starting where nothing can be written and nobody reached; backups on a full disk.

Namespaces need root, or a kernel that lets everybody have them.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time

from tests.chaos.conftest import manage
from tests.conftest import ROOT

SEALED = """
set -e
mount --bind "$DATA_DIR" "$DATA_DIR"
mount -o remount,bind,ro /
ip link set lo up
if touch "$1/written" 2>/dev/null; then echo "this can be written: $1"; exit 1; fi
"$2" manage.py prepare >/dev/null
exec "$2" -m gunicorn --config directory/gunicorn.py >"$DATA_DIR/sealed.log" 2>&1
"""
ASK = """
import os, time, urllib.request
url = f"http://127.0.0.1:{os.environ['PORT']}/"
headers = {"Host": os.environ["ALLOWED_HOSTS"].split(",")[0]}
headers["X-Forwarded-Proto"] = "https"
while True:
    try:
        request = urllib.request.Request(url, headers=headers)
        print(urllib.request.urlopen(request).status)
        break
    except OSError:
        time.sleep(0.05)
"""
FULL = """
mount -t tmpfs -o size=1m tmpfs "$1"
"$2" manage.py backup "$1"
echo "code $?"
ls -A "$1"
"""


def processor_seconds():
    """Of all that this process started and that has ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_a_second_start_takes_5_seconds_sealed(environment, capsys):
    """A read-only root and no network but loopback, as far as the first 200.

    Seconds of the processor are held, because they are the same on a busy machine.
    """
    if environment["DATABASE_URL"].startswith("postgres"):
        # PostgreSQL is on a network, which is what is taken away here.
        environment = environment | {"DATABASE_URL": ""}
        manage(environment, "prepare", check=True)
    sealed = ["unshare", "--mount", "--net", "sh", "-c", SEALED, "-", ROOT]
    started, work = time.monotonic(), processor_seconds()
    with subprocess.Popen(
        [*sealed, sys.executable], cwd=ROOT, env=environment, stdout=subprocess.PIPE
    ) as site:
        inside = ["nsenter", f"--target={site.pid}", "--net", sys.executable, "-c", ASK]
        asked = subprocess.run(
            inside, env=environment, capture_output=True, text=True, timeout=60
        )
        seconds = time.monotonic() - started
        site.terminate()
    work = processor_seconds() - work
    with capsys.disabled():
        print(f"\nfirst answer after {seconds:.1f} s, {work:.1f} s of work")  # noqa: T201

    assert asked.stdout.strip() == "200"
    assert work <= 5


def test_a_full_disk_is_said_plainly_and_nothing_is_left(environment, tmp_path):
    sealed = ["unshare", "--mount", "sh", "-c", FULL, "-", tmp_path, sys.executable]
    done = subprocess.run(
        sealed, env=environment, cwd=ROOT, capture_output=True, text=True
    )

    assert done.stderr == f"CommandError: There is no space left in {tmp_path}.\n"
    assert done.stdout == "code 1\n"


def test_a_backup_that_is_killed_leaves_the_others_whole(environment, tmp_path):
    """Killed at ten moments; what has the name of a backup is one."""
    backup = [sys.executable, "manage.py", "backup", tmp_path, "--keep", "3"]
    for number in range(10):
        with subprocess.Popen(backup, cwd=ROOT, env=environment) as running:
            time.sleep(0.6 + 0.2 * number)
            running.kill()
    manage(environment, "backup", str(tmp_path), "--keep", "3", check=True)

    files = [
        path for path in tmp_path.iterdir() if path.suffix in (".sqlite3", ".dump")
    ]
    assert files
    for path in files:
        # It is read from end to end before the database is looked at.
        refused = manage(environment, "restore", str(path)).stderr
        assert "There is data in this database" in refused
