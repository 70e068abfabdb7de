"""Static files for serving: hashed names, compressed; anew only where one changed."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command


def collect_files() -> bool:
    """Brotli takes seconds of every start; has it been needed?"""
    mark = Path(settings.DATA_DIR, "static.sha256")
    found = _fingerprint()
    root = Path(settings.STATIC_ROOT)
    if root.is_dir() and mark.is_file() and mark.read_text() == found:
        return False
    # collectstatic leaves out what looks older than its copy, and an upgrade from an
    # archive often does.
    for path in root.rglob("*"):
        os.utime(path, (0, 0))
    call_command("collectstatic", interactive=False, verbosity=0)
    mark.write_text(found)
    return True


def _fingerprint() -> str:
    """Of every file's name and content, and of how they are stored."""
    digest = hashlib.sha256(repr(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            with storage.open(name) as file:
                content = hashlib.sha256(file.read()).hexdigest()
            digest.update(f"{name} {content}\n".encode())
    return digest.hexdigest()
