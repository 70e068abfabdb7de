"""Describe the filters of a list page for its template: facets and active filters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from places.forms import PlaceForm
from places.lookup import canonical_query

Counts = Mapping[str, Mapping[str, int]]
# An error message repeats at most this much of an unusable value.
MAX_ECHOED_CHARACTERS = 40


class FacetOption(NamedTuple):
    value: str
    label: str
    # How many listings there would be with it; None where that isn't said.
    total: int | None
    checked: bool


@dataclass(frozen=True)
class Facet:
    """One filter with its options and the errors in the given values."""

    name: str
    legend: str
    options: list[FacetOption]
    errors: list[str] = field(default_factory=list)
    kind: str = "checkbox"
    # Labels of options that no listing here has.
    missing: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class ActiveFilter:
    """One chosen value, and the address of the page without it."""

    name: str
    value: str
    label: str
    remove_url: str


@dataclass(frozen=True)
class Suggestion:
    """An active filter to remove, and the number of results without it."""

    label: str
    url: str
    count: int


@dataclass(frozen=True)
class FacetPanel:
    facets: list[Facet]
    active_filters: list[ActiveFilter]
    clear_url: str
    hidden: list[tuple[str, str]]
    # Errors in parameters that are not filters, shown above the facets.
    problems: list[str] = field(default_factory=list)

    @property
    def has_errors(self) -> bool:
        return any(facet.errors for facet in self.facets)

    def with_leading(
        self, parts: Iterable[tuple[Facet, list[ActiveFilter]]], params: QueryDict
    ) -> FacetPanel:
        """Return a panel with these facets before its own, also under "Clear all"."""
        parts = list(parts)
        facets = [*(facet for facet, _active in parts), *self.facets]
        added = [one for _facet, active in parts for one in active]
        return replace(
            self,
            facets=facets,
            active_filters=[*self.active_filters, *added],
            clear_url=_url_without_all(params, [facet.name for facet in facets]),
        )

    def with_search_words(
        self, words: str, params: QueryDict, label: str
    ) -> FacetPanel:
        """Return a panel that shows the search words as an active filter."""
        if not words:
            return self
        search = ActiveFilter("q", words, label, url_with(params, q=None))
        names = [*(facet.name for facet in self.facets), "q"]
        return replace(
            self,
            active_filters=[search, *self.active_filters],
            clear_url=_url_without_all(params, names),
        )

    @property
    def missing(self) -> str:
        """The message that no listing has the chosen communities or services.

        It is "" if neither was chosen.
        """
        for name, words in (
            ("community", _("No listing here says it serves “%(what)s”.")),
            ("service", _("No listing here says it offers “%(what)s”.")),
        ):
            if chosen := [a.label for a in self.active_filters if a.name == name]:
                return words % {"what": ", ".join(chosen)}
        return ""

    def suggestions(
        self, count_excluding: Callable[[ActiveFilter], int]
    ) -> list[Suggestion]:
        """Return the active filters whose removal gives results, most results first."""
        found = [
            Suggestion(one.label, one.remove_url, count_excluding(one))
            for one in self.active_filters
        ]
        return sorted((s for s in found if s.count), key=lambda s: -s.count)


def page_number(params: QueryDict) -> int:
    """Return the requested page; anything but a positive number means page 1."""
    text = params.get("page", "")
    is_number = text.isascii() and text.isdigit() and len(text) < 6
    return max(1, int(text)) if is_number else 1


def page_problems(params: QueryDict) -> list[str]:
    """Return the errors in the requested page number."""
    text = params.get("page", "").strip()
    if not text or text.lstrip("0") == str(page_number(params)):
        return []
    return [
        _("There is no page “%(page)s”, so this is the first page.")
        % {"page": text[:MAX_ECHOED_CHARACTERS]}
    ]


@dataclass(frozen=True)
class Pager:
    """The position of a page in a long list; addresses are "" where there is none."""

    page: int
    pages: int
    previous_url: str = ""
    next_url: str = ""
    last_url: str = ""
    # (number, address) of the pages to link to directly.
    jumps: tuple[tuple[int, str], ...] = ()

    @classmethod
    def of(
        cls, params: QueryDict, page: int, total: int, size: int, *, fifths: bool = True
    ) -> Pager:
        pages = max(1, -(-total // size))

        others = url_with(params, page=None)
        start = f"{others}&page=" if len(others) > 1 else "?page="

        def url(number: int) -> str:
            return f"{start}{number}" if 1 <= number <= pages else ""

        jumps = tuple(
            (number, url(number)) for number in _linked_pages(page, pages, fifths)
        )
        return cls(page, pages, url(page - 1), url(page + 1), url(pages), jumps)

    @property
    def is_past_end(self) -> bool:
        return self.page > self.pages


SINGLE_PAGE = Pager(1, 1)


def _linked_pages(page: int, pages: int, fifths: bool) -> list[int]:
    """Return the pages to link to: both ends, the neighbors and every fifth page.

    So each of up to 200 pages can be reached with two taps.
    """
    wanted = {1, pages, *range(page - 2, page + 3)}
    if fifths:
        wanted |= set(range(5, min(pages, 200), 5))
    return sorted(number for number in wanted if 1 <= number <= pages)


def url_with(params: QueryDict, **changes: str | int | None) -> str:
    """Return "?…" with these parameters set, or removed if None, on the first page."""
    unchanged = [pair for pair in _parameter_pairs(params) if pair[0] not in changes]
    added = [(name, str(value)) for name, value in changes.items() if value is not None]
    return f"?{urlencode([*unchanged, *added])}"


def url_without(params: QueryDict, name: str, value: str) -> str:
    """Return "?…" without one value of one parameter, on the first page."""
    return f"?{urlencode([p for p in _parameter_pairs(params) if p != (name, value)])}"


def _parameter_pairs(params: QueryDict) -> list[tuple[str, str]]:
    """Return all parameters except the page number."""
    return [
        (name, value)
        for name, values in params.lists()
        if name != "page"
        for value in values
    ]


def build_panel(
    chosen: Any,
    params: QueryDict,
    counts: Counts,
    hidden_names: Iterable[str] = (),
) -> FacetPanel:
    """Build the panel of a ListingFilter.

    The parameters named in `hidden_names` are sent along in hidden inputs.
    """
    facets = [_build_facet(chosen, name, counts) for name in chosen.filters]
    visible = [one for one in facets if one.options or one.errors or one.missing]
    hidden = [(n, v) for n in hidden_names for v in params.getlist(n) if v]
    return FacetPanel(
        facets=visible,
        active_filters=[
            one for facet in visible for one in _active_filters(facet, params)
        ],
        clear_url=_url_without_all(params, chosen.filters),
        hidden=hidden,
        problems=page_problems(params),
    )


def build_checkbox_facet(
    params: QueryDict, name: str, label: str, *, on: bool, words: str = ""
) -> tuple[Facet, list[ActiveFilter]]:
    """Build a facet with one checkbox; `words` is the label beside the box."""
    facet = Facet(name, label, [FacetOption("1", words or label, None, on)])
    active = ActiveFilter(name, "1", label, url_with(params, **{name: None}))
    return facet, [active] if on else []


def _url_without_all(params: QueryDict, names: Iterable[str]) -> str:
    return url_with(params, **dict.fromkeys(names))


def _build_facet(chosen: Any, name: str, counts: Counts) -> Facet:
    one = chosen.filters[name]
    values = set(chosen.chosen.get(name, []))
    tally = counts.get(name)
    options = [
        FacetOption(
            value, label, tally.get(value, 0) if tally else None, value in values
        )
        for value, label in one.choices()
        if _worth_showing(value, values, tally)
    ]
    errors = [
        _("We do not know “%(value)s” here, so it was left out.") % {"value": value}
        for value in sorted(
            {value[:MAX_ECHOED_CHARACTERS] for value in chosen.unknown.get(name, [])}
        )
    ]
    missing = [
        label
        for value, label in one.choices()
        if not _worth_showing(value, values, tally)
    ]
    return Facet(name, str(one.label), options, errors, missing=missing)


def _worth_showing(
    value: str, chosen: set[str], tally: Mapping[str, int] | None
) -> bool:
    return tally is None or value in chosen or bool(tally.get(value))


def _active_filters(facet: Facet, params: QueryDict) -> list[ActiveFilter]:
    return [
        ActiveFilter(
            facet.name,
            option.value,
            option.label,
            url_without(params, facet.name, option.value),
        )
        for option in facet.options
        if option.checked and option.value
    ]


def place_links(form: PlaceForm, params: QueryDict) -> list[tuple[str, str]]:
    """Return (label, address) for each place that the typed words may mean."""
    return [
        (place.label_with_county, url_with(params, near=canonical_query(place)))
        for place in form.candidates
    ]
