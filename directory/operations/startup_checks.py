"""Settings that the site refuses to start with. All raise ImproperlyConfigured."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

LOOPBACK = ("127.0.0.1", "::1", "[::1]", "localhost")
YEAR_SECONDS = 365 * 24 * 60 * 60
MIN_KEY_LENGTH = 50
# Beginnings of keys that are published: ours for tests and builds, and Django's.
SAMPLE_KEY_PREFIXES = ("only-for-", "for-this-step-", "django-insecure-")


def check_secrets(key: str, hosts: Iterable[str], bind: str, *, debug: bool) -> None:
    """Refuse a weak key, any host name, and debug mode on a public address."""
    hosts = list(hosts)
    public = [host for host in hosts if host not in LOOPBACK]
    if len(key) < MIN_KEY_LENGTH:
        raise ImproperlyConfigured(
            f"SECRET_KEY has {len(key)} characters. "
            f"Use at least {MIN_KEY_LENGTH} random ones."
        )
    if "*" in hosts:
        raise ImproperlyConfigured(
            "ALLOWED_HOSTS may not be *. Name the hosts, or else links could be forged."
        )
    if public and (key.startswith(SAMPLE_KEY_PREFIXES) or len(set(key)) < 5):
        raise ImproperlyConfigured(
            f"SECRET_KEY is a sample, and {public[0]} is public. Generate a random one."
        )
    if debug and (public or bind not in LOOPBACK):
        raise ImproperlyConfigured(
            "DEBUG shows the inside of the site, so it is for this machine only, and "
            f"{public[0] if public else bind} can be reached from others."
        )


def check_no_path_prefix(script_name: str, site_url: str) -> None:
    """Refuse to serve the site under a path.

    Static files, the service worker and the pages' canonical addresses begin at "/".
    """
    name = "SCRIPT_NAME" if script_name.strip("/") else "SITE_URL"
    path = script_name.strip("/") or urlsplit(site_url).path.strip("/")
    if path:
        raise ImproperlyConfigured(
            f"{name} puts the site under the path /{path}. Give the site its own host "
            "name instead, like directory.example.org."
        )


def check_hsts_preload(seconds: int, *, subdomains: bool, preload: bool) -> None:
    """Refuse HSTS settings that the browsers' preload list does not accept."""
    if preload and (seconds < YEAR_SECONDS or not subdomains):
        raise ImproperlyConfigured(
            "HSTS_PRELOAD=1 needs HSTS_SUBDOMAINS=1 and "
            f"HSTS_SECONDS={YEAR_SECONDS} or more."
        )
