"""The keys that sign sessions and links, and the key of a development machine.

Run as a program, it creates the key of a development machine unless a key is set.
"""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from directory.operations.environment import env


def development_key_file() -> Path:
    """The file in the user's home folder where `make run` stores a key."""
    data = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    return Path(data, "peer-support-directory", "secret-key")


def read_secret_keys() -> list[str]:
    """The key in SECRET_KEY, or the lines of a file, by default the development key.

    The first key signs. Signatures of the others are still accepted, so that a key can
    be replaced. Raises ImproperlyConfigured.
    """
    if key := env.str("SECRET_KEY", ""):
        return [key]
    path = Path(env.str("SECRET_KEY_FILE", "") or development_key_file())
    try:
        keys = path.read_text(encoding="utf-8").split()
    except OSError as error:
        if not env.str("SECRET_KEY_FILE", ""):
            raise ImproperlyConfigured(
                "There is no secret key yet. On your own machine, run “make run” once, "
                "which creates one. On a server, set SECRET_KEY or SECRET_KEY_FILE."
            ) from None
        raise ImproperlyConfigured(
            f"SECRET_KEY_FILE cannot be read: {error}."
        ) from None
    if not keys:
        raise ImproperlyConfigured(f"The file for the secret key is empty: {path}.")
    return keys


def create_development_key() -> None:
    """Create the development key unless a key is set or it exists. Raises OSError."""
    path = development_key_file()
    is_set = env.str("SECRET_KEY", "") or env.str("SECRET_KEY_FILE", "")
    if is_set or (path.exists() and path.stat().st_size):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(secrets.token_urlsafe(64), encoding="utf-8")


if __name__ == "__main__":
    try:
        create_development_key()
    except OSError as error:
        sys.exit(f"The secret key cannot be written: {error}.")
