"""How much of the catalog is checked, and how much was done this week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from operator import add
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from curation.charts import Chart, build_chart
from curation.models import Check
from curation.roles import visible_to
from curation.staff_request import AnyUser
from listings.freshness import FreshnessRow, build_freshness_row, count_checked
from listings.registry import listing_models
from places.states import STATES


@dataclass(frozen=True)
class WeekProgress:
    """The checks that were recorded since Monday."""

    own: int
    all: int


def count_week(user: AnyUser, on: date) -> WeekProgress:
    """Count the checks since the Monday of this week."""
    monday = datetime.combine(on - timedelta(days=on.weekday()), time())
    since = Check.objects.filter(created_at__gte=timezone.make_aware(monday))
    numbers = since.aggregate(all=Count("pk"), own=Count("pk", filter=Q(by=user.pk)))
    return WeekProgress(**numbers)


def build_progress_charts(user: AnyUser) -> list[Chart]:
    """Chart the share of published listings that are checked, by kind and by state."""
    today = timezone.localdate()
    public = [visible_to(model.objects.public(), user) for model in listing_models()]
    kinds = [row for rows in public for row in _count_kinds(rows, today)]
    return [
        build_chart("kinds", _("Checked, by kind"), kinds),
        build_chart("states", _("Checked, by state"), _count_states(public, today)),
    ]


def _count_kinds(rows: Any, today: date) -> list[FreshnessRow]:
    """Count listings by their kind; a model without kinds is one kind."""
    fields = {field.name: field for field in rows.model._meta.get_fields()}
    if "kind" not in fields:
        name = str(capfirst(rows.model._meta.verbose_name_plural))
        return [build_freshness_row(name, count_checked(rows, None, today)[""])]
    labels = dict(fields["kind"].flatchoices)
    found = count_checked(rows, "kind", today)
    return [
        build_freshness_row(str(labels.get(kind, kind)), numbers)
        for kind, numbers in sorted(found.items())
    ]


def _count_states(public: list[Any], today: date) -> list[FreshnessRow]:
    """Count the listings of every model together by state."""
    found: dict[str, tuple[int, ...]] = {}
    for rows in public:
        if any(field.name == "state" for field in rows.model._meta.get_fields()):
            for code, numbers in count_checked(rows, "state", today).items():
                before = found.get(code, (0,) * len(numbers))
                found[code] = tuple(map(add, before, numbers))
    return [
        build_freshness_row(STATES[code].name, numbers)
        for code, numbers in sorted(found.items())
        if code in STATES
    ]
