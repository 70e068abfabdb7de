"""Health probes: /healthz (the process runs) and /readyz (it can serve pages)."""

from __future__ import annotations

from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from caching.db_router import read_alias
from caching.http_types import GetResponse
from directory.operations.database_outage import release_connections
from places.models import Place

TEXT_PLAIN = "text/plain; charset=utf-8"


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Always succeed. Uses no database, so an outage does not restart containers."""
    return HttpResponse("ok\n", content_type=TEXT_PLAIN)


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Succeed if the visitors' database answers, is migrated and has the gazetteer."""
    try:
        ready = _is_migrated() and Place.objects.states().exists()
    except DatabaseError:
        ready = False
        release_connections()
    if ready:
        return HttpResponse("ready\n", content_type=TEXT_PLAIN)
    return HttpResponse("not ready\n", status=503, content_type=TEXT_PLAIN)


def _is_migrated() -> bool:
    executor = MigrationExecutor(connections[read_alias()])
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


PROBES = {"/healthz": healthz, "/readyz": readyz}


def probe_middleware(get_response: GetResponse) -> GetResponse:
    """Answer probes before the Host header is checked.

    Load balancers send the address of a machine or container, which is not in
    ALLOWED_HOSTS.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        probe = PROBES.get(request.path_info)
        return probe(request) if probe else get_response(request)

    return middleware
