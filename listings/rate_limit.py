"""Count the requests of a client without storing who the client is.

The counts are in Redis if CACHE_URL names one. Otherwise they are in a small SQLite
file that the workers of this machine share. They are never in the main database, where
a public read would wait for a writer.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
import sqlite3
import time
from collections import Counter
from functools import lru_cache
from threading import Lock, local
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from caching.daily_salt import DAY_SECONDS, daily_salt

# Seconds to wait for Redis, and seconds without Redis after it has failed.
REDIS_TIMEOUT, REDIS_PAUSE = 0.5, 5.0
# Seconds to wait while another worker writes to the file.
FILE_TIMEOUT = 0.1
# Seconds between two removals of expired counts by one process.
CLEAN_EVERY = 60
MAX_COUNTS_IN_MEMORY = 10_000
TABLE = """
CREATE TABLE IF NOT EXISTS hits (
    name TEXT PRIMARY KEY, hits INTEGER NOT NULL, expires_at INTEGER NOT NULL
) WITHOUT ROWID
"""
ADD = """
INSERT INTO hits VALUES (?, ?, ?)
ON CONFLICT (name) DO UPDATE SET hits = hits + excluded.hits RETURNING hits
"""

_thread = local()
_lock = Lock()
_in_memory: Counter[str] = Counter()
_redis_away_until = 0.0
_cleaned_at = 0


def hit(name: str, seconds: int, cost: int = 1) -> int:
    """Count a request under `name` and return the count of the current time window.

    `seconds` is the length of a window; windows begin at fixed times. `cost` is how
    much the request counts. If a store fails, the next one is used, and finally the
    memory of this process: the limit is then less precise, but no request fails.
    """
    span, left = int(time.time()) // seconds, seconds_left(seconds)
    key = f"rate:{name}:{seconds}:{span}"
    hits = _hit_redis(key, seconds, cost)
    if hits is None:
        hits = _hit_file(key, int(time.time()) + left, cost)
    return _hit_memory(key, cost) if hits is None else hits


def seconds_left(seconds: int) -> int:
    """Return the seconds until the next time window begins."""
    return seconds - int(time.time()) % seconds


def client_network(request: HttpRequest) -> str | None:
    """Return the IP address of the client, or None where the server does not know it.

    For IPv6 this is the first address of the /64 network, which belongs to one
    household.
    """
    address: str = request.META.get("REMOTE_ADDR", "")
    if settings.HTTPS:
        # The proxy appends the address that it saw. Clients can forge the ones before.
        forwarded = request.headers.get("X-Forwarded-For", "")
        address = forwarded.rsplit(",", 1)[-1].strip() or address
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ipaddress.IPv6Address(int(found) >> 64 << 64))


def client_key(request: HttpRequest) -> str:
    """Return a hash of the client's network, with a salt that changes every day."""
    network = client_network(request) or ""
    return hmac.new(_salt(), network.encode(), hashlib.sha256).hexdigest()[:24]


def _salt() -> bytes:
    """Return the salt that all machines share through Redis, or this machine's own."""
    day = int(time.time()) // DAY_SECONDS
    try:
        if settings.CACHE_URL and time.monotonic() > _redis_away_until:
            return _shared_salt(settings.CACHE_URL, day)
    except RedisError:
        _leave_redis()
    return daily_salt()


@lru_cache(maxsize=1)
def _shared_salt(url: str, day: int) -> bytes:
    server, key = _redis(url), f"rate:salt:{day}"
    new_salt = secrets.token_bytes(32)
    # The first machine of the day sets the salt for all of them.
    found: Any = (
        new_salt
        if server.set(key, new_salt, nx=True, ex=DAY_SECONDS)
        else server.get(key)
    )
    return bytes(found or new_salt)


@lru_cache(maxsize=1)
def _redis(url: str) -> Redis:
    # By default the library retries for seconds while a visitor waits.
    retry = Retry(NoBackoff(), 0)
    return Redis.from_url(url, socket_timeout=REDIS_TIMEOUT, retry=retry)


def _leave_redis() -> None:
    global _redis_away_until
    _redis_away_until = time.monotonic() + REDIS_PAUSE


def _hit_redis(key: str, seconds: int, cost: int) -> int | None:
    if not settings.CACHE_URL or time.monotonic() <= _redis_away_until:
        return None
    try:
        with _redis(settings.CACHE_URL).pipeline(transaction=True) as commands:
            commands.incrby(key, cost)
            commands.expire(key, seconds)
            return int(commands.execute()[0])
    except RedisError:
        _leave_redis()
        return None


def _hit_file(key: str, expires_at: int, cost: int) -> int | None:
    try:
        file = _file()
        _clean(file)
        return int(file.execute(ADD, (key, cost, expires_at)).fetchone()[0])
    except sqlite3.Error:
        return None


def _file() -> sqlite3.Connection:
    """Return this thread's connection to the file of counts."""
    path = str(settings.RATE_LIMIT_FILE)
    if getattr(_thread, "path", None) != path:
        if hasattr(_thread, "file"):
            _thread.file.close()
        file = sqlite3.connect(path, timeout=FILE_TIMEOUT, isolation_level=None)
        # Counts may be lost in a crash, so no write waits for the disk.
        file.execute("PRAGMA journal_mode=WAL")
        file.execute("PRAGMA synchronous=OFF")
        file.execute(TABLE)
        _thread.file, _thread.path = file, path
    found: sqlite3.Connection = _thread.file
    return found


def _clean(file: sqlite3.Connection) -> None:
    global _cleaned_at
    now = int(time.time())
    if now - _cleaned_at >= CLEAN_EVERY:
        _cleaned_at = now
        file.execute("DELETE FROM hits WHERE expires_at <= ?", (now,))


def _hit_memory(key: str, cost: int) -> int:
    with _lock:
        if len(_in_memory) >= MAX_COUNTS_IN_MEMORY:
            _in_memory.clear()
        _in_memory[key] += cost
        return _in_memory[key]
