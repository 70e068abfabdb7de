"""A random secret that is replaced every day, for hashing the addresses of clients.

It is in memory only. gunicorn's master process imports this module before it forks, so
that all workers share the secret. A process without such a master (runserver, a test)
has its own.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from threading import Lock

DAY_SECONDS = 24 * 60 * 60

_lock = Lock()
_day = int(time.time()) // DAY_SECONDS
_salt = secrets.token_bytes(32)


def daily_salt() -> bytes:
    """Today's secret: a hash of yesterday's.

    Every worker derives the same one without asking another. Yesterday's cannot be
    worked out from it, so yesterday's hashes can no longer be linked to an address.
    """
    global _day, _salt
    today = int(time.time()) // DAY_SECONDS
    with _lock:
        while _day < today:
            _salt = hashlib.sha256(_salt).digest()
            _day += 1
        return _salt
