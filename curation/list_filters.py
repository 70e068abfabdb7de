"""The filters and the sorting of the lists of listings."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django.contrib import admin
from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curation.roles import Listings
from curation.work_queue import LISTING_SECTIONS, filter_section, section_titles


class CheckedFilter(admin.SimpleListFilter):
    title = gettext_lazy("needs checking")
    parameter_name = "checked"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin
    ) -> list[tuple[str, str]]:
        return [("no", _("Not yet checked")), ("yes", _("Checked"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        return queryset.filter(checked_on__isnull=self.value() == "no")


class QueueFilter(admin.SimpleListFilter):
    title = gettext_lazy("waiting for")
    parameter_name = "queue"

    def lookups(
        self, request: HttpRequest, model_admin: admin.ModelAdmin
    ) -> list[tuple[str, str]]:
        return list(section_titles().items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in LISTING_SECTIONS:
            return queryset
        return filter_section(
            cast(Listings, queryset), str(self.value()), timezone.localdate()
        )


class SortedChangeList(ChangeList):
    """Sort the columns of names and cities as the public lists do."""

    SORT_EXPRESSIONS: ClassVar = {"name": "sort_name", "city": Lower("city")}

    def get_ordering_field(self, field_name: Any) -> Any:
        return self.SORT_EXPRESSIONS.get(field_name) or super().get_ordering_field(
            field_name
        )

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        """Keep the order of a section of the queue, unless a column is chosen."""
        if queryset.query.order_by and ORDER_VAR not in self.params:
            return list(queryset.query.order_by)
        return list(super().get_ordering(request, queryset))

    def get_ordering_field_columns(self) -> dict[int, Any]:
        """Mark no column as sorted while the list has the order of the queue."""
        if QueueFilter.parameter_name in self.params and ORDER_VAR not in self.params:
            return {}
        return super().get_ordering_field_columns()
