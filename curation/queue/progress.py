"""How much of the catalog is checked, and how much was done this week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from curation.charts import Chart, build_chart
from curation.models import Check
from curation.roles import visible_to
from curation.staff_request import AnyUser
from listings.freshness import build_freshness_row, count_checked
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
    kinds, states = [], []
    for model in listing_models():
        rows = visible_to(model.objects.public(), user)
        fields = {field.name: field for field in model._meta.get_fields()}
        if "kind" in fields:
            kind: Any = fields["kind"]
            labels = dict(kind.flatchoices)
            found = count_checked(rows, "kind", today)
            kinds += [
                build_freshness_row(str(labels.get(k, k)), n)
                for k, n in sorted(found.items())
            ]
        else:
            name = str(capfirst(model._meta.verbose_name_plural))
            kinds.append(
                build_freshness_row(name, count_checked(rows, None, today)[""])
            )
        if "state" in fields:
            found = count_checked(rows, "state", today)
            states += [
                build_freshness_row(STATES[code].name, numbers)
                for code, numbers in sorted(found.items())
                if code in STATES
            ]
    return [
        build_chart("kinds", _("Checked, by kind"), kinds),
        build_chart("states", _("Checked, by state"), states),
    ]
