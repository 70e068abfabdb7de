"""Warmlines at a moment: which are open, and in what order people need them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from kept.memory import Shelf
from listings.frozen import made_on
from listings.hours import State, Status
from places.models import Place
from places.near import Hit
from places.states import STATES
from warmlines.eligibility import CALLABLE, TakesCaller, takes_caller
from warmlines.models import Warmline

ATTRIBUTES = {State.OPEN: "yes", State.CLOSED: "no", State.UNKNOWN: "unknown"}
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Line:
    """A warmline, its state at one moment, the zone its hours are said in, and whether
    it takes callers from the place that was asked about."""

    warmline: Warmline
    status: Status
    zone: str
    takes: TakesCaller

    @property
    def open_attr(self) -> str:
        return ATTRIBUTES[self.status.state]

    @property
    def is_open(self) -> bool:
        return self.status.state is State.OPEN

    @property
    def may_be_open(self) -> bool:
        """Its hours are not known."""
        return self.status.state is State.UNKNOWN

    @property
    def is_for_everyone(self) -> bool:
        """Anybody in the place can call it, as far as its listing says."""
        return self.takes in CALLABLE and not self.warmline.is_for_group

    @property
    def is_doubtful(self) -> bool:
        """It carries a warning, as that it may have closed: never shown first."""
        return bool(self.warmline.caution)

    @property
    def can_be_called_now(self) -> bool:
        return self.is_open and bool(self.warmline.phone) and not self.is_doubtful

    @property
    def urgency(self) -> tuple[bool, bool, bool, datetime, bool, str, str]:
        """Without a warning first; open first, then the next to open, then those of
        unknown hours; of two alike, the one of the place first, then by name."""
        opens = NEVER if self.is_open else self.status.opens or NEVER
        return (
            self.is_doubtful,
            not self.is_open,
            self.may_be_open,
            opens,
            self.warmline.serves_everywhere,
            self.warmline.sort_name,
            self.warmline.slug,
        )


# Whole lines, some 15 KB each.
SHELF: Shelf[int, Warmline] = Shelf(2_000)


def whole(hits: Iterable[Hit]) -> list[Warmline]:
    """The lines that a search found; without what has been deleted since, when an
    import was undone."""
    numbers = [hit.pk for hit in hits]
    found = SHELF.take(numbers, _read)
    return [found[number] for number in numbers if number in found]


def _read(pks: list[int]) -> dict[int, Warmline]:
    """Each with what grouping asks of it, found once for all who share it."""
    found: dict[int, Warmline] = Warmline.objects.for_cards().in_bulk(pks)
    for warmline in found.values():
        _known = warmline.group, warmline.state_codes
        _known_too = warmline.served_counties, warmline.whole_states
    return found


@dataclass(frozen=True)
class LineGroup:
    slug: str
    heading: str
    lines: list[Line]


def lines_at(
    warmlines: Iterable[Warmline],
    at: datetime,
    place: Place | None = None,
    *,
    open_now: bool = False,
) -> list[Line]:
    """The lines at a moment, the most useful first; hours said in the place's zone, or
    in each line's own zone where no place is known.

    `open_now` leaves out what is known to be closed.
    """
    zone = place.timezone if place else ""
    lines = [
        Line(w, w.status_at(at), zone or w.timezone or "UTC", takes_caller(w, place))
        for w in warmlines
    ]
    shown = [ln for ln in lines if ln.is_open or ln.may_be_open or not open_now]
    return sorted(shown, key=lambda line: line.urgency)


def changes(lines: Iterable[Line]) -> Iterator[datetime | None]:
    """When each of them opens or closes next."""
    return (line.status.until for line in lines)


def changes_of(groups: Iterable[LineGroup]) -> Iterator[datetime | None]:
    return changes(line for group in groups for line in group.lines)


def grouped(
    lines: Iterable[Line],
    place: Place | None,
    *,
    others: Iterable[Line] = (),
    open_now: bool = False,
) -> list[LineGroup]:
    """For everyone here, for some counties, for each group of people, then whom to ask.

    `others` take everyone too, and are shown below what was asked for. With `open_now`,
    what may be open is shown apart from what is. A group of nothing but doubtful lines
    is never first.
    """
    lines, others, maybe = list(lines), list(others), []
    if open_now:
        maybe = [line for line in [*lines, *others] if line.may_be_open]
        lines = [line for line in lines if line.is_open]
        others = [line for line in others if line.is_open]
    groups = [
        LineGroup("here", _heading_here(place), _where(lines, is_for_everyone)),
        LineGroup("counties", _heading_counties(place), _where(lines, is_for_counties)),
        *_groups_of_people(lines),
        LineGroup("everyone", _("These lines take any caller"), others),
        LineGroup("maybe", maybe_open_heading(), maybe),
        LineGroup("ask", _("Call to ask who they take"), _where(lines, is_to_ask)),
    ]
    shown = [group for group in groups if group.lines]
    return sorted(shown, key=lambda group: all(ln.is_doubtful for ln in group.lines))


def is_for_everyone(line: Line) -> bool:
    return line.is_for_everyone


def is_for_counties(line: Line) -> bool:
    return line.takes is TakesCaller.SOME_COUNTIES


def is_to_ask(line: Line) -> bool:
    return line.takes is TakesCaller.ASK


def maybe_open_heading() -> str:
    return _("Hours not listed. These may be open")


def _where(lines: list[Line], holds: Callable[[Line], bool]) -> list[Line]:
    return [line for line in lines if holds(line)]


def _heading_here(place: Place | None) -> str:
    if place is None:
        return _("For anyone, from anywhere")
    return _("For people in %(state)s") % {"state": place.state_name}


def _heading_counties(place: Place | None) -> str:
    if place is None:
        return _("For some states and counties")
    return _("For some counties of %(state)s") % {"state": place.state_name}


def _groups_of_people(lines: Iterable[Line]) -> Iterator[LineGroup]:
    found: dict[tuple[int, str, str], list[Line]] = {}
    for line in lines:
        if line.takes in CALLABLE and line.warmline.is_for_group:
            group = line.warmline.group
            key = (999, "others", _("others"))
            if group:
                key = (group.order, group.slug, str(group))
            found.setdefault(key, []).append(line)
    for (_order, slug, label), members in sorted(found.items()):
        yield LineGroup(slug, _("For %(people)s") % {"people": label}, members)


def at_most(groups: Iterable[LineGroup], limit: int) -> list[LineGroup]:
    """The first `limit` lines, still in their groups.

    Lines for everyone below what was asked for have a limit of their own.
    """
    shown: list[LineGroup] = []
    left = limit
    for group in groups:
        is_below = group.slug == "everyone"
        if taken := group.lines[: limit if is_below else left]:
            shown.append(LineGroup(group.slug, group.heading, taken))
        left -= 0 if is_below else len(taken)
    return shown


def first_to_call(groups: Iterable[LineGroup], wanted: Iterable[str]) -> Line | None:
    """The first line of a page that its visitor can call this minute, or None.

    A line for a group is for the visitor only who asked for that group: `wanted` are
    the slugs of the communities.
    """
    communities = set(wanted)
    for group in groups:
        for line in group.lines:
            mine = {term.slug for term in line.warmline.communities} & communities
            is_taken = line.is_for_everyone or (line.takes in CALLABLE and mine)
            if line.can_be_called_now and is_taken:
                return line
    return None


@dataclass(frozen=True)
class NoneOpen:
    """No line for everyone is surely open; `next_line` opens next, if that is known."""

    next_line: Line | None
    is_any_listed: bool
    may_one_be_open: bool


def none_open(for_everyone: Iterable[Line]) -> NoneOpen | None:
    """What to say where no line for everyone is surely open; None where one is.

    On a page for later nothing is said about this moment.
    """
    lines = [line for line in for_everyone if not line.is_doubtful]
    if made_on() or any(line.is_open for line in lines):
        return None
    opening = [line for line in lines if line.status.opens]
    return NoneOpen(
        next_line=opening[0] if opening else None,
        is_any_listed=bool(lines),
        may_one_be_open=any(line.may_be_open for line in lines),
    )


def by_state(lines: Iterable[Line]) -> list[LineGroup]:
    """Whom anyone may call, what serves the whole country, then what each state has,
    wholly or a county of it; at the end of whom nothing is known."""
    anyone: list[Line] = []
    nationwide: list[Line] = []
    ask: list[Line] = []
    states: dict[str, list[Line]] = {}
    for line in lines:
        if line.warmline.takes_anyone:
            anyone.append(line)
        elif line.warmline.serves_everywhere:
            nationwide.append(line)
        elif not line.warmline.state_codes:
            ask.append(line)
        else:
            for code in line.warmline.state_codes:
                states.setdefault(code, []).append(line)
    groups = [
        LineGroup("anyone", _("For anyone, from anywhere"), anyone),
        LineGroup("us", _("The whole country"), nationwide),
    ]
    for code in sorted(states, key=lambda code: STATES[code].name):
        groups.append(LineGroup(code.lower(), STATES[code].name, states[code]))
    groups.append(LineGroup("ask", _("Call to ask who they take"), ask))
    return [group for group in groups if group.lines]
