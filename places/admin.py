"""The gazetteer at the curators' desk: to look at, not to edit."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from places.models import Place


@admin.register(Place)
class PlaceAdmin(admin.ModelAdmin):
    """Places come from load_places alone, so that a reload loses nobody's edit."""

    list_display = ("name", "kind", "state", "county", "population", "timezone")
    list_filter = ("kind", "state")
    list_select_related = ("county",)
    search_fields = ("name", "code", "state")
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
