"""The folder of an export: write only what changed, and remove what is gone."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from api.atomic_files import write_atomically

# Lists the files of the export, so that no other file in the folder is ever touched.
MANIFEST_NAME = "copy-files.json"


class UnusableFolder(ValueError):
    """The folder cannot be used for an export; the message says why."""


def read_manifest(folder: Path) -> set[str]:
    """Return the files of the export in the folder. Raises UnusableFolder.

    Write an empty manifest into an empty folder, so that an export that was interrupted
    can be repeated.
    """
    try:
        return set(json.loads((folder / MANIFEST_NAME).read_text(encoding="utf-8")))
    except FileNotFoundError:
        if folder.exists() and any(folder.iterdir()):
            raise UnusableFolder(
                f"{folder} has other things in it. Please name an empty folder, or one "
                "that holds a copy."
            ) from None
        _write_manifest(folder, set())
        return set()


def write_if_changed(folder: Path, name: str, content: bytes) -> bool:
    """Write the file unless it has this content already; return whether it was
    written."""
    path = folder / name
    try:
        if path.read_bytes() == content:
            return False
    except FileNotFoundError:
        pass
    write_atomically(path, [content], wait=False)
    return True


def remove_stale_files(folder: Path, before: set[str], files: Iterable[str]) -> int:
    """Remove the files that only the last export had; return how many there were."""
    now = set(files)
    for name in (gone := before - now):
        path = folder / name
        path.unlink(missing_ok=True)
        for parent in path.relative_to(folder).parents[:-1]:
            if any((folder / parent).iterdir()):
                break
            (folder / parent).rmdir()
    _write_manifest(folder, now)
    return len(gone)


def _write_manifest(folder: Path, files: set[str]) -> None:
    write_atomically(
        folder / MANIFEST_NAME, [json.dumps(sorted(files), indent=0).encode()]
    )
