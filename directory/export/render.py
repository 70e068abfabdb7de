"""Render pages of the site in this process, without a server and without cookies."""

from __future__ import annotations

import io
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import Http404, HttpRequest
from django.template.loader import render_to_string
from django.urls import resolve
from django.utils.translation import get_language_from_path, override

from api.exports import DATA_FILES
from directory.export.url_map import without_language
from listings.snapshot import as_snapshot
from meetings.timetable import build_timetable
from places.forms import PlaceForm

# Templates of the pages that only an export has, by address.
EXPORT_PAGES = {
    "/find/": "directory/export/find.html",
    "/copy/": "directory/export/about.html",
    "/meetings/": "directory/export/meetings.html",
}


class ExportRequest(WSGIRequest):
    """A request to the site online, with any host whatever ALLOWED_HOSTS says."""

    def __init__(self, site: str, address: str) -> None:
        online, requested = urlsplit(site), urlsplit(address)
        self.online_host = online.netloc
        super().__init__(
            {
                "REQUEST_METHOD": "GET",
                "PATH_INFO": requested.path,
                "QUERY_STRING": requested.query,
                "SERVER_NAME": online.hostname or "",
                "SERVER_PORT": str(online.port or 443),
                "wsgi.url_scheme": online.scheme,
                "wsgi.input": io.BytesIO(),
            }
        )

    def get_host(self) -> str:
        return self.online_host


def render_page(site: str, address: str, at: datetime) -> bytes | None:
    """Return what the site has at an address, or None if it has no page there."""
    request = ExportRequest(site, address)
    language = get_language_from_path(request.path) or settings.LANGUAGE_CODE
    with override(language), as_snapshot(at.date()):
        if template := EXPORT_PAGES.get(without_language(request.path)):
            return _render_export_page(request, template).encode()
        match = resolve(request.path)
        request.resolver_match = match
        try:
            response = match.func(request, *match.args, **match.kwargs)
        except Http404:
            return None
        return bytes(response.content) if response.status_code == 200 else None


def _render_export_page(request: HttpRequest, template: str) -> str:
    context = {
        "form": PlaceForm(),
        "data_files": list(DATA_FILES),
        "contact_email": settings.CONTACT_EMAIL,
        # Called by the one template that shows it.
        "timetable": build_timetable,
    }
    return render_to_string(template, context, request)
