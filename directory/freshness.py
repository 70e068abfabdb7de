"""How fresh the listings are: shares checked within 90, 180 and 365 days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from orgs.kinds import KIND_WORDS
from orgs.models import Organization
from places.states import STATES
from warmlines.models import Warmline

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


@dataclass(frozen=True)
class FreshTable:
    title: str
    first_column: str
    rows: list[FreshRow]


def freshness_on(today: date) -> list[FreshTable]:
    by_kind = _tally(Organization.objects.public(), "kind", today)
    by_state = _tally(Organization.objects.public(), "state", today)
    [lines] = _tally(Warmline.objects.public(), None, today).values() or [(0, 0, 0, 0)]
    kinds = [
        _row(str(words.plural), by_kind[kind])
        for kind, words in KIND_WORDS.items()
        if kind in by_kind
    ]
    states = [
        _row(state.name, by_state[code])
        for code, state in STATES.items()
        if code in by_state
    ]
    return [
        FreshTable(_("By kind"), _("Kind"), [_row(_("Warmlines"), lines), *kinds]),
        FreshTable(_("Organizations by state"), _("State"), states),
    ]


def _row(label: str, numbers: Iterable[int]) -> FreshRow:
    total, *checked = numbers
    return FreshRow(label, total, tuple(checked))


def _tally(queryset: Any, field: str | None, today: date) -> dict[str, tuple[int, ...]]:
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
