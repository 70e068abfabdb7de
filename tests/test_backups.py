"""Upgrade a recorded old database, back it up and restore it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime

import dj_database_url
import pytest
from django.conf import settings
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import ConnectionHandler

from directory.operations.backups.engines import get_engine
from directory.operations.backups.errors import BackupError
from directory.operations.backups.fingerprints import EXCLUDED_TABLES, differing
from directory.operations.backups.folder import (
    delete_old_backups,
    manifest_path,
    read_manifest,
    restore_backup,
    verify_backup,
    write_backup,
)
from tests.conftest import ROOT
from tests.upgrades.replay import FOLDER

NIGHT = datetime(2026, 11, 25, 3, tzinfo=UTC)
RELEASES = sorted(path.stem for path in FOLDER.glob("*.json"))
IS_SQLITE = "sqlite" in settings.DATABASES["default"]["ENGINE"]
INSERT = (
    "INSERT INTO curation_optout (email, created_at) VALUES (%s, '2026-11-25 00:00:00')"
)


def connected(url):
    """Django's connection to a database other than the one for tests."""
    wanted = settings.DATABASES["default"] | dj_database_url.parse(url)
    return ConnectionHandler({"default": wanted})["default"]


@contextmanager
def database(own_database, tmp_path_factory):
    with own_database(tmp_path_factory.mktemp("database"), kind=None) as url:
        connection = connected(url)
        yield url, connection
        connection.close()


def run(url, folder, *arguments, **environment):
    """Run a command of the site in a new process with that database."""
    changed_settings = {"DATABASE_URL": url, "DATA_DIR": str(folder), **environment}
    return subprocess.run(
        [sys.executable, *arguments],
        env=os.environ | changed_settings,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module", params=RELEASES)
def upgrade(request, own_database, tmp_path_factory, django_db_blocker):
    """Return (URL, connection, rows after each step) for a recorded release."""
    made = database(own_database, tmp_path_factory)
    with django_db_blocker.unblock(), made as (url, connection):
        replay = ["-m", "tests.upgrades.replay", request.param]
        done = run(url, tmp_path_factory.mktemp("data"), *replay)
        assert done.returncode == 0, done.stderr
        yield url, connection, json.loads(done.stdout)


@pytest.fixture(scope="module")
def ours(upgrade):
    """The backup engine of an upgraded database with rows of every kind."""
    url, connection, _steps = upgrade
    return url, connection, get_engine(connection)


@pytest.fixture
def empty(own_database, tmp_path_factory):
    with database(own_database, tmp_path_factory) as (url, connection):
        yield url, get_engine(connection)


@pytest.fixture(scope="module")
def backup(ours, tmp_path_factory):
    return write_backup(ours[2], tmp_path_factory.mktemp("backups"), NIGHT)


def lost(before, after):
    """The rows that are missing afterwards."""
    gone = {name: Counter(rows) - Counter(after[name]) for name, rows in before.items()}
    return {name: list(rows) for name, rows in gone.items() if rows}


def test_upgrade_and_downgrade_keep_every_row(upgrade):
    _url, _connection, steps = upgrade

    assert steps["recorded"]["orgs_organization"]
    assert lost(steps["recorded"], steps["upgraded"]) == {}
    assert lost(steps["recorded"], steps["taken_back"]) == {}


def test_restored_backup_has_every_row(ours, empty, tmp_path):
    _url, _connection, engine = ours
    _url, fresh = empty
    backup = write_backup(engine, tmp_path, NIGHT)

    restore_backup(fresh, backup, verify_backup(fresh, backup), tmp_path)

    restored, live = fresh.fingerprints(), engine.fingerprints()
    assert len(live) >= 47
    assert set(differing(restored, live)) <= set(EXCLUDED_TABLES)
    assert [restored[name].rows for name in EXCLUDED_TABLES] == [0] * len(
        EXCLUDED_TABLES
    )


def test_backup_contains_no_sessions(ours, tmp_path):
    _url, connection, engine = ours
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_session (session_key, session_data, expire_date)"
            " VALUES ('signed-in-now', 'Zzyzx', '2026-11-26 00:00:00')"
        )

    backup = write_backup(engine, tmp_path, NIGHT)
    if IS_SQLITE:
        held = backup.read_bytes()
    else:
        unpack = [shutil.which("pg_restore"), "--file=-", backup]
        held = subprocess.run(unpack, capture_output=True, check=True).stdout

    assert b"Example that left" in held
    assert b"Zzyzx" not in held


def test_backup_is_consistent_while_others_write(ours, empty, tmp_path):
    """Each transaction writes a pair of rows, and no backup contains half a pair."""
    url, _connection, engine = ours
    stop, written = threading.Event(), []

    def write(name):
        connection = connected(url)
        while not stop.is_set():
            number = len(written)
            pair = [(f"{name}-{number}-{half}@example.org",) for half in "ab"]
            connection.set_autocommit(False)
            with connection.cursor() as cursor:
                cursor.executemany(INSERT, pair)
            connection.commit()
            written.append(pair)
        connection.close()

    writers = [threading.Thread(target=write, args=[name]) for name in ("one", "two")]
    for writer in writers:
        writer.start()
    _url, fresh = empty
    rows = []
    for minute in range(3):
        path = write_backup(engine, tmp_path, NIGHT.replace(minute=minute))
        rows.append(read_manifest(path).tables["curation_optout"].rows)
    restore_backup(fresh, path, verify_backup(fresh, path), tmp_path)
    stop.set()
    for writer in writers:
        writer.join()

    assert len(written) > 3
    # The backup has the recorded row and whole pairs.
    assert [count % 2 for count in rows] == [1, 1, 1]


