"""What every template may use."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


def site(request: HttpRequest) -> dict[str, object]:
    return {"site_name": _("Peer Support Directory"), "exit_url": settings.EXIT_URL}
