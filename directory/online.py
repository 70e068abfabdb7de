"""What needs no travel: lines to call and groups that meet online."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict

from listings.cards import Card, cards
from listings.filters import PeopleFilter
from listings.panel import Advice, Pager, Panel, build_panel, page_number
from orgs.models import Organization
from places.models import Place
from warmlines.lines import LineGroup
from warmlines.search import LineSearch

PAGE_SIZE = 30


@dataclass(frozen=True)
class OnlinePage:
    line_groups: list[LineGroup]
    rows: list[Card]
    total: int
    panel: Panel
    pager: Pager
    advice: list[Advice]


def online_page(place: Place | None, params: QueryDict, at: datetime) -> OnlinePage:
    chosen = PeopleFilter(params)
    scope = Organization.objects.public().from_anywhere(place)
    number = page_number(params)
    found = chosen.narrow(scope).by_name()
    hits, total = found.page(limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE)
    groups = _lines(place, params, at) if number == 1 else []
    key = ("online", place.state if place else "")
    counts = chosen.counts(lambda: scope, key)
    panel = build_panel(chosen, params, counts, ["state"])
    empty = not (hits or groups)
    return OnlinePage(
        line_groups=groups,
        rows=cards(Organization, hits, "orgs/_card.html"),
        total=total,
        panel=panel,
        pager=Pager.of(params, number, total, PAGE_SIZE),
        advice=panel.advice(chosen.counter(scope)) if empty else [],
    )


def _lines(place: Place | None, params: QueryDict, at: datetime) -> list[LineGroup]:
    return LineSearch(place, params, at, from_anywhere=place is None).groups
