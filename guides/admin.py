"""The admin of guides and credentials."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin
from django.db import models
from django.forms import TextInput
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curation.roles import has_curation_perm
from curation.staff_request import StaffRequest
from curation.versioned_admin import VersionedAdmin
from guides.models import Credential, CredentialQuerySet, Guide


@admin.register(Guide)
class GuideAdmin(VersionedAdmin):
    """Shows both languages of a guide, with a preview of unsaved text."""

    change_form_template = "guides/change_form.html"
    # Titles and summaries are sentences, so their fields are wide.
    formfield_overrides: ClassVar = {
        **VersionedAdmin.formfield_overrides,
        models.CharField: {"widget": TextInput(attrs={"class": "vLargeTextField"})},
    }
    list_display = ("title", "status", "order", "written_on", "reviewed_on")
    list_filter = ("status", ("reviewed_by", admin.EmptyFieldListFilter))
    search_fields = ("title", "search_text")
    fieldsets = (
        (None, {"fields": ("slug", "order", "status", "opened_version")}),
        (gettext_lazy("In English"), {"fields": ("title", "summary", "body")}),
        (gettext_lazy("In Spanish"), {"fields": ("title_es", "summary_es", "body_es")}),
        (gettext_lazy("At the end"), {"fields": ("searches", "sources")}),
        (
            gettext_lazy("How sure we are"),
            {"fields": ("written_on", ("reviewed_on", "reviewed_by"))},
        ),
    )

    def get_readonly_fields(
        self, request: HttpRequest, obj: Guide | None = None
    ) -> tuple[str, ...]:
        """Other pages link to a public guide, so its slug cannot change."""
        return ("slug",) if obj is not None and obj.is_public else ()

    def view_on_site(self, obj: Guide) -> str | None:
        return obj.get_absolute_url() if obj.is_public else None


@admin.register(Credential)
class CredentialAdmin(VersionedAdmin):
    """The admin of credentials, with an action that records a check."""

    list_display = ("state", "name", "focus", "status", "source_seen", "checked_on")
    list_display_links = ("name",)
    list_filter = (
        "status",
        "focus",
        ("checked_on", admin.EmptyFieldListFilter),
        "state",
    )
    search_fields = ("name", "abbreviation", "certifying_body")
    readonly_fields = ("key", "checked_on", "checked_by", "created_at", "changed_at")
    actions = ("mark_checked",)
    fieldsets = (
        (None, {"fields": ("state", "name", "abbreviation", "focus", "status")}),
        (
            gettext_lazy("Who certifies"),
            {"fields": ("certifying_body", "certifying_body_website")},
        ),
        (
            gettext_lazy("What it asks for"),
            {
                "description": gettext_lazy("Empty means not found, and never none."),
                "fields": (
                    ("training_hours", "work_hours", "supervision_hours"),
                    ("exam_required", "lived_experience_required"),
                    "min_recovery_time",
                    "min_age",
                    "education",
                    "continuing_education",
                    "medicaid_billable",
                ),
            },
        ),
        (
            gettext_lazy("Where the facts are from"),
            {
                "fields": (
                    "key",
                    "source_name",
                    "source_url",
                    "source_seen",
                    "source_license",
                    "internal_note",
                    ("checked_on", "checked_by"),
                    ("created_at", "changed_at"),
                    "opened_version",
                )
            },
        ),
    )

    def has_check_permission(self, request: HttpRequest) -> bool:
        may_check = has_curation_perm(request.user, "check_listing")
        return may_check and self.has_change_permission(request)

    @admin.action(
        description=gettext_lazy("I compared every fact with the certifying body"),
        permissions=["check"],
    )
    def mark_checked(self, request: StaffRequest, queryset: CredentialQuerySet) -> None:
        rows = list(queryset.select_for_update())
        for credential in rows:
            credential._change_reason = _("check")
            credential.mark_checked(on=timezone.localdate(), by=request.user)
        self.message_user(request, _("%(number)s done.") % {"number": len(rows)})
