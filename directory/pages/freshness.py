"""How current the listings are: shares checked within 90, 180 and 365 days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from listings.freshness import FreshnessRow, build_freshness_row, count_checked
from orgs.kind_labels import KIND_LABELS
from orgs.models import Organization
from places.states import STATES
from warmlines.models import Warmline


@dataclass(frozen=True)
class FreshnessTable:
    title: str
    first_column: str
    rows: list[FreshnessRow]


def freshness_tables(today: date) -> list[FreshnessTable]:
    by_kind = count_checked(Organization.objects.public(), "kind", today)
    by_state = count_checked(Organization.objects.public(), "state", today)
    [lines] = count_checked(Warmline.objects.public(), None, today).values() or [
        (0, 0, 0, 0)
    ]
    kinds = [
        build_freshness_row(str(words.plural), by_kind[kind])
        for kind, words in KIND_LABELS.items()
        if kind in by_kind
    ]
    states = [
        build_freshness_row(state.name, by_state[code])
        for code, state in STATES.items()
        if code in by_state
    ]
    return [
        FreshnessTable(
            _("By kind"),
            _("Kind"),
            [build_freshness_row(_("Warmlines"), lines), *kinds],
        ),
        FreshnessTable(_("Organizations by state"), _("State"), states),
    ]
