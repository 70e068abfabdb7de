"""Files that are there as a whole or not at all, whenever the power fails."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def write_whole(path: Path, chunks: Iterable[bytes], *, wait: bool = True) -> None:
    """Write beside it, wait until it is on the disk, then move it into place.

    Whoever writes thousands of files waits once, after the last.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    try:
        with beside.open("wb") as file:
            for chunk in chunks:
                file.write(chunk)
            if wait:
                file.flush()
                os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