def test_changed_backup_is_refused(ours, backup, tmp_path):
    copy = tmp_path / backup.name
    changed = bytearray(backup.read_bytes())
    changed[len(changed) // 2] ^= 0xFF
    copy.write_bytes(changed)
    shutil.copy(manifest_path(backup), manifest_path(copy))

    with pytest.raises(BackupError, match="not as it was written"):
        verify_backup(ours[2], copy)


def test_backup_without_manifest_is_refused(ours, backup, tmp_path):
    copy = shutil.copy(backup, tmp_path / backup.name)

    with pytest.raises(BackupError, match="no backup of ours"):
        verify_backup(ours[2], copy)


def test_backup_that_lacks_rows_is_refused(ours, backup):
    """The manifest lists a table that is missing in the file."""
    expected = read_manifest(backup).tables

    with pytest.raises(BackupError, match=r"lacks.* more_rows"):
        ours[2].check(backup, expected | {"more_rows": expected["orgs_organization"]})


def test_backup_of_other_database_kind_is_refused(ours, backup, tmp_path):
    other = tmp_path / f"{backup.stem}{'.dump' if IS_SQLITE else '.sqlite3'}"
    shutil.copy(backup, other)
    shutil.copy(manifest_path(backup), manifest_path(other))

    with pytest.raises(BackupError, match="another kind of database"):
        verify_backup(ours[2], other)


def test_rotation_keeps_newest_backups_and_other_files(ours, tmp_path):
    stranger = tmp_path / f"my-own{ours[2].suffix}"
    stranger.touch()
    names = [f"directory-2026112{day}T030000Z{ours[2].suffix}" for day in range(5)]
    for name in names:
        (tmp_path / name).touch()
        manifest_path(tmp_path / name).touch()

    assert delete_old_backups(ours[2], tmp_path, 2) == 3

    left = {path.name for path in tmp_path.iterdir()}
    assert left == {stranger.name, *names[3:], *(f"{name}.json" for name in names[3:])}


def test_leftovers_of_killed_backup_are_deleted_after_a_day(ours, tmp_path):
    for name, hours in ((".part-old", 25), (".part-running", 1)):
        (tmp_path / name).mkdir()
        at = NIGHT.timestamp() - 3600 * hours
        os.utime(tmp_path / name, (at, at))

    write_backup(ours[2], tmp_path, NIGHT)

    assert [path.name for path in tmp_path.glob(".part-*")] == [".part-running"]


def test_unusable_backup_folder_is_named(ours, tmp_path):
    file = tmp_path / "file"
    file.touch()

    with pytest.raises(BackupError, match=f"{file} cannot be written"):
        write_backup(ours[2], file, NIGHT)


def test_restore_replaces_data_only_on_request_and_backs_it_up(ours, backup, tmp_path):
    url, connection, engine = ours
    with connection.cursor() as cursor:
        cursor.execute(INSERT, ["after-the-backup@example.org"])
    before = engine.fingerprints()

    refused = run(url, tmp_path, "manage.py", "restore", str(backup))
    untouched = engine.fingerprints()
    restored = run(url, tmp_path, "manage.py", "restore", str(backup), "--replace")
    [earlier] = tmp_path.glob(f"before-restore-*{engine.suffix}")

    assert refused.stderr.startswith("CommandError: There is data in this database.")
    assert untouched == before
    assert "Every table is as it was" in restored.stdout
    assert engine.fingerprints() == read_manifest(backup).tables
    assert read_manifest(earlier).tables["curation_optout"] == before["curation_optout"]


def test_missing_database_and_tool_are_named(ours, tmp_path):
    """Without a database file or pg_dump, the error is a sentence, not a traceback."""
    url = f"sqlite:///{tmp_path}/none.sqlite3" if IS_SQLITE else ours[0]

    done = run(url, tmp_path, "manage.py", "backup", str(tmp_path), PATH="/nowhere")

    [line] = done.stderr.splitlines()
    assert done.returncode == 1
    assert line.startswith(
        f"CommandError: There is no database at {tmp_path}/none.sqlite3."
        if IS_SQLITE
        else "CommandError: pg_dump was not found."
    )
    assert list(tmp_path.iterdir()) == []


def test_prepare_refuses_database_from_before_first_release(
    own_database, tmp_path_factory, django_db_blocker
):
    made = database(own_database, tmp_path_factory)
    with django_db_blocker.unblock(), made as (url, connection):
        MigrationRecorder(connection).ensure_schema()
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO django_migrations (app, name, applied)"
                " VALUES ('desk', '0001_initial', '2026-11-25 00:00:00')"
            )

        done = run(url, tmp_path_factory.mktemp("data"), "manage.py", "prepare")

        assert done.returncode == 1
        assert (
            "This database was created before the first release (0.1.0)" in done.stderr
        )
        assert "Traceback" not in done.stderr
        assert connection.introspection.table_names() == ["django_migrations"]
