"""Who answers the phone for a place, under the filters of an address."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from kept.memory import Shelf
from listings.filters import PeopleFilter
from listings.panel import Advice, Chip, Panel, build_panel, switch
from places.models import Place
from places.near import Hit
from warmlines.lines import Line, lines_at, whole
from warmlines.models import Warmline, WarmlineQuerySet

# Which lines there are for an area, under filters; the moment stays outside.
HITS: Shelf[tuple[Any, ...], list[Hit]] = Shelf(4_000)
COUNTIES: Shelf[str, set[int]] = Shelf(4)


def told_apart() -> set[int]:
    """The counties that some line names; the others are like their states."""
    return COUNTIES.get("named", Warmline.objects.public().counties_named)


class LineSearch:
    """One question about lines, asked at one moment; no place means all of them."""

    def __init__(
        self,
        place: Place | None,
        params: QueryDict,
        at: datetime,
        *,
        open_now: bool = False,
        words: str = "",
        from_anywhere: bool = False,
    ) -> None:
        self.params = params
        self.at = at
        self.open_now = open_now
        self.zone = place.timezone if place else ""
        self.filter = PeopleFilter(params)
        self.place = place
        self.words = words
        self.from_anywhere = from_anywhere
        # Somebody's own words name nothing that is kept.
        area = place.area(told_apart()) if place else (from_anywhere,)
        self.key = None if words else ("lines", *area)

    def scope(self) -> WarmlineQuerySet:
        """What the filters part; asked for only where the answer is not kept."""
        found = Warmline.objects.public().matching(self.words)
        if self.place:
            return found.taking_callers_from(self.place)
        return found.from_anywhere() if self.from_anywhere else found

    def lines(self) -> list[Line]:
        if self.key is None:
            return self._at(self._hits(), open_now=self.open_now)
        found = HITS.get((*self.filter.key, *self.key), self._hits)
        return self._at(found, open_now=self.open_now)

    def panel(self, keep: Iterable[str]) -> Panel:
        counts = self.filter.counts(self.scope, self.key)
        panel = build_panel(self.filter, self.params, counts, keep, self.key)
        on_or_off = switch(self.params, "open_now", _("Open now"), on=self.open_now)
        return panel.led_by([on_or_off], self.params)

    def advice(self, panel: Panel) -> list[Advice]:
        return panel.advice(self._count_without)

    def _count_without(self, chip: Chip) -> int:
        found = self.filter.narrow(self.scope(), but=chip.name, value=chip.value)
        open_now = self.open_now and chip.name != "open_now"
        return len(self._at(found.hits(), open_now=open_now))

    def _hits(self) -> list[Hit]:
        return self.filter.narrow(self.scope()).hits()  # type: ignore[no-any-return]

    def _at(self, hits: list[Hit], *, open_now: bool) -> list[Line]:
        return lines_at(whole(hits), self.at, zone=self.zone, open_now=open_now)
