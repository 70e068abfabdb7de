"""Metrics for Prometheus, on a separate address and for private networks only.

They describe the state of the site and contain nothing about visitors: no path, no
address, no search words.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from django.core.signals import request_finished, request_started
from django.db import DatabaseError
from django.utils import timezone

import search.current
from directory.operations.health_figures import health_figures
from directory.operations.request_counts import (
    BUCKETS,
    RequestCounts,
    read_counts,
    record_request,
)
from search.index import SearchIndex

Application = Callable[..., Iterable[bytes]]
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def count_requests(application: Application, metrics_bind: str) -> Application:
    """Wrap a WSGI application: count its requests, and serve metrics.

    Requests that arrive at `metrics_bind` (host:port) get the metrics.
    """
    port = metrics_bind.rpartition(":")[2]

    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        if port and environ["SERVER_PORT"] == port:
            return metrics_response(environ, start_response)
        started = time.perf_counter()
        status = 500

        def start_and_note_status(line: str, *rest: Any) -> Any:
            nonlocal status
            status = int(line[:3])
            return start_response(line, *rest)

        try:
            return application(environ, start_and_note_status)
        finally:
            record_request(status, time.perf_counter() - started)

    return wrapped


def metrics_response(
    environ: dict[str, Any], start_response: Callable[..., Any]
) -> list[bytes]:
    """The page of metrics; 404 for clients outside private networks."""
    if environ["PATH_INFO"] != "/metrics" or not is_private_address(
        environ["REMOTE_ADDR"]
    ):
        start_response("404 Not Found", [("Content-Type", CONTENT_TYPE)])
        return [b""]
    # Django opens and closes database connections with these signals.
    request_started.send(sender=metrics_response, environ=environ)
    lines = [
        *request_metrics(read_counts()),
        *index_metrics(),
        *database_metrics(timezone.now()),
    ]
    request_finished.send(sender=metrics_response)
    start_response("200 OK", [("Content-Type", CONTENT_TYPE)])
    return ["".join(f"{line}\n" for line in lines).encode()]


def is_private_address(address: str) -> bool:
    """Whether this IP address belongs to a private network or this machine."""
    try:
        return ipaddress.ip_address(address).is_private
    except ValueError:
        return False


def request_metrics(seen: RequestCounts) -> Iterator[str]:
    yield from metric_header(
        "requests_total", "counter", "Answers, by class of their status."
    )
    for status, number in seen.by_status.items():
        yield f'directory_requests_total{{status="{status}"}} {number}'
    yield from metric_header(
        "request_seconds", "histogram", "Time until an answer was ready."
    )
    for bound, number in zip([*BUCKETS, "+Inf"], seen.within, strict=True):
        yield f'directory_request_seconds_bucket{{le="{bound}"}} {number}'
    yield f"directory_request_seconds_sum {seen.seconds}"
    yield f"directory_request_seconds_count {seen.within[-1]}"


def index_metrics() -> Iterator[str]:
    """The size and build time of the search index of the worker that answers."""
    found = {model.catalog: index for model, index in search.current.indexes()}
    figures: dict[str, tuple[str, Callable[[SearchIndex], float]]] = {
        "search_index_listings": ("Listings in the index of one worker.", len),
        "search_index_bytes": ("Memory of its arrays.", lambda index: index.nbytes),
        "search_index_build_seconds": (
            "Time to build it.",
            lambda index: index.build_seconds,
        ),
    }
    for name, (meaning, figure) in figures.items() if found else ():
        yield from metric_header(name, "gauge", meaning)
        for catalog, index in found.items():
            yield f'directory_{name}{{catalog="{catalog}"}} {figure(index)}'


def database_metrics(at: datetime) -> Iterator[str]:
    """The health figures, if the database answers, and whether it does."""
    try:
        numbers = [*health_figures(at)]
    except DatabaseError:
        numbers = []
    yield from metric_header("database_up", "gauge", "Does the database answer?")
    yield f"directory_database_up {int(bool(numbers))}"
    for number in numbers:
        if number.samples:
            yield from metric_header(number.name, "gauge", number.meaning)
        for labels, value in number.samples:
            inner = ",".join(f'{name}="{label}"' for name, label in labels.items())
            yield f"directory_{number.name}{{{inner}}} {value}".replace("{}", "")


def metric_header(name: str, kind: str, words: str) -> Iterator[str]:
    yield f"# HELP directory_{name} {words}"
    yield f"# TYPE directory_{name} {kind}"
