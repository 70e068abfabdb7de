"""How gunicorn serves the site; nothing of a visitor goes into its log."""

from __future__ import annotations

import os

bind = f"{os.environ.get('BIND', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
wsgi_app = "directory.wsgi:application"
workers = int(os.environ.get("WEB_WORKERS", "2"))
worker_class = "gthread"
threads = 4
timeout = 30
graceful_timeout = 30
# Workers are renewed now and then, not all at once.
max_requests = 20_000
max_requests_jitter = 2_000
limit_request_line = 8_190
accesslog = "-"
# Moment, method, status, bytes, microseconds. No path either: only its first part
# could be told safely, and a slug in it already says what somebody looked for.
access_log_format = "%(t)s %(m)s %(s)s %(B)s %(D)s"
# Its warnings quote who asked, and what.
logger_class = "directory.server_log.ServerLog"
# Who asked and by which scheme is for Django to judge (HTTPS=1), and for nobody to
# claim: by default gunicorn believes SCRIPT_NAME and others from this machine.
forwarded_allow_ips = ""
forwarder_headers = ""
secure_scheme_headers: dict[str, str] = {}
control_socket_disable = True
