"""Turn DATABASE_URL and DATABASE_REPLICA_URL into Django's DATABASES setting."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote, urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

POSTGRESQL_SCHEMES = ("postgres", "postgresql")
# A host name, an IP address or a folder of sockets, with or without a port.
SERVER_PATTERN = re.compile(
    r"(?P<name>\[[0-9a-fA-F:.]+\]|[\w.%-]+)(?::(?P<port>\d{1,5}))?"
)
DEFAULT_PORT = "5432"

# With these options, 8 processes that wrote at once never got "database is locked".
SQLITE: dict[str, Any] = {
    "ENGINE": "directory.operations.sqlite",
    "CONN_MAX_AGE": 60,
    # Django's test runner recognizes an in-memory database by its own engine's name
    # only, so ours needs this setting.
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
# Options of libpq that notice a silently vanished server within 8 seconds.
LIBPQ_TIMEOUTS: dict[str, Any] = {
    "connect_timeout": 2,  # seconds, for each server
    "tcp_user_timeout": 5_000,  # milliseconds
    "keepalives_idle": 5,
    "keepalives_interval": 1,
    "keepalives_count": 3,
}
# Of several servers, connect to the one that currently accepts writes.
PRIMARY_OPTIONS = {"target_session_attrs": "read-write"}
# Connect to a random standby, or to the primary if no standby answers.
REPLICA_OPTIONS = {
    "target_session_attrs": "prefer-standby",
    "load_balance_hosts": "random",
}


def databases(url: str, replica_url: str) -> dict[str, dict[str, Any]]:
    """The DATABASES setting: "default", and "replica" if there is a replica URL."""
    found = {"default": parse_database_url(url)}
    if replica_url:
        if urlsplit(url).scheme not in POSTGRESQL_SCHEMES:
            raise ImproperlyConfigured(
                "DATABASE_REPLICA_URL needs a DATABASE_URL that begins with "
                "postgres://: SQLite has no replicas."
            )
        found["replica"] = parse_replica_url(replica_url)
    return found


def parse_database_url(url: str) -> dict[str, Any]:
    """Parse sqlite:///path, or postgres://… with one or several servers.

    Raises ImproperlyConfigured.
    """
    scheme = urlsplit(url).scheme
    if scheme not in ("sqlite", *POSTGRESQL_SCHEMES):
        raise ImproperlyConfigured(
            f"DATABASE_URL must begin with sqlite:// or postgres://, not {scheme}://."
        )
    if scheme == "sqlite":
        return dict(dj_database_url.parse(url)) | SQLITE
    found, servers = parse_postgresql_url("DATABASE_URL", url)
    return with_options(found, PRIMARY_OPTIONS if servers > 1 else {})


def parse_replica_url(url: str) -> dict[str, Any]:
    """Parse the URL of the database that visitors read from (caching.db_router).

    Raises ImproperlyConfigured.
    """
    scheme = urlsplit(url).scheme
    if scheme not in POSTGRESQL_SCHEMES:
        raise ImproperlyConfigured(
            f"DATABASE_REPLICA_URL must begin with postgres://, not {scheme}://."
        )
    found, _servers = parse_postgresql_url("DATABASE_REPLICA_URL", url)
    # A health check could switch servers between reading the content version and the
    # rows. caching.db_router retries the whole request instead.
    unchecked = {"CONN_HEALTH_CHECKS": False, "TEST": {"MIRROR": "default"}}
    return with_options(found, REPLICA_OPTIONS) | unchecked


def with_options(found: dict[str, Any], options: dict[str, str]) -> dict[str, Any]:
    """Add our options; those in the URL after its "?" take precedence."""
    from_url = found.get("OPTIONS", {})
    return found | POSTGRESQL | {"OPTIONS": LIBPQ_TIMEOUTS | options | from_url}


def parse_postgresql_url(name: str, url: str) -> tuple[dict[str, Any], int]:
    """Parse the value of the setting `name`; also return how many servers it names."""
    try:
        netloc = urlsplit(url).netloc
        before, at, listed = netloc.rpartition("@")
        first, *others = listed.split(",")
        parts: dict[str, Any] = dict(
            dj_database_url.parse(url.replace(netloc, f"{before}{at}{first}", 1))
        )
        if others:
            parts["HOST"], parts["PORT"] = hosts_and_ports([first, *others])
    except ValueError:
        # The message does not quote the URL, which contains a password.
        raise ImproperlyConfigured(
            f"{name} must look like postgres://user:password@host:5432/name, with "
            "commas between several host:port; in a password, / is %2F and @ is %40."
        ) from None
    return parts, 1 + len(others)


def hosts_and_ports(servers: list[str]) -> tuple[str, str]:
    """The HOST and PORT settings for several servers. Raises ValueError."""
    found = [SERVER_PATTERN.fullmatch(server) for server in servers]
    if not all(found):
        raise ValueError(servers)
    hosts = [unquote(match["name"]).strip("[]") for match in found if match]
    ports = [match["port"] or DEFAULT_PORT for match in found if match]
    return ",".join(hosts), ",".join(ports)
