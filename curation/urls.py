"""Where the public tells the desk something."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, path

from curation import views

urlpatterns = [
    path("suggest/", views.suggest, name="suggest"),
    path("confirm/<slug:token>/", views.confirm, name="confirm"),
]


def of_catalogue(prefix: str, model: Any, name: str) -> list[URLPattern]:
    """Suggest a change, report a problem: for one catalogue's listings."""
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
