"""What the site refuses to start with where strangers could reach it."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

LOOPBACK = ("127.0.0.1", "::1", "[::1]", "localhost")
YEAR = 365 * 24 * 60 * 60
SHORTEST_KEY = 50
# How keys begin that stand in public: ours for checks and builds, and Django's own.
SAMPLES = ("only-for-", "for-this-step-", "django-insecure-")


def refuse_weak(key: str, hosts: Iterable[str], bind: str, *, debug: bool) -> None:
    """Stop with one plain sentence. Raises ImproperlyConfigured."""
    hosts = list(hosts)
    public = [host for host in hosts if host not in LOOPBACK]
    if len(key) < SHORTEST_KEY:
        raise ImproperlyConfigured(
            f"SECRET_KEY has {len(key)} characters; give it at least {SHORTEST_KEY}, "
            "of chance alone."
        )
    if "*" in hosts:
        raise ImproperlyConfigured(
            "ALLOWED_HOSTS may not be *: name the hosts, or links could be forged."
        )
    if public and (key.startswith(SAMPLES) or len(set(key)) < 5):
        raise ImproperlyConfigured(
            f"SECRET_KEY is a sample, and {public[0]} is public. Make one of chance."
        )
    if debug and (public or bind not in LOOPBACK):
        raise ImproperlyConfigured(
            "DEBUG shows the inside of the site: it is for this machine alone, and "
            f"{public[0] if public else bind} is not."
        )


def refuse_prefix(script_name: str, site_url: str) -> None:
    """Stop where the site is to stand under a path. Raises ImproperlyConfigured.

    Static files, the service worker and the pages' canonical addresses begin at "/".
    """
    name = "SCRIPT_NAME" if script_name.strip("/") else "SITE_URL"
    path = script_name.strip("/") or urlsplit(site_url).path.strip("/")
    if path:
        raise ImproperlyConfigured(
            f"{name} puts the site under the path /{path}; give it a host name of its "
            "own instead, like directory.example.org."
        )


def refuse_early_preload(seconds: int, *, subdomains: bool, preload: bool) -> None:
    """Stop where the preload list would refuse us. Raises ImproperlyConfigured."""
    if preload and (seconds < YEAR or not subdomains):
        raise ImproperlyConfigured(
            f"HSTS_PRELOAD=1 needs HSTS_SUBDOMAINS=1 and HSTS_SECONDS={YEAR} or more."
        )
