"""The filters that every catalog has; each catalog adds its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import django_filters
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from caching.memory_cache import MemoryCache
from listings.models import Term

Choices = list[tuple[str, str]]

HOW_CHOICES = [
    ("in_person", _("In person")),
    ("online", _("Online")),
    ("phone", _("By phone")),
    ("text", _("By text or chat")),
]
HOW_FIELDS = {"in_person": "in_person", "online": "online", "phone": "by_phone"}


class MultiValueFilter(django_filters.Filter):
    """A filter with several values, any of which may match.

    `choices` is called when the choices are needed, and they are not used in a form.
    """

    def __init__(self, label: Promise, choices: Callable[[], Choices]) -> None:
        super().__init__(label=label)
        self.choices = choices


def fixed_choices(choices: Iterable[tuple[str, Any]]) -> Callable[[], Choices]:
    """Return a function for choices from the code, in the active language."""
    known = list(choices)
    return lambda: [(value, str(label)) for value, label in known]


def term_filter(kind: str, label: Promise) -> MultiValueFilter:
    return MultiValueFilter(label, lambda: term_choices().get(kind, []))


def checkbox_filter(label: Promise) -> MultiValueFilter:
    """Return a filter with one option, like `tty=1`."""
    return MultiValueFilter(label, fixed_choices([("1", label)]))


_terms: MemoryCache[str, dict[str, Choices]] = MemoryCache(8)


def term_choices() -> dict[str, Choices]:
    """Return the choices of every vocabulary, read once for each content version."""

    def read() -> dict[str, Choices]:
        found: dict[str, Choices] = {}
        for term in Term.objects.all():
            found.setdefault(term.kind, []).append((term.slug, str(term)))
        return found

    return _terms.get_or_set("all", read)


class ListingFilter(django_filters.FilterSet):
    """Parses a query string into the chosen values of each filter."""

    def __init__(self, params: QueryDict) -> None:
        # Not by the base class, which copies every filter and makes a form and a query
        # set: these filters have no state, and the index answers.
        self.filters = self.base_filters
        # The known values. The panel shows an error for each unknown one.
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


class AudienceFilter(ListingFilter):
    """The filters for the people that a listing is for."""

    community = term_filter("community", _("Who is welcomed by name"))
    language = term_filter("language", _("Languages"))
