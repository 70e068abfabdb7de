"""Warmlines at a moment: which are open, and in what order people need them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from kept.memory import Shelf
from listings.frozen import made_on
from listings.hours import State, Status
from listings.querysets import SERVES_STATE
from places.models import Place
from places.near import Hit
from places.states import STATES
from warmlines.models import Warmline

ATTRIBUTES = {State.OPEN: "yes", State.CLOSED: "no", State.UNKNOWN: "unknown"}
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Line:
    """A warmline, its state at one moment, and the zone its hours are said in."""

    warmline: Warmline
    status: Status
    zone: str

    @property
    def open_attr(self) -> str:
        return ATTRIBUTES[self.status.state]

    @property
    def is_open(self) -> bool:
        return self.status.state is State.OPEN

    @property
    def can_be_called_now(self) -> bool:
        return (
            self.is_open
            and bool(self.warmline.phone)
            and not self.warmline.is_for_group
        )

    @property
    def urgency(self) -> tuple[bool, bool, datetime, str]:
        """Open first, then the next to open, then those of unknown hours."""
        unknown = self.status.state is State.UNKNOWN
        opens = NEVER if self.is_open else self.status.opens or NEVER
        return (not self.is_open, unknown, opens, self.warmline.slug)


# Whole lines, some 15 KB each.
SHELF: Shelf[int, Warmline] = Shelf(2_000)


def whole(hits: Iterable[Hit]) -> list[Warmline]:
    """The lines that a search found, as surely as each serves the place; without what
    has been deleted since, when an import was undone."""
    hits = list(hits)
    found = SHELF.take([hit.pk for hit in hits], _read)
    return [found[hit.pk].as_covering(hit.coverage) for hit in hits if hit.pk in found]


def _read(pks: list[int]) -> dict[int, Warmline]:
    """Each with what grouping asks of it, found once for all who share it."""
    found: dict[int, Warmline] = Warmline.objects.for_cards().in_bulk(pks)
    for warmline in found.values():
        _known = warmline.group, warmline.state_codes
    return found


@dataclass(frozen=True)
class LineGroup:
    slug: str
    heading: str
    lines: list[Line]


def lines_at(
    warmlines: Iterable[Warmline],
    at: datetime,
    *,
    zone: str = "",
    open_now: bool = False,
) -> list[Line]:
    """The lines at a moment, the most useful first; hours said in `zone`
    (the caller's), or in each line's own zone where that is not known."""
    lines = [Line(w, w.status_at(at), zone or w.timezone or "UTC") for w in warmlines]
    kept = [line for line in lines if line.is_open or not open_now]
    return sorted(kept, key=lambda line: line.urgency)


def changes(lines: Iterable[Line]) -> Iterator[datetime | None]:
    """When each of them opens or closes next."""
    return (line.status.until for line in lines)


def changes_of(groups: Iterable[LineGroup]) -> Iterator[datetime | None]:
    return changes(line for group in groups for line in group.lines)


def grouped(lines: Iterable[Line], place: Place | None) -> list[LineGroup]:
    """For anyone here, for anyone anywhere, then for each group of people."""
    here, anywhere = [], []
    for_groups: dict[tuple[int, str, str], list[Line]] = {}
    for line in lines:
        warmline = line.warmline
        if group := warmline.group:
            key = (group.order, group.slug, str(group))
            for_groups.setdefault(key, []).append(line)
        elif warmline.is_for_group:
            for_groups.setdefault((999, "others", _("others")), []).append(line)
        elif warmline.coverage is not None and warmline.coverage <= SERVES_STATE:
            here.append(line)
        else:
            anywhere.append(line)
    state = place.state_name if place else ""
    groups = [
        LineGroup("here", _("For anyone in %(state)s") % {"state": state}, here),
        LineGroup("anywhere", _("For anyone, from anywhere"), anywhere),
    ]
    for (_order, slug, label), members in sorted(for_groups.items()):
        heading = _("For %(people)s") % {"people": label}
        groups.append(LineGroup(slug, heading, members))
    return [group for group in groups if group.lines]


def at_most(groups: Iterable[LineGroup], limit: int) -> list[LineGroup]:
    """The first `limit` lines, still in their groups."""
    kept: list[LineGroup] = []
    for group in groups:
        if taken := group.lines[:limit]:
            kept.append(LineGroup(group.slug, group.heading, taken))
        limit -= len(taken)
    return kept


def open_then_others(
    lines: list[Line],
) -> list[tuple[str, str, list[LineGroup]]]:
    """Without a place: every open line, then the rest; (title, anchor, by state).

    On a page for later, all of them in one list.
    """
    if made_on():
        return [(_("All lines"), "lines", by_state(lines))]
    open_now = by_state(line for line in lines if line.is_open)
    others = by_state(line for line in lines if not line.is_open)
    lists = [
        (_("Open now"), "open", open_now),
        (_("Closed now, or hours not known"), "others", others),
    ]
    return [part for part in lists if part[2]]


def by_state(lines: Iterable[Line]) -> list[LineGroup]:
    """Every line under each state it serves; before them, whom anyone may call,
    and then what serves the whole country."""
    anyone: list[Line] = []
    nationwide: list[Line] = []
    states: dict[str, list[Line]] = {}
    for line in lines:
        if line.warmline.takes_anyone:
            anyone.append(line)
        codes = line.warmline.state_codes
        for code in codes:
            states.setdefault(code, []).append(line)
        if not (codes or line.warmline.takes_anyone):
            nationwide.append(line)
    groups = [
        LineGroup("anyone", _("For anyone, from anywhere"), anyone),
        LineGroup("us", _("The whole country"), nationwide),
    ]
    for code in sorted(states, key=lambda code: STATES[code].name):
        groups.append(LineGroup(code.lower(), STATES[code].name, states[code]))
    return [group for group in groups if group.lines]
