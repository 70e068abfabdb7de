"""The WSGI application that gunicorn serves."""

from __future__ import annotations

import os
from contextlib import suppress

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.core.signals import request_finished
from django.db import DatabaseError, connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "directory.settings")


class Utf8Request(WSGIRequest):
    """Reads form data as UTF-8, whatever codec a header names.

    Some of Python's codecs do not decode text, and would make the view fail.
    """

    @property
    def encoding(self) -> None:
        return None

    @encoding.setter
    def encoding(self, named: str) -> None:
        pass


class Utf8Handler(WSGIHandler):
    request_class = Utf8Request


django.setup(set_prefix=False)

# These import models, which can be imported only now.
from directory.operations.fallback_numbers import refresh_fallback_numbers  # noqa: E402
from directory.operations.metrics import count_requests  # noqa: E402
from places.gazetteer import gazetteer  # noqa: E402

# Load the gazetteer before the first request. Without a database, the first lookup
# loads it.
with suppress(DatabaseError):
    gazetteer()
connections.close_all()
# The signal is sent after the response, so nobody waits for the file.
request_finished.connect(refresh_fallback_numbers)

application = count_requests(Utf8Handler(), settings.METRICS_BIND)
