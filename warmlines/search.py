"""Who answers the phone for a place, under the filters of an address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from listings.facet_panel import Advice, Chip, Panel, build_panel, switch
from listings.filters import PeopleFilter
from places.models import Place
from warmlines.eligibility import TakesCaller, takes_caller
from warmlines.line_index import line_index
from warmlines.models import Warmline
from warmlines.open_status import (
    Line,
    LineGroup,
    NoneOpen,
    by_state,
    grouped,
    lines_at,
    maybe_open_heading,
    none_open,
)


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

    @cached_property
    def _reaching(self) -> list[Warmline]:
        """Every line that may take callers from here, whatever was filtered."""
        index = line_index()
        if self.place:
            near = index.of_states(self.place.state_codes)
            return [w for w in near if takes_caller(w, self.place) != TakesCaller.NO]
        return index.everywhere if self.from_anywhere else index.lines

    @cached_property
    def _matching(self) -> list[Warmline]:
        """Those of them that say the words."""
        if not self.words:
            return self._reaching
        matching = Warmline.objects.public().matching(self.words)
        pks = set(matching.values_list("pk", flat=True))
        return [line for line in self._reaching if line.pk in pks]

    def _narrowed(self, *, but: str = "", value: str = "") -> list[Warmline]:
        """Lines under every filter, one of them or one of its values left out."""
        found = self._matching
        for name, values in self.filter.chosen.items():
            wanted = {v for v in values if name != but or (value and v != value)}
            if wanted:
                found = [line for line in found if wanted & _slugs(line, name)]
        return found

    @cached_property
    def lines(self) -> list[Line]:
        """What the filters and words leave, the most useful first."""
        return self._at(self._narrowed(), open_now=self.open_now)

    @cached_property
    def unfiltered(self) -> list[Line]:
        """Every line here, whatever was filtered."""
        return self._at(self._reaching, open_now=False)

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
        counts = {name: self._count(name) for name in self.filter.filters}
        panel = build_panel(self.filter, self.params, counts, keep)
        on_or_off = switch(self.params, "open_now", _("Open now"), on=self.open_now)
        return panel.led_by([on_or_off], self.params)

    def advice(self, panel: Panel) -> list[Advice]:
        return panel.advice(self._count_without)

    def _count_without(self, chip: Chip) -> int:
        found = self._narrowed(but=chip.name, value=chip.value)
        open_now = self.open_now and chip.name != "open_now"
        return len(self._at(found, open_now=open_now))

    def _count(self, name: str) -> Counter[str]:
        """How many lines each option of a filter would show."""
        shown = self._at(self._narrowed(but=name), open_now=self.open_now)
        return Counter(slug for ln in shown for slug in _slugs(ln.warmline, name))

    def _at(self, lines: Iterable[Warmline], *, open_now: bool) -> list[Line]:
        return lines_at(lines, self.at, self.place, open_now=open_now)


def _slugs(warmline: Warmline, kind: str) -> set[str]:
    return {term.slug for term in warmline.terms_of(kind)}
