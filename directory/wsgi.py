"""The WSGI application that gunicorn serves."""

from __future__ import annotations

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "directory.settings")

_site = get_wsgi_application()

# It asks models, which are there only now.
from directory.metrics import measured  # noqa: E402

application = measured(_site, settings.METRICS_BIND)
