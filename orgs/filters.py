"""The filters of organizations, on the find page and on their own."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from listings.filters import HOW, AnyOf, ListingFilter, PeopleFilter, fixed, of_terms
from orgs.models import Organization
from places.states import STATES


class KindFilter(ListingFilter):
    """Which kind, and how people reach it."""

    how = AnyOf(_("How"), fixed(HOW))
    kind = AnyOf(_("Kind"), fixed(Organization.Kind.choices))


class OfferFilter(KindFilter):
    service = of_terms("service", _("What they offer"))
    condition = of_terms("condition", _("What it is about"))


class OrganizationFilter(OfferFilter, PeopleFilter):
    """Those of offers come first, then whom they are for."""


class CatalogFilter(OrganizationFilter):
    """The catalogue's own page is filtered by state as well."""

    state = AnyOf(
        _("State"), fixed((state.code, state.name) for state in STATES.values())
    )
