"""The filters of organizations, for the find page and the catalog."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from listings.filters import HOW, AnyOf, ListingFilter, PeopleFilter, fixed, of_terms
from orgs.models import Organization
from places.states import STATES


class KindFilter(ListingFilter):
    """The filters "how" and "kind"."""

    how = AnyOf(_("How"), fixed(HOW))
    kind = AnyOf(_("Kind"), fixed(Organization.Kind.choices))


class OfferFilter(KindFilter):
    service = of_terms("service", _("What they offer"))
    condition = of_terms("condition", _("What it is about"))


class OrganizationFilter(OfferFilter, PeopleFilter):
    """All filters of the find page, in the order of that page."""


class CatalogFilter(OrganizationFilter):
    """The filters of the catalog page, which can be filtered by state too."""

    state = AnyOf(
        _("State"), fixed((state.code, state.name) for state in STATES.values())
    )
