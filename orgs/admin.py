"""Organizations at the curators' desk."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from listings.admin import CONTACT, HOURS, REACH, SOURCE, STATE, ListingAdmin
from orgs.models import Organization


@admin.register(Organization)
class OrganizationAdmin(ListingAdmin):
    list_display = ("name", "kind", "city", "state", "status", "checked_on")
    list_filter = (*ListingAdmin.list_filter, "kind", "precision", "state")
    autocomplete_fields = (*ListingAdmin.autocomplete_fields, "parent", "county")
    readonly_fields = (*ListingAdmin.readonly_fields, "precision")
    fieldsets = (
        (None, {"fields": ("name", "slug", "kind", "summary", "parent", "host")}),
        CONTACT,
        (
            _("Place"),
            {
                "fields": (
                    "street",
                    ("city", "state", "zip_code"),
                    "county",
                    "address_withheld",
                    "precision",
                )
            },
        ),
        HOURS,
        REACH,
        STATE,
        SOURCE,
    )
