"""The base class of every admin of the site."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from curation.forms import DeskModelForm

# How the parameters of Django's own filters end, after the name of their field.
LOOKUPS = ("exact", "id__exact", "isnull", "isempty", "gte", "lt")


class DeskAdmin(admin.ModelAdmin):
    """Lists answer only the filters that they offer.

    Django would let anybody who sees a list ask it about any field of its rows, as in
    `?street__startswith=44`, and so spell out what the pages withhold.
    """

    form = DeskModelForm

    def lookup_allowed(
        self, lookup: str, value: str, request: HttpRequest | None = None
    ) -> bool:
        declared = self.get_list_filter(request) if request else self.list_filter
        return any(lookup in _parameters(item) for item in declared)


def _parameters(item: Any) -> set[str]:
    """The query parameters that one entry of `list_filter` reads."""
    if isinstance(item, type):
        return {getattr(item, "parameter_name", "")}
    field = item[0] if isinstance(item, (list, tuple)) else item
    return {field, *(f"{field}__{lookup}" for lookup in LOOKUPS)}
