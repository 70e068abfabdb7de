"""The secret from which keys of clients are made: random, in memory, new each day.

gunicorn's master imports this module before it forks, so that all workers share it. A
process without such a master (runserver, a test) has a secret of its own.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from threading import Lock

DAY = 24 * 60 * 60

_lock = Lock()
_day = int(time.time()) // DAY
_salt = secrets.token_bytes(32)


def daily_salt() -> bytes:
    """Today's salt. It is a hash of yesterday's, which cannot be worked out from it.

    So every worker finds the same without asking another, and a key of yesterday
    belongs to nobody any more.
    """
    global _day, _salt
    today = int(time.time()) // DAY
    with _lock:
        while _day < today:
            _salt = hashlib.sha256(_salt).digest()
            _day += 1
        return _salt
