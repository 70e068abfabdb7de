"""The filters and the sorting of the lists of listings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import Any, ClassVar, cast

from django.contrib import admin
from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curation import workflow
from curation.queue.conditions import LISTING_SECTIONS, filter_section
from curation.roles import Listings, preferred_states
from listings.hours import Hours, OpenState, zone_info
from listings.time_zones import PLAIN_NAMES, ZONE_NAMES
from places.states import STATES

Choices = list[tuple[str, str]]
Rows = QuerySet[Any]
MY_STATES, NO_STATE = "mine", "none"
# An office whose hours are not known is likely to answer at these times.
OFFICE_HOURS = (time(9), time(17))
SATURDAY = 5


class CheckedFilter(admin.SimpleListFilter):
    title = gettext_lazy("check")
    parameter_name = "checked"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [("no", _("Never checked")), ("yes", _("Checked"))]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        if self.value() is None:
            return queryset
        return queryset.filter(checked_on__isnull=self.value() == "no")


class QueueFilter(admin.SimpleListFilter):
    title = gettext_lazy("what it needs")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [
            (name, str(section.title))
            for name, section in LISTING_SECTIONS.items()
            if section.applies_to(model_admin.model)
        ]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        if self.value() not in LISTING_SECTIONS:
            return queryset
        rows, today = cast(Listings, queryset), timezone.localdate()
        return filter_section(rows, str(self.value()), today)


class StateFilter(admin.SimpleListFilter):
    """The state of an organization, or the states that a line serves."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        codes = preferred_states(request.user)
        mine = [(MY_STATES, _("My states: %(codes)s") % {"codes": ", ".join(codes)})]
        all_states = sorted((state.name, code) for code, state in STATES.items())
        return [
            *(mine if codes else []),
            (NO_STATE, _("No state")),
            *((code, name) for name, code in all_states),
        ]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        rows, code = cast(Listings, queryset), self.value()
        if code == MY_STATES:
            return rows.in_states(preferred_states(request.user))
        if code == NO_STATE:
            return rows.exclude(pk__in=rows.in_states(STATES).order_by().values("pk"))
        return rows.in_states([code]) if code else queryset


class ZoneFilter(admin.SimpleListFilter):
    title = gettext_lazy("time zone")
    parameter_name = "zone"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [(name, str(PLAIN_NAMES[name])) for name in ZONE_NAMES]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        if self.value() not in ZONE_NAMES:
            return queryset
        return queryset.filter(timezone__in=ZONE_NAMES[str(self.value())].split())


class PhoneFilter(admin.SimpleListFilter):
    title = gettext_lazy("phone")
    parameter_name = "has_phone"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [("yes", _("Has a phone number")), ("no", _("No phone number"))]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        if self.value() is None:
            return queryset
        without = Q(phone="", toll_free="")
        return queryset.filter(without if self.value() == "no" else ~without)


class OpenNowFilter(admin.SimpleListFilter):
    """Listings that are likely to answer at this moment."""

    title = gettext_lazy("open now there")
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [("now", _("Open now, or 9 to 5 there if hours aren't known"))]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        if self.value() != "now":
            return queryset
        return queryset.filter(_open_condition(queryset, timezone.now()))


def _open_condition(rows: Rows, at: datetime) -> Q:
    """Return the condition of being open at a moment.

    It lists strings of hours instead of ids, because a query could have too many ids.
    """
    pairs = set(rows.order_by().values_list("timezone", "hours").distinct())
    open_hours: dict[str, list[str]] = {}
    for zone, hours in pairs:
        if _is_likely_open(hours, zone, at):
            open_hours.setdefault(zone, []).append(hours)
    each = (Q(timezone=zone, hours__in=found) for zone, found in open_hours.items())
    return reduce(or_, each, Q(pk=None))


def _is_likely_open(hours: str, zone: str, at: datetime) -> bool:
    here = zone_info(zone)
    if here is None:
        return False
    if hours:
        return Hours(hours, zone).status(at).state is OpenState.OPEN
    local, (opens, closes) = at.astimezone(here), OFFICE_HOURS
    return local.weekday() < SATURDAY and opens <= local.time() < closes


class WorkingFilter(admin.SimpleListFilter):
    title = gettext_lazy("who is working on it")
    parameter_name = "working"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        choices = [("me", _("Me")), ("others", _("Somebody else"))]
        return [*choices, ("nobody", _("Nobody"))]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        conditions = {
            "me": workflow.claimed() & Q(claimed_by=request.user.pk),
            "others": workflow.claimed() & ~Q(claimed_by=request.user.pk),
            "nobody": ~workflow.claimed(),
        }
        condition = conditions.get(str(self.value()))
        return queryset.filter(condition) if condition else queryset


class DueFilter(admin.SimpleListFilter):
    """What is due soon. What is due already is a section of the queue."""

    title = gettext_lazy("next check")
    parameter_name = "due"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [("7", _("In the next 7 days")), ("30", _("In the next 30 days"))]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        if self.value() not in ("7", "30"):
            return queryset
        today = timezone.localdate()
        last = today + timedelta(days=int(str(self.value())))
        return queryset.filter(check_due_on__gt=today, check_due_on__lte=last)


class SourceFilter(admin.AllValuesFieldListFilter):
    """Labels the choice for listings without a source, so that its link has a name."""

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        for choice in super().choices(changelist):
            yield {**choice, "display": choice["display"] or _("No source")}


LISTING_FILTERS = (
    QueueFilter,
    StateFilter,
    ZoneFilter,
    PhoneFilter,
    OpenNowFilter,
    WorkingFilter,
    DueFilter,
    "status",
    CheckedFilter,
    ("assigned_to", admin.RelatedOnlyFieldListFilter),
    ("public_warning", admin.EmptyFieldListFilter),
    ("source_name", SourceFilter),
)


class SortedChangeList(ChangeList):
    """Sort the columns of names and cities as the public lists do."""

    SORT_EXPRESSIONS: ClassVar = {"name": "sort_name", "city": Lower("city")}

    def get_ordering_field(self, field_name: Any) -> Any:
        return self.SORT_EXPRESSIONS.get(field_name) or super().get_ordering_field(
            field_name
        )

    def get_ordering(self, request: HttpRequest, queryset: Rows) -> list[Any]:
        """Keep the order of a section of the queue, unless a column is chosen."""
        if queryset.query.order_by and ORDER_VAR not in self.params:
            return list(queryset.query.order_by)
        return list(super().get_ordering(request, queryset))

    def get_ordering_field_columns(self) -> dict[int, Any]:
        """Mark no column as sorted while the list has the order of the queue."""
        if QueueFilter.parameter_name in self.params and ORDER_VAR not in self.params:
            return {}
        return super().get_ordering_field_columns()
