"""The admin of organizations."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextInputWidget
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curation.fieldsets import (
    CONTACT_FIELDSET,
    HOURS_FIELDSET,
    SERVICE_FIELDSET,
    SOURCE_FIELDSET,
    STATUS_FIELDSET,
    Fieldset,
)
from curation.listing_admin import ListingAdmin
from orgs.models import Organization
from places.fields import StateField
from places.geocoders import GeocodeResult

# A change of one of these form fields requires geocoding.
ADDRESS_FIELDS = {"street", "city", "state", "zip_code", "address_withheld"}


class AddressedListingAdmin(ListingAdmin):
    """The admin of listings with an address."""

    fieldsets: ClassVar[tuple[Fieldset, ...]]

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **options: Any
    ) -> Any:
        """Use a text field that accepts the name or the code of a state."""
        if db_field.name != "state":
            return super().formfield_for_dbfield(db_field, request, **options)
        label = capfirst(db_field.verbose_name)
        return StateField(label=label, required=False, widget=AdminTextInputWidget)


@admin.register(Organization)
class OrganizationAdmin(AddressedListingAdmin):
    change_form_template = "orgs/change_form.html"
    list_display = (
        *("name", "kind", "city", "state", "phone_numbers", "status"),
        *("checked_on", "check_due_on", "working_on_it"),
    )
    list_filter = (*ListingAdmin.list_filter, "kind", "precision")
    autocomplete_fields = (*ListingAdmin.autocomplete_fields, "parent")
    readonly_fields = (*ListingAdmin.readonly_fields, "county", "precision")
    fieldsets = (
        (
            None,
            {"fields": ("name", "slug", "kind", "run_by", "summary", "parent", "host")},
        ),
        CONTACT_FIELDSET,
        (
            gettext_lazy("Place"),
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
        HOURS_FIELDSET,
        SERVICE_FIELDSET,
        STATUS_FIELDSET,
        SOURCE_FIELDSET,
    )

    def save_model(
        self,
        request: HttpRequest,
        obj: Organization,
        form: ModelForm[Organization],
        change: bool,
    ) -> None:
        """Geocode a changed address and tell the curator how exact the point is."""
        if ADDRESS_FIELDS & set(form.changed_data) or (obj.point is None and obj.city):
            found = obj.geocode()
            self.message_user(request, _describe_point(obj, found), messages.INFO)
        super().save_model(request, obj, form, change)


def _describe_point(listing: Organization, found: GeocodeResult | None) -> str:
    if found is None:
        return _("We could not find this address, so the listing has no point.")
    if listing.address_withheld:
        return _("The address is withheld: the point is the middle of the county.")
    if found.street_failed:
        return _(
            "The street could not be looked up just now, so the point is approximate."
        )
    if found.is_approximate:
        return _("The point is approximate: %(precision)s.") % {
            "precision": listing.get_precision_display()
        }
    return _("The point is that of the street address.")
