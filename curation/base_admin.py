"""The base class of every admin of the site."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from curation.forms import CurationModelForm

# Django's own list filters use these lookups.
FILTER_LOOKUPS = ("exact", "id__exact", "isnull", "isempty", "gte", "lt")


class CurationAdmin(admin.ModelAdmin):
    """An admin whose lists accept only the filters that they offer.

    Django accepts a filter by any field, such as `?street__startswith=44`. With it, a
    user could find out a withheld street letter by letter.
    """

    form = CurationModelForm

    def lookup_allowed(
        self, lookup: str, value: str, request: HttpRequest | None = None
    ) -> bool:
        declared = self.get_list_filter(request) if request else self.list_filter
        return any(lookup in _query_parameters(item) for item in declared)


def _query_parameters(item: Any) -> set[str]:
    """Return the query parameters of one entry of `list_filter`."""
    if isinstance(item, type):
        return {getattr(item, "parameter_name", "")}
    field = item[0] if isinstance(item, (list, tuple)) else item
    return {field, *(f"{field}__{lookup}" for lookup in FILTER_LOOKUPS)}
