"""The form, the list and the actions of meetings."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curation.fieldsets import SOURCE_FIELDSET, STATUS_FIELDSET
from curation.roles import Listings
from meetings.admin.forms import (
    BulkChangeForm,
    MeetingAdminForm,
    apply_bulk_change,
)
from meetings.admin.schedule_fields import ScheduleForm
from meetings.admin.schedule_preview import SCHEDULE_FIELDS
from meetings.models import Meeting
from orgs.admin import AddressedListingAdmin


@admin.register(Meeting)
class MeetingAdmin(AddressedListingAdmin):
    form = MeetingAdminForm
    list_display = (
        *("name", "organization", "rules", "start_time", "status"),
        *("checked_on", "check_due_on", "working_on_it"),
    )
    list_filter = (
        *AddressedListingAdmin.list_filter,
        "online",
        "in_person",
        "zone_inferred",
        ("organization", admin.RelatedOnlyFieldListFilter),
    )
    actions = (*AddressedListingAdmin.actions, "change_selected")
    list_select_related = ("organization", "claimed_by")
    autocomplete_fields = (*AddressedListingAdmin.autocomplete_fields, "organization")
    fieldsets = (
        (None, {"fields": ("name", "slug", "organization", "operator", "summary")}),
        (
            gettext_lazy("When it meets"),
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
            gettext_lazy("How to join"),
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
            gettext_lazy("Place"),
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
            gettext_lazy("Who it is for"),
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

    @admin.action(
        description=gettext_lazy("Change several meetings …"), permissions=["change"]
    )
    def change_selected(
        self, request: HttpRequest, queryset: Listings
    ) -> HttpResponse | None:
        def act(meeting: Meeting, **typed: str) -> None:
            apply_bulk_change(meeting, typed)

        title = _("Change several meetings")
        return self._ask_and_run(request, queryset, BulkChangeForm, act, title)

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
        return render(request, "meetings/admin/schedule_preview.html", context)
