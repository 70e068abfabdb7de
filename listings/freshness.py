"""Count the listings that were checked within 90, 180 and 365 days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q

CHECKED_WITHIN_DAYS = (90, 180, 365)


@dataclass(frozen=True)
class FreshnessRow:
    """The number of public listings, and how many were checked within each period."""

    label: str
    total: int
    checked: tuple[int, ...]

    @property
    def shares(self) -> list[int]:
        """The percentages, rounded down so that 100 means every listing."""
        return [
            100 * count // self.total if self.total else 0 for count in self.checked
        ]


def build_freshness_row(label: str, numbers: tuple[int, ...]) -> FreshnessRow:
    total, *checked = numbers
    return FreshnessRow(label, total, tuple(checked))


def count_checked(
    queryset: Any, field: str | None, today: date
) -> dict[str, tuple[int, ...]]:
    """Return, for each value of the field, the total and the count in each period.

    Without a field there is one entry, under "".
    """
    within = {
        f"within_{days}": Count(
            "pk", filter=Q(checked_on__gte=today - timedelta(days=days))
        )
        for days in CHECKED_WITHIN_DAYS
    }
    counts = {"total": Count("pk"), **within}
    if field is None:
        return {"": tuple(queryset.order_by().aggregate(**counts).values())}
    rows = queryset.order_by().values(field).annotate(**counts)
    return {row.pop(field): tuple(row[name] for name in counts) for row in rows}
