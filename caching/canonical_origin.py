"""The one origin under which a page names its own address."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.http.request import split_domain_port

DEFAULT_PORTS = {"http": "80", "https": "443"}


def canonical_url(request: HttpRequest, path: str) -> str:
    """The address of a path of this site, for machines that compare addresses.

    SITE_URL says the origin. Without it, it is the requested host, with the
    port that the site is served on: a client can write any other port in Host.
    """
    if settings.PUBLIC_ORIGIN:
        return f"{settings.PUBLIC_ORIGIN}{path}"
    name, port = split_domain_port(request.get_host())
    served_on = str(request.META.get("SERVER_PORT", ""))
    is_default = served_on == DEFAULT_PORTS.get(request.scheme or "")
    if port and not is_default:
        name = f"{name}:{served_on}"
    return f"{request.scheme}://{name}{path}"
