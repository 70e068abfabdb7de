"""The admin of meetings."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from curation.fieldsets import SOURCE_FIELDSET, STATUS_FIELDSET
from meetings.admin_forms import MeetingAdminForm
from meetings.models import Meeting
from meetings.schedule_fields import ScheduleForm
from meetings.schedule_preview import SCHEDULE_FIELDS
from orgs.admin import AddressedListingAdmin


@admin.register(Meeting)
class MeetingAdmin(AddressedListingAdmin):
    form = MeetingAdminForm
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
                    "schedule_words",
                    "rules",
                    ("start_time", "duration_minutes"),
                    ("timezone", "zone_inferred"),
                    "first_on",
                    ("skipped_dates", "skips_holidays"),
                    "extra_dates",
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

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.schedule_page)
        page = path("schedule/", view, name="meetings_meeting_schedule")
        return [page, *super().get_urls()]

    def schedule_page(self, request: HttpRequest) -> HttpResponse:
        """Render the next dates of the typed schedule, for curation.js."""
        pk = request.GET.get("pk", "")
        row = self.get_queryset(request).filter(pk=int(pk) if pk.isdecimal() else None)
        opened = row.values(*SCHEDULE_FIELDS).first()
        form = ScheduleForm(request.GET, initial=opened)
        errors = [form[name] for name in form.errors if name in form.fields]
        context = {"fields": errors, "preview": form.build_preview()}
        return render(request, "meetings/schedule_preview.html", context)
