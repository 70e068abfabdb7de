"""Turn EMAIL_URL into Django's mail settings."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from marshmallow import ValidationError, fields


def mail_settings(url: str) -> dict[str, Any]:
    """Parse smtp://user:password@host:port/?tls=1 or ?ssl=1. Without a URL, print mail.

    Raises ImproperlyConfigured.
    """
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    parts = urlsplit(url)
    if parts.scheme != "smtp" or not parts.hostname:
        raise ImproperlyConfigured(
            "EMAIL_URL must look like smtp://user:password@host:587/?tls=1."
        )
    use_tls, use_ssl = (_is_on(name, parts.query) for name in ("tls", "ssl"))
    if use_tls and use_ssl:
        raise ImproperlyConfigured("EMAIL_URL takes tls=1 or ssl=1, and not both.")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or 25,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": use_tls,
        "EMAIL_USE_SSL": use_ssl,
        "EMAIL_TIMEOUT": 10,
    }


def _is_on(name: str, query: str) -> bool:
    """A switch in the URL's query, spelled like a setting; off if it is missing."""
    value = parse_qs(query, keep_blank_values=True).get(name, ["0"])[-1]
    try:
        return bool(fields.Boolean().deserialize(value or "1"))
    except ValidationError:
        raise ImproperlyConfigured(
            f"EMAIL_URL: {name} is 1 or 0, not “{value}”."
        ) from None
