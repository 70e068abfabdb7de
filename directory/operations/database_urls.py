"""DATABASE_URL and DATABASE_REPLICA_URL as Django's settings; a bad one says which."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote, urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

POSTGRES = ("postgres", "postgresql")
# A name, an address or a folder of sockets, with a port or without.
SERVER = re.compile(r"(?P<name>\[[0-9a-fA-F:.]+\]|[\w.%-]+)(?::(?P<port>\d{1,5}))?")
ORDINARY_PORT = "5432"

# Measured with 8 writing processes: none ever met "database is locked".
SQLITE: dict[str, Any] = {
    "ENGINE": "directory.operations.sqlite",
    "CONN_MAX_AGE": 60,
    # Where tests put it; those in parallel would ask for a file, for they know our
    # engine by Django's name alone.
    "TEST": {"NAME": ":memory:"},
    "OPTIONS": {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;",
    },
}
POSTGRESQL: dict[str, Any] = {
    "ENGINE": "directory.operations.postgresql",
    "CONN_MAX_AGE": 60,
    "CONN_HEALTH_CHECKS": True,
}
# What libpq is told. A server that is gone without a word is noticed within 8 seconds.
PATIENCE: dict[str, Any] = {
    "connect_timeout": 2,  # seconds, for each server
    "tcp_user_timeout": 5_000,  # milliseconds
    "keepalives_idle": 5,
    "keepalives_interval": 1,
    "keepalives_count": 3,
}
# Of several servers the one that takes writes, whichever that is by now.
WRITING = {"target_session_attrs": "read-write"}
# Any that only follows; the one that takes writes where no other answers.
READING = {"target_session_attrs": "prefer-standby", "load_balance_hosts": "random"}


def databases(url: str, replica_url: str) -> dict[str, dict[str, Any]]:
    """DATABASES: "default", and "replica" where one is named."""
    found = {"default": database(url)}
    if replica_url:
        if urlsplit(url).scheme not in POSTGRES:
            raise ImproperlyConfigured(
                "DATABASE_REPLICA_URL needs a DATABASE_URL that begins with "
                "postgres://: SQLite has no replicas."
            )
        found["replica"] = replica(replica_url)
    return found


def database(url: str) -> dict[str, Any]:
    """sqlite:///path, or postgres://… with one server or several."""
    scheme = urlsplit(url).scheme
    if scheme not in ("sqlite", *POSTGRES):
        raise ImproperlyConfigured(
            f"DATABASE_URL must begin with sqlite:// or postgres://, not {scheme}://."
        )
    if scheme == "sqlite":
        return dict(dj_database_url.parse(url)) | SQLITE
    found, servers = postgresql("DATABASE_URL", url)
    return told(found, WRITING if servers > 1 else {})


def replica(url: str) -> dict[str, Any]:
    """Where the public's reads go (caching.db_router)."""
    scheme = urlsplit(url).scheme
    if scheme not in POSTGRES:
        raise ImproperlyConfigured(
            f"DATABASE_REPLICA_URL must begin with postgres://, not {scheme}://."
        )
    found, _servers = postgresql("DATABASE_REPLICA_URL", url)
    # A check would change servers between a version and its rows; caching.db_router
    # asks again from the beginning instead.
    unchecked = {"CONN_HEALTH_CHECKS": False, "TEST": {"MIRROR": "default"}}
    return told(found, READING) | unchecked


def told(found: dict[str, Any], choice: dict[str, str]) -> dict[str, Any]:
    """What the address itself says after its “?” comes last, and so counts."""
    said = found.get("OPTIONS", {})
    return found | POSTGRESQL | {"OPTIONS": PATIENCE | choice | said}


def postgresql(name: str, url: str) -> tuple[dict[str, Any], int]:
    """The parts of an address, and how many servers it names."""
    try:
        netloc = urlsplit(url).netloc
        before, at, listed = netloc.rpartition("@")
        first, *others = listed.split(",")
        parts: dict[str, Any] = dict(
            dj_database_url.parse(url.replace(netloc, f"{before}{at}{first}", 1))
        )
        if others:
            parts["HOST"], parts["PORT"] = named([first, *others])
    except ValueError:
        # Not repeated: a part of a password may have come to stand for a server.
        raise ImproperlyConfigured(
            f"{name} must look like postgres://user:password@host:5432/name, with "
            "commas between several host:port; in a password, / is %2F and @ is %40."
        ) from None
    return parts, 1 + len(others)


def named(servers: list[str]) -> tuple[str, str]:
    """HOST and PORT of several servers as libpq wants them. Raises ValueError."""
    found = [SERVER.fullmatch(server) for server in servers]
    if not all(found):
        raise ValueError(servers)
    hosts = [unquote(match["name"]).strip("[]") for match in found if match]
    ports = [match["port"] or ORDINARY_PORT for match in found if match]
    return ",".join(hosts), ",".join(ports)
