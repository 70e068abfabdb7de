"""The filters of organizations, on the find page and on their own."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from listings.filters import (
    BY_COMMUNITY,
    BY_HOW,
    BY_LANGUAGE,
    Filter,
    ListingFilter,
    fixed,
    of_terms,
)
from orgs.models import Organization
from places.states import STATES

BY_KIND = Filter(
    "kind",
    _("Kind"),
    fixed(Organization.Kind.choices),
    lambda queryset, kinds: queryset.of_kinds(kinds),
)
BY_STATE = Filter(
    "state",
    _("State"),
    fixed((state.code, state.name) for state in STATES.values()),
    lambda queryset, codes: queryset.in_states(codes),
)


class OrganizationFilter(ListingFilter):
    filters: ClassVar[tuple[Filter, ...]] = (
        BY_HOW,
        BY_KIND,
        of_terms("service", _("What they offer")),
        of_terms("condition", _("What it is about")),
        BY_COMMUNITY,
        BY_LANGUAGE,
    )


class CatalogueFilter(OrganizationFilter):
    """The catalogue's own page is filtered by state as well."""

    filters = (*OrganizationFilter.filters, BY_STATE)
