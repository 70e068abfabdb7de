"""The addresses of the public forms."""

from __future__ import annotations

from django.urls import URLPattern, path

from curation import views
from listings.models import Listing

urlpatterns = [
    path("suggest/", views.suggest, name="suggest"),
    path("confirm/<slug:token>/", views.confirm, name="confirm"),
]


def catalog_urls(prefix: str, model: type[Listing], name: str) -> list[URLPattern]:
    """Return the addresses of the forms about the listings of one catalog."""
    facts = {"model": model}
    return [
        path(
            f"{prefix}/<slug:slug>/suggest/",
            views.suggest_change,
            facts,
            name=f"{name}_suggest",
        ),
        path(
            f"{prefix}/<slug:slug>/report/",
            views.report,
            facts,
            name=f"{name}_report",
        ),
    ]
