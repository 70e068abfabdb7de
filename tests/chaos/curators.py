"""A curator who keeps writing while things break, and the acknowledged writes."""

from __future__ import annotations

import itertools
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

from tests.chaos.load import ask
from tests.chaos.proxies import HOST_NAME

SIGN_IN = """
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client
client = Client()
client.force_login(get_user_model().objects.create_superuser("ada"))
print(client.cookies[settings.SESSION_COOKIE_NAME].value)
"""
TOKEN = "a" * 32


@dataclass
class CuratorLog:
    """When each term was acknowledged, and the responses to the others."""

    acknowledged: dict[str, float] = field(default_factory=dict)
    refused: list[object] = field(default_factory=list)


@contextmanager
def writing_curator(port, session):
    """Add one term after the other in the admin until the block ends."""
    written, over = CuratorLog(), threading.Event()
    headers = {
        "Cookie": f"session={session}; csrf={TOKEN}",
        "Content-Type": "application/x-www-form-urlencoded",
        "Origin": f"http://{HOST_NAME}",
    }

    def write():
        for number in itertools.count():
            if over.is_set():
                return
            slug = f"word-{number}"
            word = {"kind": "service", "slug": slug, "label": slug, "order": "0"}
            form = urlencode(word | {"csrfmiddlewaretoken": TOKEN})
            found = ask(port, "/admin/listings/term/add/", "POST", form, **headers)
            if found.status == 302:
                written.acknowledged[slug] = time.monotonic()
            else:
                written.refused.append(found)
                time.sleep(0.05)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield written
    finally:
        over.set()
        thread.join()
