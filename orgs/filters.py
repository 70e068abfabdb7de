"""The filters of organizations, on the find page and on their own."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from listings.filters import HOW, AnyOfFilter, ListingFilter
from orgs.models import Organization, OrganizationQuerySet
from places.states import STATES


def _states() -> list[tuple[str, str]]:
    return [(state.code, state.name) for state in STATES.values()]


class OrganizationFilter(ListingFilter):
    how = AnyOfFilter(label=_("How"), choices=HOW, method="by_how")
    kind = AnyOfFilter(
        label=_("Kind"), choices=Organization.Kind.choices, method="by_kind"
    )
    service = AnyOfFilter(label=_("What they offer"), method="by_term")
    condition = AnyOfFilter(label=_("What it is about"), method="by_term")

    term_fields: tuple[str, ...] = ("service", "condition", "community", "language")

    class Meta:
        model = Organization
        fields = ["how", "kind", "service", "condition", "community", "language"]

    def by_kind(
        self, queryset: OrganizationQuerySet, name: str, kinds: list[str]
    ) -> OrganizationQuerySet:
        return queryset.of_kinds(kinds) if kinds else queryset


class CatalogueFilter(OrganizationFilter):
    """The catalogue's own page is filtered by state as well."""

    state = AnyOfFilter(label=_("State"), choices=_states, method="by_state")

    class Meta(OrganizationFilter.Meta):
        fields = [*OrganizationFilter.Meta.fields, "state"]

    def by_state(
        self, queryset: OrganizationQuerySet, name: str, codes: list[str]
    ) -> OrganizationQuerySet:
        return queryset.in_states(codes) if codes else queryset
