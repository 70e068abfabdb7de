"""The filters of a list page, as the template shows them: groups, chips, advice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from places.forms import PlaceForm
from places.lookup import canonical_query

Counts = Mapping[str, Mapping[str, int]]
# So much of an unusable value is said back.
SHOWN_LENGTH = 40


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    count: int | None
    checked: bool


@dataclass(frozen=True)
class Group:
    """One filter: its options, and what was wrong with the values given."""

    name: str
    legend: str
    options: list[Option]
    errors: list[str] = field(default_factory=list)
    kind: str = "checkbox"


@dataclass(frozen=True)
class Chip:
    """One chosen value, and the address of the page without it."""

    name: str
    value: str
    label: str
    remove_url: str


@dataclass(frozen=True)
class Advice:
    """A filter that could be removed, and how many results that would leave."""

    label: str
    url: str
    count: int


@dataclass(frozen=True)
class Panel:
    groups: list[Group]
    chips: list[Chip]
    clear_url: str
    hidden: list[tuple[str, str]]
    # Said above the groups: what in the address is no filter and cannot be used.
    problems: list[str] = field(default_factory=list)

    @property
    def key(self) -> tuple[Any, ...] | None:
        """The same for panels whose groups look the same; None for one with errors,
        which repeat what was typed."""
        if self.has_errors:
            return None
        return tuple(
            (group.name, *((o.value, o.count, o.checked) for o in group.options))
            for group in self.groups
        )

    @property
    def has_errors(self) -> bool:
        return any(group.errors for group in self.groups)

    def led_by(
        self, parts: Iterable[tuple[Group, list[Chip]]], params: QueryDict
    ) -> Panel:
        """With these groups before its own; "Clear all" clears them too."""
        parts = list(parts)
        names = [group.name for group, _chips in parts]
        chips = [chip for _group, chips in parts for chip in chips]
        cleared = _cleared(params, [*(g.name for g in self.groups), *names])
        groups = [group for group, _chips in parts]
        return replace(
            self,
            groups=[*groups, *self.groups],
            chips=[*self.chips, *chips],
            clear_url=cleared,
        )

    def with_words(self, words: str, params: QueryDict, label: str) -> Panel:
        """With the words that are looked for, to be removed like a filter."""
        if not words:
            return self
        chip = Chip("q", words, label, query_with(params, q=None))
        return replace(
            self,
            chips=[chip, *self.chips],
            clear_url=_cleared(params, [*(g.name for g in self.groups), "q"]),
        )

    @property
    def missing(self) -> str:
        """Said where nothing carries what was asked for: whom it serves, or what it
        offers; "" where neither was asked."""
        for name, words in (
            ("community", _("No listing here says it serves “%(what)s”.")),
            ("service", _("No listing here says it offers “%(what)s”.")),
        ):
            if asked := [chip.label for chip in self.chips if chip.name == name]:
                return words % {"what": ", ".join(asked)}
        return ""

    def advice(self, count_without: Callable[[Chip], int]) -> list[Advice]:
        """Which chips to remove to get results, best first."""
        tried = [Advice(c.label, c.remove_url, count_without(c)) for c in self.chips]
        return sorted((a for a in tried if a.count), key=lambda a: -a.count)


def page_number(params: QueryDict) -> int:
    """The page asked for; anything that is not a number from 1 is the first."""
    text = params.get("page", "")
    is_number = text.isascii() and text.isdigit() and len(text) < 6
    return max(1, int(text)) if is_number else 1


def page_problems(params: QueryDict) -> list[str]:
    """What is wrong with the number of the page in an address, if anything is."""
    text = params.get("page", "").strip()
    if not text or text.lstrip("0") == str(page_number(params)):
        return []
    return [
        _("There is no page “%(page)s”, so this is the first page.")
        % {"page": text[:SHOWN_LENGTH]}
    ]


@dataclass(frozen=True)
class Pager:
    """Where in a long list a page stands; addresses are "" at the ends."""

    page: int
    pages: int
    previous_url: str = ""
    next_url: str = ""
    last_url: str = ""
    # (number, address) of the pages worth a link of their own.
    jumps: tuple[tuple[int, str], ...] = ()

    @classmethod
    def of(
        cls, params: QueryDict, page: int, total: int, size: int, *, fifths: bool = True
    ) -> Pager:
        pages = max(1, -(-total // size))

        def url(number: int) -> str:
            return query_with(params, page=number) if 1 <= number <= pages else ""

        jumps = tuple((number, url(number)) for number in _jumps(page, pages, fifths))
        return cls(page, pages, url(page - 1), url(page + 1), url(pages), jumps)

    @property
    def is_past_end(self) -> bool:
        return self.page > self.pages


ONE_PAGE = Pager(1, 1)


def _jumps(page: int, pages: int, fifths: bool) -> list[int]:
    """The ends, the neighbors and every fifth page: any of 200 is two taps away."""
    wanted = {1, pages, *range(page - 2, page + 3)}
    if fifths:
        wanted |= set(range(5, min(pages, 200), 5))
    return sorted(number for number in wanted if 1 <= number <= pages)


def query_with(params: QueryDict, **changes: str | int | None) -> str:
    """ "?…" with these parameters set, or dropped where None; page starts anew."""
    kept = [pair for pair in _pairs(params) if pair[0] not in changes]
    added = [(name, str(value)) for name, value in changes.items() if value is not None]
    return f"?{urlencode([*kept, *added])}"


def query_without(params: QueryDict, name: str, value: str) -> str:
    """ "?…" with one value of one parameter taken out."""
    return f"?{urlencode([p for p in _pairs(params) if p != (name, value)])}"


def _pairs(params: QueryDict) -> list[tuple[str, str]]:
    """Every parameter but the page's number."""
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
    keep: Iterable[str] = (),
) -> Panel:
    """The panel of a ListingFilter; the parameters of `keep` stay, hidden."""
    groups = [_group(chosen, name, counts) for name in chosen.filters]
    shown = [group for group in groups if group.options or group.errors]
    hidden = [(n, v) for n in keep for v in params.getlist(n) if v]
    return Panel(
        groups=shown,
        chips=[chip for group in shown for chip in _chips(group, params)],
        clear_url=_cleared(params, chosen.filters),
        hidden=hidden,
        problems=page_problems(params),
    )


