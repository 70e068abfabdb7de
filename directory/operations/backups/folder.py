"""Write, verify, restore and delete backups in a folder."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp

from directory.operations.backups.engines import Engine
from directory.operations.backups.errors import BackupError
from directory.operations.backups.fingerprints import (
    Fingerprint,
    Fingerprints,
    differing,
)

DAY_SECONDS = 24 * 60 * 60
TIMESTAMP_FORMAT = "%Y%m%dT%H%M%SZ"
BACKUP_NAME = re.compile(r"directory-\d{8}T\d{6}Z\.(sqlite3|dump)")


@dataclass(frozen=True)
class Manifest:
    """The description of a backup, stored beside it as JSON."""

    created_at: str
    size: int
    sha256: str
    tables: Fingerprints

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())


def write_backup(
    engine: Engine, folder: Path, at: datetime, name: str = "directory"
) -> Path:
    """Write and check a backup; move it and its manifest into the folder when whole.

    Returns its path. Raises BackupError.
    """
    path = folder / f"{name}-{at.strftime(TIMESTAMP_FORMAT)}{engine.suffix}"
    with _work_folder(folder, at) as work:
        draft = work / path.name
        tables = engine.write(draft)
        engine.check(draft, tables)
        size, sha256 = draft.stat().st_size, _sha256(draft)
        manifest = work / "manifest"
        description = Manifest(at.isoformat(timespec="seconds"), size, sha256, tables)
        manifest.write_text(json.dumps(asdict(description), indent=1), encoding="utf-8")
        # The manifest is moved first, because a file without one is not a backup.
        for source, target in ((manifest, manifest_path(path)), (draft, path)):
            source.chmod(0o600)
            _fsync(source)
            source.replace(target)
        _fsync(folder)
    return path


def read_manifest(path: Path) -> Manifest:
    """The manifest of a backup file; raise BackupError if the file was changed."""
    if not path.is_file():
        raise BackupError(f"There is no file {path}.")
    try:
        found = json.loads(manifest_path(path).read_text(encoding="utf-8"))
        tables = {name: Fingerprint(*pair) for name, pair in found["tables"].items()}
        manifest = Manifest(**{**found, "tables": tables})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise BackupError(
            f"{path} is no backup of ours: {manifest_path(path).name} is missing "
            "beside it or cannot be read."
        ) from error
    if (path.stat().st_size, _sha256(path)) != (manifest.size, manifest.sha256):
        raise BackupError(f"{path} is not as it was written; take another backup.")
    return manifest


def verify_backup(engine: Engine, path: Path) -> Manifest:
    """The manifest of a backup that is whole and fits this kind of database.

    Raises BackupError.
    """
    manifest = read_manifest(path)
    if path.suffix != engine.suffix:
        raise BackupError(
            f"{path.name} is of another kind of database; *{engine.suffix} is needed."
        )
    engine.check(path, manifest.tables)
    return manifest


def restore_backup(engine: Engine, path: Path, manifest: Manifest, work: Path) -> None:
    """Replace the database by a verified backup, and compare every row afterwards."""
    engine.load(path, work)
    if wrong := differing(engine.fingerprints(), manifest.tables):
        raise BackupError(
            f"Restored, but these tables differ from the backup: {', '.join(wrong)}. "
            "Did somebody write at the same time? Stop the site, and restore again."
        )


def delete_old_backups(engine: Engine, folder: Path, keep: int) -> int:
    """Delete all but the newest `keep` backups of this kind; return how many."""
    names = folder.glob(f"*{engine.suffix}")
    old = sorted(path for path in names if BACKUP_NAME.fullmatch(path.name))[:-keep]
    for path in old:
        path.unlink()
        manifest_path(path).unlink(missing_ok=True)
    return len(old)


def manifest_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


@contextmanager
def _work_folder(folder: Path, at: datetime) -> Iterator[Path]:
    """A private temporary folder inside `folder`, deleted at the end."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob(".part-*"):
            # A backup that was killed leaves its folder behind.
            if left.stat().st_mtime < at.timestamp() - DAY_SECONDS:
                shutil.rmtree(left)
        work = Path(mkdtemp(prefix=".part-", dir=folder))
    except OSError as error:
        raise BackupError(f"{folder} cannot be written: {error.strerror}.") from error
    try:
        yield work
    except (OSError, BackupError) as error:
        if re.search("no space left|disk is full", str(error), re.IGNORECASE):
            raise BackupError(f"There is no space left in {folder}.") from error
        raise BackupError(str(error)) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fsync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
