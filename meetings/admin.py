"""The admin of meetings."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from curation.fieldsets import SOURCE_FIELDSET, STATUS_FIELDSET
from meetings.models import Meeting
from orgs.admin import AddressedListingAdmin


@admin.register(Meeting)
class MeetingAdmin(AddressedListingAdmin):
    list_display = ("name", "organization", "rules", "start_time", "status")
    list_filter = (
        *AddressedListingAdmin.list_filter,
        "online",
        "in_person",
        "zone_inferred",
    )
    list_select_related = ("organization",)
    autocomplete_fields = (*AddressedListingAdmin.autocomplete_fields, "organization")
    fieldsets = (
        (None, {"fields": ("name", "slug", "organization", "operator", "summary")}),
        (
            _("When it meets"),
            {
                "fields": (
                    "rules",
                    ("start_time", "duration_minutes"),
                    ("timezone", "zone_inferred"),
                    "first_on",
                    "extra_dates",
                    "skipped_dates",
                    "schedule_note",
                )
            },
        ),
        (
            _("How to join"),
            {
                "fields": (
                    ("in_person", "online", "by_phone", "by_text"),
                    "joining",
                    "how_to_join",
                    "website",
                    ("phone", "join_code"),
                    "email",
                )
            },
        ),
        (
            _("Place"),
            {
                "fields": (
                    "venue",
                    "street",
                    ("city", "state", "zip_code"),
                    "address_withheld",
                    "wheelchair_access",
                )
            },
        ),
        (
            _("Who it is for"),
            {
                "fields": (
                    "terms",
                    "open_to",
                    ("newcomers", "sign_language", "captions"),
                    "cost",
                    "service_area_scope",
                    "service_area",
                    "service_area_note",
                )
            },
        ),
        STATUS_FIELDSET,
        SOURCE_FIELDSET,
    )
