"""Search for warmlines by place, filters and words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from listings.facet_panel import (
    ActiveFilter,
    FacetPanel,
    Suggestion,
    build_checkbox_facet,
    build_panel,
)
from listings.filters import AudienceFilter
from places.models import Place
from warmlines.eligibility import Eligibility, check_eligibility
from warmlines.line_index import warmline_index
from warmlines.models import Warmline
from warmlines.open_status import (
    LineGroup,
    LineStatus,
    NoOpenLine,
    find_no_open_line,
    group_by_state,
    group_for_place,
    line_statuses,
    maybe_open_heading,
)


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
        self.filter = AudienceFilter(params)
        self.place = place
        self.words = words
        self.from_anywhere = from_anywhere

    @cached_property
    def _serving(self) -> list[Warmline]:
        """Every line that may accept callers from the place, without filters."""
        index = warmline_index()
        if self.place:
            near = index.for_states(self.place.state_codes)
            return [
                w for w in near if check_eligibility(w, self.place) != Eligibility.NO
            ]
        return index.everywhere if self.from_anywhere else index.lines

    @cached_property
    def _matching(self) -> list[Warmline]:
        """The serving lines that contain the words."""
        if not self.words:
            return self._serving
        matching = Warmline.objects.public().matching(self.words)
        pks = set(matching.values_list("pk", flat=True))
        return [line for line in self._serving if line.pk in pks]

    def _filtered(self, *, excluding: str = "", value: str = "") -> list[Warmline]:
        """Apply the filters, without the filter `excluding` or only its `value`."""
        found = self._matching
        for name, values in self.filter.chosen.items():
            wanted = {v for v in values if name != excluding or (value and v != value)}
            if wanted:
                found = [line for line in found if wanted & _term_slugs(line, name)]
        return found

    @cached_property
    def lines(self) -> list[LineStatus]:
        """Lines that match the filters and words, most useful first."""
        return self._statuses(self._filtered(), open_now=self.open_now)

    @cached_property
    def unfiltered(self) -> list[LineStatus]:
        """Every line for the place, without filters."""
        return self._statuses(self._serving, open_now=False)

    @cached_property
    def for_everyone(self) -> list[LineStatus]:
        return [line for line in self.unfiltered if line.is_for_everyone]

    @cached_property
    def for_some_states(self) -> list[LineStatus]:
        return [line for line in self.unfiltered if line.is_for_some_states]

    @property
    def others(self) -> list[LineStatus]:
        """Lines for everyone that do not match the filters or words."""
        visible = {line.warmline.pk for line in self.lines}
        everyone = [*self.for_everyone, *self.for_some_states]
        rest = [ln for ln in everyone if ln.warmline.pk not in visible]
        return rest if self.is_filtered else []

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
        found = self._filtered(excluding=active_filter.name, value=active_filter.value)
        open_now = self.open_now and active_filter.name != "open_now"
        return len(self._statuses(found, open_now=open_now))

    def _count_options(self, name: str) -> Counter[str]:
        """Count the lines that each option of a filter would show."""
        visible = self._statuses(self._filtered(excluding=name), open_now=self.open_now)
        return Counter(
            slug for ln in visible for slug in _term_slugs(ln.warmline, name)
        )

    def _statuses(
        self, lines: Iterable[Warmline], *, open_now: bool
    ) -> list[LineStatus]:
        return line_statuses(lines, self.at, self.place, open_now=open_now)


def _term_slugs(warmline: Warmline, kind: str) -> set[str]:
    return {term.slug for term in warmline.terms_of_kind(kind)}
