"""Which lines the find page shows at once, and which groups of lines it folds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from warmlines.open_status import LineGroup, limit_lines

# Nobody reads more lines than so many before calling one.
MAX_LINES = 3
# Groups that are folded unless a filter asks for them.
FOLDED_GROUPS = {"counties", "ask"}


@dataclass(frozen=True)
class FoldedGroup:
    """A group of lines in one row, like "For veterans: 3 lines, 3 open now"."""

    words: str
    url: str


def choose_visible_groups(
    groups: Iterable[LineGroup], *, is_filtered: bool, limit: int = MAX_LINES
) -> list[LineGroup]:
    """Return lines for anyone, or those that match the filters and then for anyone."""
    visible = [group for group in groups if is_filtered or not _is_folded(group)]
    return limit_lines(visible, limit)


def fold_groups(
    groups: Iterable[LineGroup], all_lines_url: str, *, is_filtered: bool
) -> list[FoldedGroup]:
    """Return the groups that are not visible as rows; none with a filter."""
    if is_filtered:
        return []
    return [
        FoldedGroup(_count_lines(group), f"{all_lines_url}#{group.slug}")
        for group in groups
        if _is_folded(group)
    ]


def _is_folded(group: LineGroup) -> bool:
    return group.is_for_people or group.slug in FOLDED_GROUPS


def _count_lines(group: LineGroup) -> str:
    total, open_total = len(group.lines), group.open_total
    words = ngettext(
        "%(heading)s: %(total)s line", "%(heading)s: %(total)s lines", total
    )
    counted = words % {"heading": group.heading, "total": f"{total:,}"}
    if not open_total:
        return counted
    return _("%(lines)s, %(open)s open now") % {
        "lines": counted,
        "open": f"{open_total:,}",
    }
