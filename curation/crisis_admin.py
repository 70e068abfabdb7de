"""The admin of crisis lines and phrases."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curation.roles import has_curation_perm
from curation.staff_request import StaffRequest
from curation.versioned_admin import VersionedAdmin
from listings.crisis.models import CrisisLine, CrisisPhrase

SOURCE_FIELDS = (
    "key",
    "source_name",
    "source_url",
    "source_seen",
    ("checked_on", "checked_by"),
    ("created_at", "changed_at"),
    "opened_version",
)


class CrisisAdmin(VersionedAdmin):
    readonly_fields = ("key", "checked_on", "checked_by", "created_at", "changed_at")
    actions = ("mark_checked",)

    def has_check_permission(self, request: HttpRequest) -> bool:
        may_check = has_curation_perm(request.user, "check_listing")
        return may_check and self.has_change_permission(request)

    @admin.action(description=gettext_lazy("I checked these"), permissions=["check"])
    def mark_checked(self, request: StaffRequest, queryset: QuerySet[Any]) -> None:
        rows = list(queryset.select_for_update())
        for row in rows:
            row._change_reason = _("check")
            row.mark_checked(on=timezone.localdate(), by=request.user)
        self.message_user(request, _("%(number)s done.") % {"number": len(rows)})


@admin.register(CrisisLine)
class CrisisLineAdmin(CrisisAdmin):
    """The admin of crisis lines. A check also clears their list of untried fields."""

    list_display = (
        "name",
        "for_what",
        "phone_display",
        "untried_fields",
        "checked_on",
        "is_active",
    )
    list_filter = ("is_active", ("checked_on", admin.EmptyFieldListFilter))
    search_fields = ("name", "name_es", "for_what", "phone")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "name",
                    "name_es",
                    "for_what",
                    "for_whom",
                    "order",
                    "is_active",
                )
            },
        ),
        (
            gettext_lazy("How to reach it"),
            {
                "fields": (
                    ("phone", "phone_display"),
                    ("text_number", "text_keyword"),
                    "chat_url",
                    "website",
                    ("hours", "timezone"),
                    "languages",
                    "how_in_spanish",
                    "tty_or_asl",
                    "untried_fields",
                )
            },
        ),
        (
            gettext_lazy("Where the facts are from"),
            {"fields": (*SOURCE_FIELDS, "internal_note")},
        ),
    )

    @admin.action(
        description=gettext_lazy("I called, texted and opened everything of these"),
        permissions=["check"],
    )
    def mark_checked(self, request: StaffRequest, queryset: QuerySet[Any]) -> None:
        super().mark_checked(request, queryset)


@admin.register(CrisisPhrase)
class CrisisPhraseAdmin(CrisisAdmin):
    list_display = ("phrase", "for_what", "level", "match", "language", "is_active")
    list_filter = (
        "for_what",
        "level",
        "match",
        "language",
        "is_active",
        ("checked_on", admin.EmptyFieldListFilter),
    )
    search_fields = ("phrase",)
    fieldsets = (
        (None, {"fields": ("phrase", "for_what", "level", "match", "language")}),
        (None, {"fields": ("is_active", "internal_note")}),
        (gettext_lazy("Where the facts are from"), {"fields": SOURCE_FIELDS}),
    )
