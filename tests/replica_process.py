"""Run the site with a primary and a replica that lags or is lost; print the results.

tests/test_replica_reads.py runs it in a separate process, because the settings of the
tests have one database only. It prints JSON.
"""

from __future__ import annotations

import json
import os
import re
import sys
from contextlib import contextmanager
from pathlib import Path

import django
import psycopg

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from django.test import Client  # noqa: E402

from caching import content_version  # noqa: E402
from tests.factories import organization, person  # noqa: E402

URLS = {"default": os.environ["PRIMARY_URL"], "replica": os.environ["STANDBY_URL"]}
LOGS = {
    name: Path(os.environ[f"{name.upper()}_LOG"]) for name in ("primary", "standby")
}
PLAIN_STATIC_FILES = "django.contrib.staticfiles.storage.StaticFilesStorage"
TABLE = re.compile(r'(?:FROM|INTO|UPDATE) "(\w+)"')
LIST, PAGE, FORM, API = "/orgs/", "/orgs/ours/", "/orgs/ours/report/", "/api/services"


class Standby:
    """A direct connection to the replica."""

    def __init__(self):
        self.connection = psycopg.connect(URLS["replica"], autocommit=True)

    def ask(self, statement, *values):
        return self.connection.execute(statement, values).fetchone()[0]

    def follow(self):
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT pg_current_wal_lsn()")
            [wanted] = cursor.fetchone()
        while not self.ask("SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", wanted):
            pass

    @contextmanager
    def lagging(self):
        self.ask("SELECT pg_wal_replay_pause()")
        while self.ask("SELECT pg_get_wal_replay_pause_state()") != "paused":
            pass
        yield
        self.ask("SELECT pg_wal_replay_resume()")
        self.follow()
        content_version.invalidate()


def new_client():
    return Client(SERVER_NAME="127.0.0.1", raise_request_exception=False)


def tables_read_during(act):
    """The tables that each server's log names while `act` runs."""
    begun = {name: log.stat().st_size for name, log in LOGS.items()}
    act()
    written = {name: log.read_text()[begun[name] :] for name, log in LOGS.items()}
    return {name: sorted(set(TABLE.findall(text))) for name, text in written.items()}


def rename(listing, name):
    listing.name = f"{name} Peer Center"
    listing.save()


def names_on_page(client, path):
    text = client.get(path).content.decode()
    return [word for word in ("First", "Second", "Third") if f"{word} Peer" in text]


def break_connection(alias, act, *, at, on=None):
    """End the connection before statement number `at`, or before "each" one.

    `on` is the server that ends it. Returns the status of the response, and how often a
    statement found the connection broken.
    """
    count, lost = 0, 0

    def ending(execute, sql, params, many, context):
        nonlocal count, lost
        count += 1
        if at in ("each", count):
            pid = context["connection"].connection.info.backend_pid
            with psycopg.connect(URLS[on or alias], autocommit=True) as beside:
                beside.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
            lost += 1
        return execute(sql, params, many, context)

    with connections[alias].execute_wrapper(ending):
        answer = act()
    return {"status": answer.status_code, "lost": lost}


def tables_by_request(listing, visitor, curator):
    return {
        "page": tables_read_during(lambda: visitor.get(LIST)),
        "search": tables_read_during(lambda: visitor.get("/orgs/?q=peer")),
        "near": tables_read_during(lambda: visitor.get("/find/?near=59301")),
        "near_by_curator": tables_read_during(lambda: curator.get("/find/?near=59301")),
        "file": tables_read_during(
            lambda: visitor.get("/data/organizations.csv").getvalue()
        ),
        "api": tables_read_during(lambda: visitor.get(API)),
        "form": tables_read_during(lambda: visitor.get(FORM)),
        # A text search queries the database each time.
        "curator": tables_read_during(lambda: curator.get(f"{LIST}?q=first")),
        "admin": tables_read_during(lambda: new_client().get("/admin/login/")),
        "write": tables_read_during(listing.save),
    }


def pages_during_lag(listing, standby, visitor, curator):
    """What each client sees after a change that the replica has not received."""
    with standby.lagging():
        rename(listing, "Second")
        seen = {
            "curator": names_on_page(curator, LIST),
            "visitor": [names_on_page(visitor, LIST), names_on_page(visitor, LIST)],
        }
    return seen | {"later": names_on_page(visitor, LIST)}


def pages_after_failover_to_lagging(listing, standby, visitor):
    """What a visitor sees when a server that lags replaces one that was up to date.

    The other server is lost between two pages, or during a page.
    """
    seen = {}
    with standby.lagging():
        rename(listing, "Third")
        connect_replica_to_primary(visitor)
        connections["replica"].close()
        seen["between"] = names_on_page(visitor, LIST)
        connect_replica_to_primary(visitor)
        seen["within"] = break_connection(
            "replica", lambda: visitor.get(PAGE), at=1, on="default"
        )
    return seen | {
        "later": [names_on_page(visitor, LIST), names_on_page(visitor, PAGE)]
    }


def connect_replica_to_primary(visitor):
    """Connect the replica's alias to the primary; later connections use the replica."""
    replica = connections["replica"]
    replica.close()
    wanted = replica.settings_dict["OPTIONS"]
    replica.settings_dict["OPTIONS"] = wanted | {"target_session_attrs": "read-write"}
    content_version.invalidate()
    visitor.get("/about/")
    assert replica.connection.info.port == connections["default"].connection.info.port
    replica.settings_dict["OPTIONS"] = wanted


def main():
    settings.STORAGES["staticfiles"]["BACKEND"] = PLAIN_STATIC_FILES
    call_command("migrate", verbosity=0)
    listing = organization(name="First Peer Center", slug="ours")
    standby, visitor, curator = Standby(), new_client(), new_client()
    curator.force_login(person(role="Curator"))
    standby.follow()
    seen = {
        "reads": tables_by_request(listing, visitor, curator),
        "lag": pages_during_lag(listing, standby, visitor, curator),
        "other": pages_after_failover_to_lagging(listing, standby, visitor),
        "cut": {
            "page": break_connection(
                "replica", lambda: visitor.get("/freshness/"), at=2
            ),
            "version": break_connection(
                "replica", lambda: visitor.get("/guides/"), at=1
            ),
            "search": break_connection(
                "replica", lambda: visitor.get("/orgs/?q=peer"), at=3
            ),
            "api": break_connection("replica", lambda: visitor.get(API), at=1),
            "form": break_connection("default", lambda: visitor.get(FORM), at=2),
            "again": break_connection(
                "replica", lambda: visitor.get("/orgs/?q=a"), at="each"
            ),
            "write": break_connection("default", lambda: visitor.post(FORM), at="each"),
        },
    }
    connections["default"].close()
    seen["cut"]["staff"] = break_connection("default", lambda: curator.get(LIST), at=1)
    json.dump(seen, sys.stdout)


if __name__ == "__main__":
    main()
