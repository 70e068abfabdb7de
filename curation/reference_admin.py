"""The gazetteer, the vocabularies and the removals on request in the admin."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest

from curation.base_admin import DeskAdmin


class GazetteerAdmin(DeskAdmin):
    """Rows come from load_places alone, so that a reload loses nobody's edit."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PlaceAdmin(GazetteerAdmin):
    list_display = ("name", "kind", "state", "county", "population", "timezone")
    list_filter = ("kind", "state")
    list_select_related = ("county",)
    search_fields = ("name", "code", "state")


class AreaAdmin(GazetteerAdmin):
    """Tribal lands, regions, bases and other names, with the counties they lie in."""

    list_display = ("name", "kind", "alt_names", "states", "main_place")
    list_filter = ("kind",)
    list_select_related = ("main_place",)
    search_fields = ("name", "alt_names", "states")
    fields = (*list_display, "counties")


class TermAdmin(DeskAdmin):
    list_display = ("label", "label_es", "slug", "kind", "order")
    list_filter = ("kind",)
    search_fields = ("label", "slug")

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """One by one: only a row itself tells the directory's version."""
        for term in queryset:
            term.delete()


class TombstoneAdmin(DeskAdmin):
    list_display = ("name", "reason", "created_at")
    search_fields = ("name", "key")
    formfield_overrides: ClassVar = {models.URLField: {"assume_scheme": "https"}}
