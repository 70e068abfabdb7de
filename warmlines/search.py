"""Who answers the phone for a place, under the filters of an address."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from kept.memory import MemoryCache
from listings.filters import PeopleFilter
from listings.panel import Advice, Chip, Panel, build_panel, switch
from places.models import Place
from places.near import Hit
from warmlines.eligibility import may_take
from warmlines.lines import (
    Line,
    LineGroup,
    NoneOpen,
    by_state,
    grouped,
    lines_at,
    maybe_open_heading,
    none_open,
    whole,
)
from warmlines.models import Warmline, WarmlineQuerySet

# Which lines there are for an area, under filters; the moment stays outside.
_hits: MemoryCache[tuple[Any, ...], list[Hit]] = MemoryCache(4_000)
_counties: MemoryCache[str, set[int]] = MemoryCache(4)


def told_apart() -> set[int]:
    """The counties that some line names; the others are like their states."""
    return _counties.get_or_set("named", Warmline.objects.public().counties_named)


class LineSearch:
    """One question about lines, asked at one moment; no place means all of them.

    Filters and words say what is wanted first. They never hide the lines that take
    everyone: those are `others`, to be shown below.
    """

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
        self.filter = PeopleFilter(params)
        self.place = place
        self.words = words
        self.from_anywhere = from_anywhere
        area = _area_key(place) if place else (from_anywhere,)
        self.everyone_key = ("lines", *area)
        # Somebody's own words name nothing that is kept.
        self.key = None if words else self.everyone_key

    def scope(self) -> WarmlineQuerySet:
        """What the filters part; asked for only where the answer is not kept."""
        return self._reaching().matching(self.words)

    def _reaching(self) -> WarmlineQuerySet:
        found = Warmline.objects.public()
        if self.place:
            return found.filter(may_take(self.place))
        return found.from_anywhere() if self.from_anywhere else found

    @cached_property
    def lines(self) -> list[Line]:
        """What the filters and words leave, the most useful first."""
        hits = self._hits() if self.key is None else self._cached_hits(self.filter)
        return self._at(hits, open_now=self.open_now)

    @cached_property
    def unfiltered(self) -> list[Line]:
        """Every line here, whatever was filtered."""
        return self._at(self._cached_hits(PeopleFilter(QueryDict())), open_now=False)

    @cached_property
    def for_everyone(self) -> list[Line]:
        return [line for line in self.unfiltered if line.is_for_everyone]

    @cached_property
    def for_some_states(self) -> list[Line]:
        return [line for line in self.unfiltered if line.is_for_some_states]

    @property
    def others(self) -> list[Line]:
        """Lines for everyone that the filters or words leave out."""
        shown = {line.warmline.pk for line in self.lines}
        everyone = [*self.for_everyone, *self.for_some_states]
        rest = [ln for ln in everyone if ln.warmline.pk not in shown]
        return rest if self.is_narrowed else []

    @property
    def is_narrowed(self) -> bool:
        return bool(self.words or self.filter.chosen)

    @property
    def groups(self) -> list[LineGroup]:
        return grouped(
            self.lines, self.place, others=self.others, open_now=self.open_now
        )

    @property
    def lists(self) -> list[LineGroup]:
        """Without a place: state by state; with `open_now`, what may be open apart."""
        lines = [*self.lines, *self.others]
        if not self.open_now:
            return by_state(lines)
        maybe = [line for line in lines if line.may_be_open]
        groups = by_state(line for line in lines if line.is_open)
        if maybe:
            groups.append(LineGroup("maybe", maybe_open_heading(), maybe))
        return groups

    @property
    def wanted_communities(self) -> list[str]:
        return self.filter.chosen.get("community", [])

    @property
    def none_open(self) -> NoneOpen | None:
        return none_open(self.for_everyone, self.for_some_states, self.place)

    def panel(self, keep: Iterable[str]) -> Panel:
        counts = self.filter.counts(self.scope, self.key)
        panel = build_panel(self.filter, self.params, counts, keep)
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

    def _cached_hits(self, chosen: PeopleFilter) -> list[Hit]:
        key = (*chosen.key, *self.everyone_key)
        return _hits.get_or_set(key, lambda: chosen.narrow(self._reaching()).hits())

    def _at(self, hits: list[Hit], *, open_now: bool) -> list[Line]:
        return lines_at(whole(hits), self.at, self.place, open_now=open_now)


def _area_key(place: Place) -> tuple[Any, ...]:
    """The same for places that the same lines serve; a state has its counties' too."""
    return (place.is_state, *place.area(told_apart()))
