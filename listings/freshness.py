"""How many listings were checked within 90, 180 and 365 days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q

DAYS = (90, 180, 365)


@dataclass(frozen=True)
class FreshRow:
    """Of `total` published listings, how many were checked in each of DAYS."""

    label: str
    total: int
    checked: tuple[int, ...]

    @property
    def shares(self) -> list[int]:
        """Percentages, rounded down so that 100 means every one."""
        return [
            100 * count // self.total if self.total else 0 for count in self.checked
        ]


def fresh_row(label: str, numbers: tuple[int, ...]) -> FreshRow:
    total, *checked = numbers
    return FreshRow(label, total, tuple(checked))


def tally(queryset: Any, field: str | None, today: date) -> dict[str, tuple[int, ...]]:
    """Per value of the field: total, then the count checked within each of DAYS."""
    within = {
        f"within_{days}": Count(
            "pk", filter=Q(checked_on__gte=today - timedelta(days=days))
        )
        for days in DAYS
    }
    counts = {"total": Count("pk"), **within}
    if field is None:
        return {"": tuple(queryset.order_by().aggregate(**counts).values())}
    rows = queryset.order_by().values(field).annotate(**counts)
    return {row.pop(field): tuple(row[name] for name in counts) for row in rows}
