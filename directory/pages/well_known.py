"""Where to tell of a weakness (RFC 9116)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

# Somebody looks after a site that was set up or upgraded within this time.
TRUE_FOR = timedelta(days=180)
SET_UP = Path(settings.STATIC_ROOT) / "staticfiles.json"


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Contact, languages, and until when this can be relied on: past that, it says so.

    Nothing renews the date by itself: each start by `manage.py prepare` does.
    """
    page = f"{settings.SITE_URL}{reverse('contact')}"
    mail = settings.CONTACT_EMAIL
    lines = [
        *([f"Contact: mailto:{mail}"] if mail else []),
        f"Contact: {page}",
        f"Expires: {set_up_at() + TRUE_FOR:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en, es",
        f"Canonical: {settings.SITE_URL}{request.path}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


def set_up_at() -> datetime:
    """When the files were last collected; without them, long ago."""
    try:
        return datetime.fromtimestamp(SET_UP.stat().st_mtime, UTC)
    except OSError:
        return datetime.fromtimestamp(0, UTC)
