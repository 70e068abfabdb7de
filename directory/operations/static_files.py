"""Collect static files, hashed and compressed, if one of them changed."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command


def collect_files() -> bool:
    """Run collectstatic if a file changed since; return whether it was needed.

    Brotli would otherwise take seconds of every start.
    """
    fingerprint_file = Path(settings.DATA_DIR, "static.sha256")
    found = _fingerprint()
    root = Path(settings.STATIC_ROOT)
    is_known = fingerprint_file.is_file() and fingerprint_file.read_text() == found
    if root.is_dir() and is_known:
        return False
    # collectstatic skips files that are older than their copies. Files that an upgrade
    # unpacked from an archive often are, so the copies are made older first.
    for path in root.rglob("*"):
        os.utime(path, (0, 0))
    call_command("collectstatic", interactive=False, verbosity=0)
    fingerprint_file.write_text(found)
    return True


def _fingerprint() -> str:
    """A hash of the name and content of every file, and of the storage setting."""
    digest = hashlib.sha256(repr(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            with storage.open(name) as file:
                content = hashlib.sha256(file.read()).hexdigest()
            digest.update(f"{name} {content}\n".encode())
    return digest.hexdigest()
