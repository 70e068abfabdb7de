"""Numbers for Prometheus: on an address of their own, to machines of our network.

They say how the site is, and nothing of who uses it: no path, no address, no word.
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

from directory.operations.health_figures import site_numbers
from directory.operations.request_counts import BUCKETS, Counted, count, counted

Application = Callable[..., Iterable[bytes]]
TEXT = "text/plain; version=0.0.4; charset=utf-8"


def measured(application: Application, metrics_bind: str) -> Application:
    """Counts every request, and answers those that come in at `metrics_bind`."""
    port = metrics_bind.rpartition(":")[2]

    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        if port and environ["SERVER_PORT"] == port:
            return metrics(environ, start_response)
        started = time.perf_counter()
        status = 500

        def noted(line: str, *rest: Any) -> Any:
            nonlocal status
            status = int(line[:3])
            return start_response(line, *rest)

        try:
            return application(environ, noted)
        finally:
            count(status, time.perf_counter() - started)

    return wrapped


def metrics(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """A page of numbers for a machine of our own network, else nothing."""
    if environ["PATH_INFO"] != "/metrics" or not is_inside(environ["REMOTE_ADDR"]):
        start_response("404 Not Found", [("Content-Type", TEXT)])
        return [b""]
    # Django looks after its connections at both ends of a request.
    request_started.send(sender=metrics, environ=environ)
    lines = [*requests(counted()), *database(timezone.now())]
    request_finished.send(sender=metrics)
    start_response("200 OK", [("Content-Type", TEXT)])
    return ["".join(f"{line}\n" for line in lines).encode()]


def is_inside(address: str) -> bool:
    """Is this IP address of a private network, or of this machine?"""
    try:
        return ipaddress.ip_address(address).is_private
    except ValueError:
        return False


def requests(seen: Counted) -> Iterator[str]:
    yield from head("requests_total", "counter", "Answers, by class of their status.")
    for status, number in seen.by_status.items():
        yield f'directory_requests_total{{status="{status}"}} {number}'
    yield from head("request_seconds", "histogram", "Time until an answer was ready.")
    for bound, number in zip([*BUCKETS, "+Inf"], seen.within, strict=True):
        yield f'directory_request_seconds_bucket{{le="{bound}"}} {number}'
    yield f"directory_request_seconds_sum {seen.seconds}"
    yield f"directory_request_seconds_count {seen.within[-1]}"


def database(at: datetime) -> Iterator[str]:
    """The numbers of operations.numbers, where the database answers."""
    try:
        numbers = [*site_numbers(at)]
    except DatabaseError:
        numbers = []
    yield from head("database_up", "gauge", "Does the database answer?")
    yield f"directory_database_up {int(bool(numbers))}"
    for number in numbers:
        if number.samples:
            yield from head(number.name, "gauge", number.meaning)
        for labels, value in number.samples:
            inner = ",".join(f'{name}="{label}"' for name, label in labels.items())
            yield f"directory_{number.name}{{{inner}}} {value}".replace("{}", "")


def head(name: str, kind: str, words: str) -> Iterator[str]:
    yield f"# HELP directory_{name} {words}"
    yield f"# TYPE directory_{name} {kind}"
