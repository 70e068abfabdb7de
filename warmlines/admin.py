"""The admin of warmlines."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from curation.fieldsets import (
    CONTACT_FIELDSET,
    HOURS_FIELDSET,
    SERVICE_FIELDSET,
    SOURCE_FIELDSET,
    STATUS_FIELDSET,
)
from curation.listing_admin import ListingAdmin
from warmlines.models import Warmline


@admin.register(Warmline)
class WarmlineAdmin(ListingAdmin):
    list_display = (
        *("name", "phone_numbers", "who_may_call", "status"),
        *("checked_on", "check_due_on", "working_on_it"),
    )
    list_filter = (*ListingAdmin.list_filter, "who_may_call", "answered_by_peers")
    fieldsets = (
        (None, {"fields": ("name", "slug", "operator", "summary")}),
        CONTACT_FIELDSET,
        HOURS_FIELDSET,
        (
            _("Calling"),
            {
                "fields": (
                    "who_may_call",
                    "open_to",
                    "answered_by_peers",
                    "may_send_emergency",
                    "call_limits",
                )
            },
        ),
        SERVICE_FIELDSET,
        STATUS_FIELDSET,
        SOURCE_FIELDSET,
    )
