"""The curators' desk: what every catalogue's admin shares."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from listings.models import Listing, Term, Tombstone

# What Django calls a fieldset: a heading, and the fields under it.
Fieldset = tuple[Any, Any]

CONTACT: Fieldset = (
    _("Contact"),
    {
        "description": _("Any one of these is enough to publish."),
        "fields": Listing.CONTACT_FIELDS,
    },
)
HOURS: Fieldset = (_("Hours"), {"fields": ("hours", "hours_note", "timezone")})
REACH: Fieldset = (
    _("How and whom it serves"),
    {
        "fields": (
            ("in_person", "online", "by_phone"),
            "terms",
            "cost",
            "referral_needed",
            "wheelchair_access",
            "area",
            "serves",
            "area_note",
        )
    },
)
STATE: Fieldset = (
    _("State"),
    {"fields": ("status", "closed_because", "caution", "note")},
)
SOURCE: Fieldset = (
    _("Where the facts are from"),
    {
        "fields": (
            "key",
            "source_name",
            "source_url",
            "source_seen",
            "source_license",
            "checked_on",
            "checked_how",
            "checked_by",
            "checked_facts",
            "check_due_on",
            "created_at",
            "changed_at",
        )
    },
)


# An address typed without its scheme is taken as https.
HTTPS_FIRST: dict[Any, Any] = {models.URLField: {"assume_scheme": "https"}}


class NeedsChecking(admin.SimpleListFilter):
    title = _("needs checking")
    parameter_name = "checked"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("Not yet checked")), ("yes", _("Checked"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() is None:
            return queryset
        return queryset.filter(checked_on__isnull=self.value() == "no")


class ListingAdmin(admin.ModelAdmin):
    """One form for every catalogue, in a curator's order of work."""

    search_fields = ("name", "search_text", "phone")
    list_filter: ClassVar[tuple[Any, ...]] = ("status", NeedsChecking)
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("terms", "serves")
    # A check is a deliberate act of its own, never a side effect of saving.
    readonly_fields: ClassVar[tuple[str, ...]] = (
        "key",
        "checked_on",
        "checked_how",
        "checked_by",
        "checked_facts",
        "check_due_on",
        "created_at",
        "changed_at",
    )
    fieldsets: ClassVar[tuple[Fieldset, ...]]
    formfield_overrides: ClassVar = HTTPS_FIRST
    list_per_page = 50
    show_full_result_count = False


@admin.register(Term)
class TermAdmin(admin.ModelAdmin):
    list_display = ("label", "slug", "kind", "order")
    list_filter = ("kind",)
    search_fields = ("label", "slug")


@admin.register(Tombstone)
class TombstoneAdmin(admin.ModelAdmin):
    list_display = ("name", "reason", "created_at")
    search_fields = ("name", "key")
    formfield_overrides: ClassVar = HTTPS_FIRST
