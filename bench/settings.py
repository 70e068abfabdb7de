"""The site's own settings, with one empty page more to compare with."""

from __future__ import annotations

from directory.settings import *  # noqa: F403, TID251 - a settings module itself

ROOT_URLCONF = "bench.urls"
# All requests of a measurement come from one client address.
API_REQUESTS_A_MINUTE = 10_000_000
