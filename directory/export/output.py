"""The folder of a copy: only what changed is written, and what is gone is removed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from api.atomic_files import write_whole

# Names what a copy consists of, so that nothing else in the folder is ever touched.
LIST = "copy-files.json"


class FolderRefused(ValueError):
    """The folder is not one to write a copy into; the message says why."""


def files_before(folder: Path) -> set[str]:
    """The files of the copy that is there. Raises FolderRefused.

    An empty folder is marked as ours at once, so that a copy that was stopped half way
    can be made again.
    """
    try:
        return set(json.loads((folder / LIST).read_text(encoding="utf-8")))
    except FileNotFoundError:
        if folder.exists() and any(folder.iterdir()):
            raise FolderRefused(
                f"{folder} has other things in it. Please name an empty folder, or one "
                "that holds a copy."
            ) from None
        _list(folder, set())
        return set()


def put(folder: Path, name: str, content: bytes) -> bool:
    """Write the file unless it is there already, byte for byte; was it written?"""
    path = folder / name
    try:
        if path.read_bytes() == content:
            return False
    except FileNotFoundError:
        pass
    write_whole(path, [content], wait=False)
    return True


def clear(folder: Path, before: set[str], files: Iterable[str]) -> int:
    """Remove what the last copy had and this one has not; how many files that was."""
    now = set(files)
    for name in (gone := before - now):
        path = folder / name
        path.unlink(missing_ok=True)
        for parent in path.relative_to(folder).parents[:-1]:
            if any((folder / parent).iterdir()):
                break
            (folder / parent).rmdir()
    _list(folder, now)
    return len(gone)


def _list(folder: Path, files: set[str]) -> None:
    write_whole(folder / LIST, [json.dumps(sorted(files), indent=0).encode()])
