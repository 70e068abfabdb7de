"""The open data page: the files, how current they are, and their license terms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from caching import content_version
from listings.exchange.csv_columns import (
    column_example,
    column_format,
    column_names,
    describe_column,
)
from listings.freshness import FreshnessRow, build_freshness_row, count_checked
from listings.models import Listing
from orgs.models import Organization
from warmlines.models import Warmline


@dataclass(frozen=True)
class Column:
    name: str
    meaning: str
    # `example` has the possible codes, or one value. `spelling` describes the format.
    example: str
    spelling: str


@dataclass(frozen=True)
class CatalogFile:
    """One CSV file: how many rows, how current they are, and its columns."""

    file: str
    freshness: FreshnessRow
    columns: list[Column]


@dataclass(frozen=True)
class LicenseTerms:
    """A license that rows name, the number of these rows, and what it allows."""

    name: str
    row_count: int
    explanation: str


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    today = timezone.now().date()
    catalogs: list[tuple[str, Any]] = [
        (_("Organizations"), Organization),
        (_("Warmlines"), Warmline),
    ]
    context = {
        "catalogs": [
            _describe_catalog(label, model, today) for label, model in catalogs
        ],
        "changed": content_version.current().changed_at,
        "licenses": _describe_licenses([model for _label, model in catalogs]),
        "site": request.build_absolute_uri("/").rstrip("/"),
        "contact_email": settings.CONTACT_EMAIL,
    }
    return render(request, "api/data.html", context)


def _describe_catalog(label: str, model: type[Listing], today: Any) -> CatalogFile:
    [numbers] = count_checked(model.objects.public(), None, today).values()
    columns = [
        Column(
            name,
            describe_column(model, name),
            column_example(model, name),
            column_format(model, name),
        )
        for name in column_names(model)
    ]
    return CatalogFile(
        f"{model._meta.model_name}s.csv", build_freshness_row(label, numbers), columns
    )


def _describe_licenses(models: list[type[Listing]]) -> list[LicenseTerms]:
    row_counts: dict[str, int] = {}
    for model in models:
        for name, number in model.objects.public().license_counts():
            row_counts[name] = row_counts.get(name, 0) + number
    return [
        LicenseTerms(name, row_counts[name], _license_explanation(name))
        for name in sorted(row_counts)
    ]


def _license_explanation(license_name: str) -> str:
    if not license_name:
        return _(
            "Facts from public pages, and no license is named. Use them, and say "
            "where they are from."
        )
    if "NC" in license_name:
        return _(
            "Give credit to the source, and do not use the list to make money. "
            "This ends for a row once we have checked its facts with the group itself."
        )
    return _("Keep to the license that the row names, and give credit to its source.")
