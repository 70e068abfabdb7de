"""Settings of gunicorn. Its log contains nothing about visitors."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from shutil import rmtree
from typing import Any

from gunicorn import util
from gunicorn.workers.base import Worker

from caching.daily_salt import daily_salt
from directory.operations import request_counts
from directory.operations.environment import BASE_DIR, env
from directory.operations.hosts import bracket_ipv6
from directory.operations.logs import logging_settings

_host = bracket_ipv6(env.str("BIND", "127.0.0.1").strip("[]"))
bind = [f"{_host}:{env.str('PORT', '8000')}"]
# Prometheus connects to a second address, where directory.operations.metrics answers.
if metrics_bind := env.str("METRICS_BIND", ""):
    bind.append(metrics_bind)
wsgi_app = "directory.wsgi:application"
workers = env.int("WEB_WORKERS", 2)
worker_class = "gthread"
threads = 4
timeout = 30
graceful_timeout = 30
# Workers are replaced now and then, but never all at once, because the caches of a new
# worker are empty. Their memory does not require it sooner (promise R1).
max_requests = 200_000
max_requests_jitter = 100_000
limit_request_line = 8_190
# Heartbeat files of workers are in memory, because a disk may be slow or read-only.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
accesslog = "-"
# Time, method, status, bytes, microseconds. The path is left out, because a slug in it
# says what somebody looked for.
access_log_format = "%(t)s %(m)s %(s)s %(B)s %(D)s"
logconfig_dict = logging_settings(env.str("LOG_FORMAT", "text"))
# gunicorn must not trust any forwarded header: by default it believes SCRIPT_NAME and
# others from this machine. Django decides about the scheme (HTTPS=1).
forwarded_allow_ips = ""
forwarder_headers = ""
secure_scheme_headers: dict[str, str] = {}
control_socket_disable = True


def _write_error(client: Any, status: int, reason: str, _message: str) -> None:
    """Answer a malformed or too large request with our own error page and 988."""
    # Imported late, because only workers load the site; the master does not.
    from directory.pages.error_pages import bad_request_page  # noqa: PLC0415

    page = bad_request_page(status).content
    head = (
        f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\n"
        "Content-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\n"
        f"Content-Length: {len(page)}\r\n\r\n"
    )
    util.write_nonblock(client, head.encode("latin1") + page)


# gunicorn has no setting for its own error pages.
util.write_error = _write_error


def on_starting(_server: object) -> None:
    """Delete files of the last run.

    Its rate limit counts are useless, since their salt is lost. Its data files may be
    of another release, which writes them differently.
    """
    data_dir = Path(env.str("DATA_DIR", "") or BASE_DIR / "var")
    for file in data_dir.glob("rate-limits.sqlite3*"):
        file.unlink(missing_ok=True)
    rmtree(data_dir / "data-files", ignore_errors=True)


def pre_fork(_server: object, _worker: object) -> None:
    # Bring the master's salt up to date, so that the worker inherits today's.
    daily_salt()


def post_fork(_server: object, worker: Worker) -> None:
    # Let a thread that writes a large file yield to pages after 1 ms instead of 5.
    sys.setswitchinterval(0.001)
    request_counts.assign_slot(worker.age)
