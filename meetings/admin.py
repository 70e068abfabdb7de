"""The admin of meetings."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import AdminTextInputWidget
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from curation.listing_admin import SOURCE_FIELDSET, STATUS_FIELDSET, ListingAdmin
from meetings.models import Meeting
from places.fields import StateField


@admin.register(Meeting)
class MeetingAdmin(ListingAdmin):
    list_display = ("name", "organization", "rules", "start_time", "status")
    list_filter = (*ListingAdmin.list_filter, "online", "in_person", "zone_inferred")
    list_select_related = ("organization",)
    autocomplete_fields = (*ListingAdmin.autocomplete_fields, "organization")
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

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **options: Any
    ) -> Any:
        """Use a text field that accepts the name or the code of a state."""
        if db_field.name != "state":
            return super().formfield_for_dbfield(db_field, request, **options)
        label = capfirst(db_field.verbose_name)
        return StateField(label=label, required=False, widget=AdminTextInputWidget)
