"""The filters every catalogue has; a catalogue adds its own below them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from copy import copy
from typing import Any

import django_filters
from django.db.models import Count, Q
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kept.memory import MemoryCache
from listings.models import Term
from listings.panel import Chip

Choices = list[tuple[str, str]]
Tally = dict[str, Counter[str]]
# A named question of the catalogue's queryset: rows, the filter's name, values.
Ask = Callable[[Any, str, list[str]], Any]

HOW = [("in_person", _("In person")), ("online", _("Online")), ("phone", _("By phone"))]
HOW_FIELDS = {"in_person": "in_person", "online": "online", "phone": "by_phone"}


class AnyOf(django_filters.Filter):
    """Repeated values mean "any of these". Its choices are read when they are needed,
    and no form is made of them."""

    def __init__(
        self, label: Promise, choices: Callable[[], Choices], ask: Ask
    ) -> None:
        super().__init__(label=label, method=ask)
        self.choices = choices

    def __deepcopy__(self, memo: Any) -> AnyOf:
        # A filter set copies its filters for each address; these hold nothing of one.
        return copy(self)


def fixed(choices: Iterable[tuple[str, Any]]) -> Callable[[], Choices]:
    """Choices that stand in the code, in the reader's language."""
    known = list(choices)
    return lambda: [(value, str(label)) for value, label in known]


def of_terms(kind: str, label: Promise) -> AnyOf:
    return AnyOf(label, lambda: term_choices().get(kind, []), _with_any)


def _with_any(queryset: Any, kind: str, slugs: list[str]) -> Any:
    return queryset.with_any(kind, slugs)


_terms: MemoryCache[str, dict[str, Choices]] = MemoryCache(8)


def term_choices() -> dict[str, Choices]:
    """Every vocabulary, read once a version."""

    def read() -> dict[str, Choices]:
        found: dict[str, Choices] = {}
        for term in Term.objects.all():
            found.setdefault(term.kind, []).append((term.slug, str(term)))
        return found

    return _terms.get_or_set("all", read)


_tallies: MemoryCache[tuple[Any, ...], Tally] = MemoryCache(1_000)


class ListingFilter(django_filters.FilterSet):
    """Parses a query string; asks the catalogue's queryset its named questions."""

    def __init__(self, params: QueryDict) -> None:
        # The rows come with each question: `narrow`.
        super().__init__(params, Term.objects.none())
        # What was asked for and is known; the panel names what is not.
        self.chosen: dict[str, list[str]] = {}
        self.unknown: dict[str, list[str]] = {}
        for name, one in self.filters.items():
            if not (given := params.getlist(name)):
                continue
            known = {value for value, _label in one.choices()}
            if chosen := [value for value in given if value in known]:
                self.chosen[name] = chosen
            if strange := [v for v in given if v not in known and v.strip()]:
                self.unknown[name] = strange

    @property
    def key(self) -> tuple[Any, ...]:
        """The same for two searches under the same filters."""
        return (type(self), *((name, *sorted(v)) for name, v in self.chosen.items()))

    def narrow(self, queryset: Any, *, but: str = "", value: str = "") -> Any:
        """The queryset under every filter, one of them or one value left out."""
        for name, values in self.chosen.items():
            if name == but:
                values = [v for v in values if value and v != value]
            queryset = self.filters[name].filter(queryset, values)
        return queryset

    def counts(
        self, scope: Callable[[], Any], key: tuple[Any, ...] | None = None
    ) -> Tally:
        """How many of `scope` each option would show, the other filters kept.

        `key` names the scope, if it is not of somebody's own words.
        """
        if key is None:
            return self._count(scope())
        return _tallies.get_or_set((*self.key, *key), lambda: self._count(scope()))

    def _count(self, scope: Any) -> Tally:
        full = self.narrow(scope)
        free = [name for name in self.filters if name not in self.chosen]
        tally = self._tally(full, free)
        for name in self.chosen:
            tally |= self._tally(self.narrow(scope, but=name), [name])
        return tally

    def counter(self, scope: Any) -> Callable[[Chip], int]:
        """How many of `scope` there would be without one chip."""

        def count(chip: Chip) -> int:
            found = self.narrow(scope, but=chip.name, value=chip.value)
            return found.count()  # type: ignore[no-any-return]

        return count

    def _tally(self, queryset: Any, names: Iterable[str]) -> Tally:
        wanted = set(names)
        tally: Tally = {name: Counter() for name in wanted}
        if terms := wanted & set(Term.Kind.values):
            for kind, slug, number in queryset.term_counts(terms):
                tally[kind][slug] = number
        if "how" in wanted:
            ways = {
                way: Count("pk", filter=Q(**{field: True}))
                for way, field in HOW_FIELDS.items()
            }
            tally["how"].update(queryset.order_by().aggregate(**ways))
        if "kind" in wanted:
            tally["kind"].update(queryset.kind_counts())
        if "state" in wanted:
            tally["state"].update(queryset.state_counts())
        return tally


class PeopleFilter(ListingFilter):
    """What every catalogue knows of the people it is for."""

    community = of_terms("community", _("Who is welcomed by name"))
    language = of_terms("language", _("Languages"))
