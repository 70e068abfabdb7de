"""The site's own pages, asked for in this process: no server, no cookie, no "now"."""

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

from api.exports import FILES
from directory.export.url_map import bare
from listings.snapshot import frozen
from places.forms import PlaceForm

# Pages that only a copy has, by the address that stands for them.
OWN = {"/find/": "directory/export/find.html", "/copy/": "directory/export/about.html"}


class CopyRequest(WSGIRequest):
    """As if somebody asked the site online, whatever hosts this machine answers to."""

    def __init__(self, site: str, address: str) -> None:
        online, asked = urlsplit(site), urlsplit(address)
        self.online_host = online.netloc
        super().__init__(
            {
                "REQUEST_METHOD": "GET",
                "PATH_INFO": asked.path,
                "QUERY_STRING": asked.query,
                "SERVER_NAME": online.hostname or "",
                "SERVER_PORT": str(online.port or 443),
                "wsgi.url_scheme": online.scheme,
                "wsgi.input": io.BytesIO(),
            }
        )

    def get_host(self) -> str:
        return self.online_host


def page(site: str, address: str, at: datetime) -> bytes | None:
    """What the site has at an address; None where it has no page there."""
    request = CopyRequest(site, address)
    language = get_language_from_path(request.path) or settings.LANGUAGE_CODE
    with override(language), frozen(at.date()):
        if template := OWN.get(bare(request.path)):
            return _own(request, template).encode()
        match = resolve(request.path)
        request.resolver_match = match
        try:
            response = match.func(request, *match.args, **match.kwargs)
        except Http404:
            return None
        return bytes(response.content) if response.status_code == 200 else None


def _own(request: HttpRequest, template: str) -> str:
    context = {
        "form": PlaceForm(),
        "data_files": list(FILES),
        "contact_email": settings.CONTACT_EMAIL,
    }
    return render_to_string(template, context, request)
