"""The filters every catalogue has; a catalogue adds its own below them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import copy
from typing import Any

import django_filters
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from caching.memory_cache import MemoryCache
from listings.models import Term

Choices = list[tuple[str, str]]

HOW = [("in_person", _("In person")), ("online", _("Online")), ("phone", _("By phone"))]
HOW_FIELDS = {"in_person": "in_person", "online": "online", "phone": "by_phone"}


class AnyOf(django_filters.Filter):
    """Repeated values mean "any of these". Its choices are read when they are needed,
    and no form is made of them."""

    def __init__(self, label: Promise, choices: Callable[[], Choices]) -> None:
        super().__init__(label=label)
        self.choices = choices

    def __deepcopy__(self, memo: Any) -> AnyOf:
        # A filter set copies its filters for each address; these hold nothing of one.
        return copy(self)


def fixed(choices: Iterable[tuple[str, Any]]) -> Callable[[], Choices]:
    """Choices that stand in the code, in the reader's language."""
    known = list(choices)
    return lambda: [(value, str(label)) for value, label in known]


def of_terms(kind: str, label: Promise) -> AnyOf:
    return AnyOf(label, lambda: term_choices().get(kind, []))


_terms: MemoryCache[str, dict[str, Choices]] = MemoryCache(8)


def term_choices() -> dict[str, Choices]:
    """Every vocabulary, read once a version."""

    def read() -> dict[str, Choices]:
        found: dict[str, Choices] = {}
        for term in Term.objects.all():
            found.setdefault(term.kind, []).append((term.slug, str(term)))
        return found

    return _terms.get_or_set("all", read)


class ListingFilter(django_filters.FilterSet):
    """Parses a query string: which values of each filter were chosen."""

    def __init__(self, params: QueryDict) -> None:
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


class PeopleFilter(ListingFilter):
    """What every catalogue knows of the people it is for."""

    community = of_terms("community", _("Who is welcomed by name"))
    language = of_terms("language", _("Languages"))
