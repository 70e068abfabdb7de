"""Addresses of the open data; those in PAGES are there in each language."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from api import data_page, docs_views, exports, feeds
from api.api import api

PAGES: list[URLPattern | URLResolver] = [
    path("api/docs/", docs_views.docs, name="api_docs"),
    path("data/", data_page.data, name="data"),
    path("feeds/changes.atom", feeds.changes_feed, name="feed"),
    path("feeds/states/<slug:code>.atom", feeds.state_feed, name="state_feed"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", api.urls),
    *(path(f"data/{n}", exports.data_file, {"name": n}) for n in exports.DATA_FILES),
]
