"""The admin of the gazetteer, the vocabularies and the removal requests."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest

from curation.base_admin import CurationAdmin, ReadOnlyAdmin
from listings.models import Term


class GazetteerAdmin(ReadOnlyAdmin):
    """A read-only admin: `load_places` replaces the rows, and would lose an edit."""

    show_full_result_count = False


class PlaceAdmin(GazetteerAdmin):
    list_display = ("name", "kind", "state", "county", "population", "timezone")
    list_filter = ("kind", "state")
    list_select_related = ("county",)
    search_fields = ("name", "code", "state")


class AreaAdmin(GazetteerAdmin):
    """The admin of tribal lands, regions, bases and the like, with their counties."""

    list_display = ("name", "kind", "alt_names", "states", "main_place")
    list_filter = ("kind",)
    list_select_related = ("main_place",)
    search_fields = ("name", "alt_names", "states")
    fields = (*list_display, "counties")


class TermAdmin(CurationAdmin):
    list_display = ("label", "label_es", "slug", "kind", "order")
    list_filter = ("kind",)
    search_fields = ("label", "slug")

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Term]) -> None:
        """Delete terms one by one, because a bulk delete does not clear the caches."""
        for term in queryset:
            term.delete()


class RemovalRequestAdmin(CurationAdmin):
    list_display = ("name", "reason", "created_at")
    search_fields = ("name", "key")
