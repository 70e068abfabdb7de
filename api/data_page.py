"""The page of the open data: what there is, how fresh, and what may be done with it."""

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
from listings.exchange.csv_columns import column_names, example, meaning, spelling
from listings.freshness import FreshRow, fresh_row, tally
from listings.models import Listing
from orgs.models import Organization
from warmlines.models import Warmline


@dataclass(frozen=True)
class Column:
    name: str
    meaning: str
    # Codes, or one value; else how it is written, in words.
    example: str
    spelling: str


@dataclass(frozen=True)
class Catalogue:
    """One file of rows: how many, how fresh, and what its columns say."""

    file: str
    row: FreshRow
    columns: list[Column]


@dataclass(frozen=True)
class Licence:
    """A licence that rows name, on how many, and what it lets people do."""

    name: str
    number: int
    words: str


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    today = timezone.now().date()
    told: list[tuple[str, Any]] = [
        (_("Organizations"), Organization),
        (_("Warmlines"), Warmline),
    ]
    context = {
        "catalogues": [_catalogue(label, model, today) for label, model in told],
        "changed": content_version.current().changed_at,
        "licences": _licences([model for _label, model in told]),
        "site": request.build_absolute_uri("/").rstrip("/"),
        "contact_email": settings.CONTACT_EMAIL,
    }
    return render(request, "api/data.html", context)


def _catalogue(label: str, model: type[Listing], today: Any) -> Catalogue:
    [numbers] = tally(model.objects.public(), None, today).values()
    columns = [
        Column(name, meaning(model, name), example(model, name), spelling(model, name))
        for name in column_names(model)
    ]
    return Catalogue(
        f"{model._meta.model_name}s.csv", fresh_row(label, numbers), columns
    )


def _licences(models: list[type[Listing]]) -> list[Licence]:
    numbers: dict[str, int] = {}
    for model in models:
        for name, number in model.objects.public().licence_counts():
            numbers[name] = numbers.get(name, 0) + number
    return [Licence(name, numbers[name], _may(name)) for name in sorted(numbers)]


def _may(licence: str) -> str:
    if not licence:
        return _(
            "Facts from public pages, and no license is named. Use them, and say "
            "where they are from."
        )
    if "NC" in licence:
        return _(
            "Give credit to the source, and do not use the list to make money. "
            "This ends for a row once we have checked its facts with the group itself."
        )
    return _("Keep to the license that the row names, and give credit to its source.")
