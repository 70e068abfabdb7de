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


class Request(WSGIRequest):
    """Read as UTF-8, whatever codec a header names: some of Python's break on text."""

    @property
    def encoding(self) -> None:
        return None

    @encoding.setter
    def encoding(self, named: str) -> None:
        pass


class Handler(WSGIHandler):
    request_class = Request


django.setup(set_prefix=False)

# They ask models, which are there only now.
from directory.operations.fallback_numbers import keep_up  # noqa: E402
from directory.operations.metrics import measured  # noqa: E402
from places.gazetteer import gazetteer  # noqa: E402

# Without a database the first lookup reads it.
with suppress(DatabaseError):
    gazetteer()
connections.close_all()
# After an answer has left, so that nobody waits for it.
request_finished.connect(keep_up)

application = measured(Handler(), settings.METRICS_BIND)
