"""Search for warmlines by place, filters and words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from caching.memory_cache import MemoryCache
from listings.facet_panel import (
    ActiveFilter,
    FacetPanel,
    Suggestion,
    build_checkbox_facet,
    build_panel,
)
from places.models import Place
from warmlines.eligibility import Eligibility, check_eligibility
from warmlines.filters import LineFilter, filter_values
from warmlines.line_index import warmline_index
from warmlines.models import Warmline
from warmlines.open_status import (
    LineGroup,
    LineStatus,
    NoOpenLine,
    TimedWarmline,
    find_no_open_line,
    group_by_state,
    group_for_place,
    maybe_open_heading,
    sort_at,
)

# Scopes beside the states of a place: every line, or those for people in any state.
ALL_LINES: tuple[str, ...] = ("all",)
FROM_ANYWHERE: tuple[str, ...] = ("anywhere",)
# By scope and minute: for each state and language those of this minute, and older ones.
_sorted_cache: MemoryCache[tuple[tuple[str, ...], datetime], list[TimedWarmline]]
_sorted_cache = MemoryCache(500)


class WarmlineSearch:
    """The lines for one request at one moment; without a place, all lines.

    Filters and words choose the lines that come first. They never hide the lines that
    accept everyone: those are `others`, shown below.
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
        self.filter = LineFilter(params)
        self.place = place
        self.words = words
        self.from_anywhere = from_anywhere

    @cached_property
    def unfiltered(self) -> list[LineStatus]:
        """Every line that may accept callers from the place, without filters."""
        zone = self.place.timezone if self.place else ""
        sorted_lines = _sorted_lines(self._scope, self.at)
        answers = ((one, check_eligibility(one[0], self.place)) for one in sorted_lines)
        return [
            LineStatus(w, status, zone or w.timezone or "UTC", eligibility)
            for (w, status), eligibility in answers
            if eligibility is not Eligibility.NO
        ]

    @property
    def _scope(self) -> tuple[str, ...]:
        if self.place:
            return self.place.state_codes
        return FROM_ANYWHERE if self.from_anywhere else ALL_LINES

    @cached_property
    def _matching(self) -> list[LineStatus]:
        """The unfiltered lines that contain the words."""
        if not self.words:
            return self.unfiltered
        matching = Warmline.objects.public().matching(self.words)
        pks = set(matching.values_list("pk", flat=True))
        return [line for line in self.unfiltered if line.warmline.pk in pks]

    def _filtered(
        self, *, excluding: str = "", value: str = "", open_now: bool | None = None
    ) -> list[LineStatus]:
        """Apply the filters, without the filter `excluding` or only its `value`.

        `open_now` leaves out lines that are known to be closed.
        """
        found = self._matching
        for name, values in self.filter.chosen.items():
            wanted = {v for v in values if name != excluding or (value and v != value)}
            if wanted:
                found = [
                    ln for ln in found if wanted & filter_values(ln.warmline, name)
                ]
        if self.open_now if open_now is None else open_now:
            found = [line for line in found if line.is_open or line.may_be_open]
        return found

    @cached_property
    def lines(self) -> list[LineStatus]:
        """Lines that match the filters and words, most useful first."""
        return self._filtered()

    @cached_property
    def for_everyone(self) -> list[LineStatus]:
        return [line for line in self.unfiltered if line.is_for_everyone]

    @cached_property
    def for_some_states(self) -> list[LineStatus]:
        return [line for line in self.unfiltered if line.is_for_some_states]

    @property
    def others(self) -> list[LineStatus]:
        """Lines for everyone that do not match the filters or words."""
        if not self.is_filtered:
            return []
        visible = {line.warmline.pk for line in self.lines}
        everyone = [*self.for_everyone, *self.for_some_states]
        return [ln for ln in everyone if ln.warmline.pk not in visible]

    @property
    def is_filtered(self) -> bool:
        return bool(self.words or self.filter.chosen)

    @property
    def groups(self) -> list[LineGroup]:
        return group_for_place(
            self.lines, self.place, others=self.others, open_now=self.open_now
        )

    @property
    def groups_by_area(self) -> list[LineGroup]:
        """Groups by state, for a page without a place."""
        lines = [*self.lines, *self.others]
        if not self.open_now:
            return group_by_state(lines)
        maybe = [line for line in lines if line.may_be_open]
        groups = group_by_state(line for line in lines if line.is_open)
        if maybe:
            groups.append(LineGroup("maybe", maybe_open_heading(), maybe))
        return groups

    @property
    def chosen_communities(self) -> list[str]:
        return self.filter.chosen.get("community", [])

    @property
    def no_open_line(self) -> NoOpenLine | None:
        return find_no_open_line(self.for_everyone, self.for_some_states, self.place)

    def panel(self, keep: Iterable[str]) -> FacetPanel:
        counts = {name: self._count_options(name) for name in self.filter.filters}
        panel = build_panel(self.filter, self.params, counts, keep)
        on_or_off = build_checkbox_facet(
            self.params, "open_now", _("Open now"), on=self.open_now
        )
        return panel.with_leading([on_or_off], self.params)

    def suggestions(self, panel: FacetPanel) -> list[Suggestion]:
        return panel.suggestions(self._count_without)

    def _count_without(self, active_filter: ActiveFilter) -> int:
        name, value = active_filter.name, active_filter.value
        open_now = self.open_now and name != "open_now"
        return len(self._filtered(excluding=name, value=value, open_now=open_now))

    def _count_options(self, name: str) -> Counter[str]:
        """Count the lines that each option of a filter would show."""
        visible = self._filtered(excluding=name)
        return Counter(
            slug for ln in visible for slug in filter_values(ln.warmline, name)
        )


def _sorted_lines(scope: tuple[str, ...], at: datetime) -> list[TimedWarmline]:
    """Return the lines of a scope, most useful first; hours change at a full minute."""
    minute = at.replace(second=0, microsecond=0)

    def find() -> list[TimedWarmline]:
        index = warmline_index()
        among = {ALL_LINES: index.lines, FROM_ANYWHERE: index.everywhere}.get(scope)
        return sort_at(index.for_states(scope) if among is None else among, minute)

    return _sorted_cache.get_or_set((scope, minute), find)
