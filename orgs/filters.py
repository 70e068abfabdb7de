"""The filters of organizations, for the find page and the catalog."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from listings.filters import (
    HOW_CHOICES,
    AudienceFilter,
    ListingFilter,
    MultiValueFilter,
    checkbox_filter,
    fixed_choices,
    term_filter,
)
from orgs.models import Organization
from places.states import STATES


class KindFilter(ListingFilter):
    """The filters "how", "kind" and "run_by"."""

    how = MultiValueFilter(_("How"), fixed_choices(HOW_CHOICES))
    kind = MultiValueFilter(_("Kind"), fixed_choices(Organization.Kind.choices))
    run_by = MultiValueFilter(
        _("Who runs it"), fixed_choices(Organization.RunBy.choices)
    )


class OfferFilter(KindFilter):
    service = term_filter("service", _("What they offer"))
    condition = term_filter("condition", _("What it is about"))


class OrganizationFilter(OfferFilter, AudienceFilter):
    """All filters of the find page, in the order of that page."""

    tty = checkbox_filter(_("Has a TTY or videophone number"))


class OnlineFilter(AudienceFilter):
    """The filters of the page of support from anywhere."""

    condition = term_filter("condition", _("What it is about"))


class CatalogFilter(OrganizationFilter):
    """The filters of the catalog page, which can be filtered by state too."""

    state = MultiValueFilter(
        _("State"), fixed_choices((state.code, state.name) for state in STATES.values())
    )
