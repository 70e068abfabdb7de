"""The filters every catalogue has; a catalogue adds its own below them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import django_filters
from django import forms
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from listings.models import Term
from listings.panel import Chip
from listings.querysets import ListingQuerySet

HOW = [("in_person", _("In person")), ("online", _("Online")), ("phone", _("By phone"))]
HOW_FIELDS = {"in_person": "in_person", "online": "online", "phone": "by_phone"}


class KnownChoicesField(forms.MultipleChoiceField):
    """Keeps the values it knows; the panel names the ones it does not."""

    def clean(self, value: Any) -> list[str]:
        return [v for v in self.to_python(value) if self.valid_value(v)]


class AnyOfFilter(django_filters.MultipleChoiceFilter):
    """Repeated values mean "any of these"."""

    field_class = KnownChoicesField


class ListingFilter(django_filters.FilterSet):
    """Parses a query string; asks the catalogue's queryset its named questions."""

    community = AnyOfFilter(label=_("Who is welcomed by name"), method="by_term")
    language = AnyOfFilter(label=_("Languages"), method="by_term")

    term_fields: tuple[str, ...] = ("community", "language")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = defaultdict(list)
        for term in Term.objects.all():
            choices[term.kind].append((term.slug, str(term)))
        for name in self.term_fields:
            self.filters[name].extra["choices"] = choices[name]

    def by_term(
        self, queryset: ListingQuerySet[Any], name: str, slugs: list[str]
    ) -> ListingQuerySet[Any]:
        return queryset.with_any(name, slugs) if slugs else queryset

    def by_how(
        self, queryset: ListingQuerySet[Any], name: str, ways: list[str]
    ) -> ListingQuerySet[Any]:
        return queryset.reached_by(ways) if ways else queryset

    @property
    def chosen(self) -> dict[str, list[str]]:
        """The filters that are in use, with their known values."""
        cleaned = self.form.cleaned_data if self.form.is_valid() else {}
        return {name: values for name, values in cleaned.items() if values}

    def narrow(self, queryset: Any, *, but: str = "", value: str = "") -> Any:
        """The queryset under every filter, one of them or one value left out."""
        for name, values in self.chosen.items():
            kept = (
                values if name != but else [v for v in values if value and v != value]
            )
            if kept:
                queryset = self.filters[name].filter(queryset, kept)
        return queryset

    def counts(self, scope: Any) -> dict[str, Counter[str]]:
        """How many of `scope` each option would show, the other filters kept."""
        full = self.narrow(scope)
        free = [name for name in self.form.fields if name not in self.chosen]
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

    def _tally(self, queryset: Any, names: Iterable[str]) -> dict[str, Counter[str]]:
        wanted = set(names)
        tally: dict[str, Counter[str]] = {name: Counter() for name in wanted}
        if terms := wanted & set(self.term_fields):
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
