"""Start with a read-only root and no network, and back up to a full disk.

These tests use namespaces, which need root or a kernel that allows them to all users.
"""

from __future__ import annotations

import os
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
config=directory/operations/gunicorn_config.py
exec "$2" -m gunicorn --config "$config" >"$DATA_DIR/sealed.log" 2>&1
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
    """The CPU seconds of all finished child processes."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_second_start_is_quick_with_read_only_root(environment, figures):
    """Measured until the first response, with no network but the loopback interface.

    The limit is on CPU seconds, because they do not depend on how busy the machine is.
    """
    if environment["DATABASE_URL"].startswith("postgres"):
        # PostgreSQL needs a network, which this test takes away.
        environment = environment | {"DATABASE_URL": ""}
        manage(environment, "prepare", check=True)
    sealed = ["unshare", "--mount", "--net", "sh", "-c", SEALED, "-", ROOT]
    started, work = time.monotonic(), processor_seconds()
    with subprocess.Popen(
        [*sealed, sys.executable], cwd=ROOT, env=environment, stdout=subprocess.PIPE
    ) as site:
        inside = ["nsenter", f"--target={site.pid}", "--net", sys.executable, "-c", ASK]
        response = subprocess.run(
            inside, env=environment, capture_output=True, text=True, timeout=60
        )
        seconds = time.monotonic() - started
        site.terminate()
    work = processor_seconds() - work
    figures("sealed_start", seconds=seconds, processor_seconds=work)
    assert response.stdout.strip() == "200"
    assert work <= 5


def test_backup_on_full_disk_fails_cleanly(environment, tmp_path):
    sealed = ["unshare", "--mount", "sh", "-c", FULL, "-", tmp_path, sys.executable]
    done = subprocess.run(
        sealed, env=environment, cwd=ROOT, capture_output=True, text=True
    )

    assert done.stderr == f"CommandError: There is no space left in {tmp_path}.\n"
    assert done.stdout == "code 1\n"


def begun(folder, size):
    """Whether a backup has written so many bytes of its temporary file."""
    drafts = [path for path in folder.glob(".part-*/directory-*") if path.is_file()]
    return any(path.stat().st_size >= size for path in drafts)


def killed_backup(environment, folder, size):
    """Kill a backup at that size; return whether it was killed while writing."""
    backup = [sys.executable, "manage.py", "backup", folder, "--keep", "3"]
    with subprocess.Popen(backup, cwd=ROOT, env=environment) as running:
        while running.poll() is None and not begun(folder, size):
            time.sleep(0.002)
        running.kill()
    left = list(folder.glob(".part-*"))
    for part in left:
        # As if a day had passed, after which the next backup deletes it.
        os.utime(part, (0, 0))
    return bool(left)


def test_killed_backup_leaves_others_intact(environment, tmp_path, figures):
    """Kill backups at ten sizes. Every file with a backup's name is a whole one."""
    manage(environment, "backup", str(tmp_path), "--keep", "3", check=True)
    whole = max(path.stat().st_size for path in backups(tmp_path))
    sizes = [1 + whole * number // 10 for number in range(10)]
    killed = sum(killed_backup(environment, tmp_path, size) for size in sizes)
    manage(environment, "backup", str(tmp_path), "--keep", "3", check=True)

    files = backups(tmp_path)
    left = list(tmp_path.glob(".part-*"))
    figures("killed_backups", killed=killed, backups=len(files), left=len(left))
    # A small database is written quickly, so some backups finish before the kill.
    assert killed >= 3
    assert files
    assert left == []
    for path in files:
        # The whole file is verified before the database is touched.
        refused = manage(environment, "restore", str(path)).stderr
        assert "There is data in this database" in refused


def backups(folder):
    return [path for path in folder.iterdir() if path.suffix in (".sqlite3", ".dump")]
