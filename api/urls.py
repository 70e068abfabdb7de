"""Addresses of the open data; those in PAGES are there in each language."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from api import manual
from api.api import api

PAGES: list[URLPattern | URLResolver] = [
    path("api/docs/", manual.docs, name="api_docs"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", api.urls),
]
