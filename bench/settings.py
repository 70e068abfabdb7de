"""The site's own settings, with one empty page more to compare with."""

from __future__ import annotations

from directory.settings import *  # noqa: F403, TID251 - a settings module itself

ROOT_URLCONF = "bench.urls"
# All of a bench comes from one address.
API_REQUESTS_A_MINUTE = 10_000_000
