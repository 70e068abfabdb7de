"""How gunicorn serves the site; nothing of a visitor goes into its log."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from shutil import rmtree
from typing import Any

from gunicorn import util

from caching.daily_salt import daily_salt
from directory.operations import request_counts
from directory.operations.environment import BASE_DIR, env
from directory.operations.hosts import bracketed
from directory.operations.logs import logging_settings

_host = bracketed(env.str("BIND", "127.0.0.1").strip("[]"))
bind = [f"{_host}:{env.str('PORT', '8000')}"]
# A second address for Prometheus, where only directory.operations.metrics answers.
if metrics_bind := env.str("METRICS_BIND", ""):
    bind.append(metrics_bind)
wsgi_app = "directory.wsgi:application"
workers = env.int("WEB_WORKERS", 2)
worker_class = "gthread"
threads = 4
timeout = 30
graceful_timeout = 30
# Workers are renewed now and then, and never together: a new one has kept nothing yet,
# so the first visit to each page waits. Their memory does not ask for it sooner (R1).
max_requests = 200_000
max_requests_jitter = 100_000
limit_request_line = 8_190
# Workers show here that they live: in memory, because a disk may be slow or read-only.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
accesslog = "-"
# Moment, method, status, bytes, microseconds. No path either: only its first part
# could be told safely, and a slug in it already says what somebody looked for.
access_log_format = "%(t)s %(m)s %(s)s %(B)s %(D)s"
logconfig_dict = logging_settings(env.str("LOG_FORMAT", "text"))
# Who asked and by which scheme is for Django to judge (HTTPS=1), and for nobody to
# claim: by default gunicorn believes SCRIPT_NAME and others from this machine.
forwarded_allow_ips = ""
forwarder_headers = ""
secure_scheme_headers: dict[str, str] = {}
control_socket_disable = True


def _write_error(client: Any, status: int, reason: str, _message: str) -> None:
    """Answer what is no request, or too long a one, with our own page and 988."""
    # Only a worker, which has loaded the site, answers requests.
    from directory.pages.error_pages import unreadable  # noqa: PLC0415

    page = unreadable(status).content
    head = (
        f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\n"
        "Content-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\n"
        f"Content-Length: {len(page)}\r\n\r\n"
    )
    util.write_nonblock(client, head.encode("latin1") + page)


# gunicorn has no setting for the page of an error that it finds itself.
util.write_error = _write_error


def on_starting(_server: Any) -> None:
    """Remove the counts of the last run: their salt is lost, so they are of no use.

    Also its data files, which another release may write in another way.
    """
    data_dir = Path(env.str("DATA_DIR", "") or BASE_DIR / "var")
    for file in data_dir.glob("rate-limits.sqlite3*"):
        file.unlink(missing_ok=True)
    rmtree(data_dir / "data-files", ignore_errors=True)


def pre_fork(_server: Any, _worker: Any) -> None:
    # The master holds no salt of an earlier day, and hands on today's.
    daily_salt()


def post_fork(_server: Any, worker: Any) -> None:
    # A thread that makes a large file gives way to pages after a millisecond, not five.
    sys.setswitchinterval(0.001)
    request_counts.use_slot(worker.age)
