"""Atomic writes: after a power failure a file is complete or not there."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def write_atomically(path: Path, chunks: Iterable[bytes], *, wait: bool = True) -> None:
    """Write a temporary file temporary `path`, then move it into place.

    `wait` waits until the bytes are on the disk. A caller that writes thousands of
    files passes False, and waits once at the end. Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.new")
    try:
        with temporary.open("wb") as file:
            for chunk in chunks:
                file.write(chunk)
            if wait:
                file.flush()
                os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
