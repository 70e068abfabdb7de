"""Is the process alive; can it answer."""

from __future__ import annotations

from collections.abc import Callable

from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from caching.db_router import read_alias
from directory.operations.database_outage import let_go
from places.models import Place

GetResponse = Callable[[HttpRequest], HttpResponse]

PLAIN = "text/plain; charset=utf-8"


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Touches nothing, so that a dead database kills nobody."""
    return HttpResponse("ok\n", content_type=PLAIN)


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """The database that visitors read answers, is up to date, and knows the places."""
    try:
        ready = _migrated() and Place.objects.states().exists()
    except DatabaseError:
        ready = False
        let_go()
    if ready:
        return HttpResponse("ready\n", content_type=PLAIN)
    return HttpResponse("not ready\n", status=503, content_type=PLAIN)


def _migrated() -> bool:
    executor = MigrationExecutor(connections[read_alias()])
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


PROBES = {"/healthz": healthz, "/readyz": readyz}


def probes(get_response: GetResponse) -> GetResponse:
    """Answer probes before the host is checked: they ask by the address of a machine
    or a container, which is not one of the site's names."""

    def middleware(request: HttpRequest) -> HttpResponse:
        probe = PROBES.get(request.path_info)
        return probe(request) if probe else get_response(request)

    return middleware