def switch(
    params: QueryDict, name: str, label: str, *, on: bool, words: str = ""
) -> tuple[Group, list[Chip]]:
    """A filter that is on or off; `words` is its label beside the box."""
    group = Group(name, label, [Option("1", words or label, None, on)])
    chip = Chip(name, "1", label, query_with(params, **{name: None}))
    return group, [chip] if on else []


def _cleared(params: QueryDict, names: Iterable[str]) -> str:
    return query_with(params, **dict.fromkeys(names))


def _group(chosen: Any, name: str, counts: Counts) -> Group:
    one = chosen.filters[name]
    values = set(chosen.chosen.get(name, []))
    tally = counts.get(name)
    options = [
        Option(value, label, tally.get(value, 0) if tally else None, value in values)
        for value, label in one.choices()
        if _worth_showing(value, values, tally)
    ]
    errors = [
        _("We do not know “%(value)s” here, so it was left out.") % {"value": value}
        for value in sorted(
            {value[:SHOWN_LENGTH] for value in chosen.unknown.get(name, [])}
        )
    ]
    return Group(name, str(one.label), options, errors)


def _worth_showing(
    value: str, chosen: set[str], tally: Mapping[str, int] | None
) -> bool:
    return tally is None or value in chosen or bool(tally.get(value))


def _chips(group: Group, params: QueryDict) -> list[Chip]:
    return [
        Chip(
            group.name,
            option.value,
            option.label,
            query_without(params, group.name, option.value),
        )
        for option in group.options
        if option.checked and option.value
    ]


def place_links(form: PlaceForm, params: QueryDict) -> list[tuple[str, str]]:
    """(label, address) of each meaning that the typed words may have."""
    return [
        (place.label_with_county, query_with(params, near=canonical_query(place)))
        for place in form.candidates
    ]
