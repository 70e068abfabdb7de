"""The shipped configurations log no query string, which contains typed words."""

from __future__ import annotations

import re

from directory.operations import gunicorn_config
from tests.conftest import ROOT

# nginx variables that contain the URL: the request line, its parts and the referrer.
QUOTING = (
    r"\$(request|request_uri|uri|args|query_string|document_uri|arg_\w+|http_\w+)\b"
)
# gunicorn's format letters for the request line, path, query and headers.
GUNICORN = r"%\(([rUqfa]|\{[^}]*\}[ieo])\)s"


def test_nginx_logs_no_query_string():
    text = (ROOT / "deploy/nginx.conf").read_text(encoding="utf-8")
    formats = dict(re.findall(r"log_format (\w+) '([^']*)'", text))
    used = re.findall(r"access_log \S+ ?(\w*);", text)

    assert used
    for name in used:
        # The default format of nginx contains the request line.
        assert not re.search(QUOTING, formats[name])
    inside = text[text.index("http {") :]
    assert re.findall(r"error_log (\S+) (\w+);", inside) == [("/dev/null", "emerg")]


def test_caddy_logs_no_request():
    text = (ROOT / "deploy/Caddyfile").read_text(encoding="utf-8")
    blocks = re.findall(r"^\s*log\b[^{\n]*\{(.*?)\}", text, re.MULTILINE | re.DOTALL)

    # Caddy writes an access log only with the directive `log`.
    assert [block.split() for block in blocks] == [["exclude", "http.log"]]


def test_gunicorn_logs_no_query_string():
    assert gunicorn_config.access_log_format
    assert not re.search(GUNICORN, gunicorn_config.access_log_format)
