"""What needs no travel: lines to call and groups that meet online."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict

from listings.filters import ListingFilter
from listings.panel import Advice, Pager, Panel, build_panel, page_number
from orgs.models import Organization
from places.models import Place
from warmlines.lines import LineGroup, grouped
from warmlines.models import Warmline
from warmlines.search import LineSearch

PAGE_SIZE = 30


class OnlineFilter(ListingFilter):
    class Meta:
        model = Organization
        fields = ["community", "language"]


@dataclass(frozen=True)
class OnlinePage:
    line_groups: list[LineGroup]
    rows: list[Organization]
    total: int
    panel: Panel
    pager: Pager
    advice: list[Advice]


def online_page(place: Place | None, params: QueryDict, at: datetime) -> OnlinePage:
    chosen = OnlineFilter(params, queryset=Organization.objects.none())
    scope = Organization.objects.public().from_anywhere(place)
    number = page_number(params)
    rows, total = (
        chosen.narrow(scope)
        .for_cards()
        .by_name()
        .page(limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
    )
    groups = _lines(place, params, at) if number == 1 else []
    panel = build_panel(chosen.form, params, chosen.counts(scope), keep=["state"])
    empty = not (rows or groups)
    return OnlinePage(
        line_groups=groups,
        rows=rows,
        total=total,
        panel=panel,
        pager=Pager.of(params, number, total, PAGE_SIZE),
        advice=panel.advice(chosen.counter(scope)) if empty else [],
    )


def _lines(place: Place | None, params: QueryDict, at: datetime) -> list[LineGroup]:
    scope = None if place else Warmline.objects.public().from_anywhere()
    return grouped(LineSearch(place, params, at, scope=scope).lines(), place)
