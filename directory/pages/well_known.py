"""The file security.txt, which says where to report a vulnerability (RFC 9116)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

# A site that was set up or upgraded within this time is considered maintained.
VALID_FOR = timedelta(days=180)
STATIC_MANIFEST = Path(settings.STATIC_ROOT) / "staticfiles.json"


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Return the contacts, the languages and the expiration date.

    Only `manage.py prepare`, which runs at each start, renews the date.
    """
    page = f"{settings.SITE_URL}{reverse('contact')}"
    mail = settings.CONTACT_EMAIL
    lines = [
        *([f"Contact: mailto:{mail}"] if mail else []),
        f"Contact: {page}",
        f"Expires: {last_setup() + VALID_FOR:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en, es",
        f"Canonical: {settings.SITE_URL}{request.path}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


def last_setup() -> datetime:
    """Return when static files were last collected, or 1970 if they never were."""
    try:
        return datetime.fromtimestamp(STATIC_MANIFEST.stat().st_mtime, UTC)
    except OSError:
        return datetime.fromtimestamp(0, UTC)
