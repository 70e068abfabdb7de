"""The base class of every admin of the site."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, TypeAlias

from django.contrib import admin
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from curation.forms import CurationModelForm

# The extra context of a template, as Django's admin passes it.
ExtraContext: TypeAlias = dict[str, Any]
# A web address that is typed without a scheme becomes https.
HTTPS_BY_DEFAULT: Mapping[Any, Mapping[str, Any]] = {
    models.URLField: {"assume_scheme": "https"}
}
# Django's own list filters use these lookups.
FILTER_LOOKUPS = ("exact", "id__exact", "isnull", "isempty", "gte", "lt")


class CurationAdmin(admin.ModelAdmin):
    """An admin whose lists accept only the filters that they offer.

    Django accepts a filter by any field, such as `?street__startswith=44`. With it, a
    user could find out a withheld street letter by letter.
    """

    form = CurationModelForm
    formfield_overrides: ClassVar = HTTPS_BY_DEFAULT

    def lookup_allowed(
        self, lookup: str, value: str, request: HttpRequest | None = None
    ) -> bool:
        declared = self.get_list_filter(request) if request else self.list_filter
        return any(lookup in _query_parameters(item) for item in declared)

    def render_page(
        self, request: HttpRequest, template: str, **context: object
    ) -> HttpResponse:
        shared = self.admin_site.each_context(request)
        return render(request, template, {**shared, "opts": self.opts, **context})


class ReadOnlyAdmin(CurationAdmin):
    """The admin of rows that the site itself writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: models.Model | None = None
    ) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: models.Model | None = None
    ) -> bool:
        return False


class RecordAdmin(ReadOnlyAdmin):
    """The admin of rows with a page of their own."""

    def get_or_404(self, request: HttpRequest, object_id: str) -> Any:
        """Return the row with this id. Raise Http404 if the user may not see it."""
        found = self.get_object(request, object_id)
        if found is None:
            raise Http404
        return found


def _query_parameters(item: Any) -> set[str]:
    """Return the query parameters of one entry of `list_filter`."""
    if isinstance(item, type):
        return {getattr(item, "parameter_name", "")}
    field = item[0] if isinstance(item, (list, tuple)) else item
    return {field, *(f"{field}__{lookup}" for lookup in FILTER_LOOKUPS)}
