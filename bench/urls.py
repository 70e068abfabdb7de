"""The site's own addresses, and an empty page that passes the same middleware."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from directory.urls import urlpatterns as of_the_site


def empty_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello")


urlpatterns = [path("hello", empty_page), *of_the_site]
