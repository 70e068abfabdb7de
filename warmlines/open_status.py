"""Warmlines at a moment: which are open, and in what order people need them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from listings.hours import State, Status
from listings.snapshot import made_on
from places.models import Place
from places.states import STATES, name_of_state
from warmlines.eligibility import CALLABLE, TakesCaller, states_served, takes_caller
from warmlines.models import Warmline

ATTRIBUTES = {State.OPEN: "yes", State.CLOSED: "no", State.UNKNOWN: "unknown"}
# Answers for which a line is shown to the group that it is for.
FOR_GROUPS = {*CALLABLE, TakesCaller.SOME_STATES}
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
    def is_for_some_states(self) -> bool:
        """Anybody in one of the states can call it, of a place in several states."""
        is_for_some = self.takes is TakesCaller.SOME_STATES
        return is_for_some and not self.warmline.is_for_group

    @property
    def is_doubtful(self) -> bool:
        """It carries a warning, as that it may have closed: never shown first."""
        return bool(self.warmline.public_warning)

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


@dataclass(frozen=True)
class LineGroup:
    slug: str
    heading: str
    lines: list[Line]
    # It was not asked for, and follows what was.
    is_below: bool = False


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
    """For everyone here, for some states and counties of the place, for each group of
    people, then whom to ask.

    `others` are for everyone here, or in one of the states of the place, and are shown
    below what was asked for. With `open_now`,
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
        *_groups_of_states(lines, place),
        LineGroup("counties", _heading_counties(place), _where(lines, is_for_counties)),
        *_groups_of_people(lines),
        LineGroup(
            "everyone",
            _("These lines take any caller"),
            _where(others, is_for_everyone),
            is_below=True,
        ),
        *_groups_of_states(others, place, is_below=True),
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
    return _heading_states(place.state_codes)


def _heading_states(codes: Iterable[str]) -> str:
    return _("For people in %(state)s") % {"state": _state_names(codes)}


def _state_names(codes: Iterable[str]) -> str:
    return ", ".join(name_of_state(code) for code in codes)


def _groups_of_states(
    lines: Iterable[Line], place: Place | None, *, is_below: bool = False
) -> Iterator[LineGroup]:
    """Of a place in several states, what only people in some of them can call; the
    states of the most useful line first."""
    found: dict[tuple[str, ...], list[Line]] = {}
    for line in lines:
        if place and line.is_for_some_states:
            found.setdefault(states_served(line.warmline, place), []).append(line)
    for codes, members in found.items():
        slug = "-".join([*(["other"] if is_below else []), *codes]).lower()
        yield LineGroup(slug, _heading_states(codes), members, is_below)


def _heading_counties(place: Place | None) -> str:
    if place is None:
        return _("For some states and counties")
    return _("For some counties of %(state)s") % {"state": place.state_name}


def _groups_of_people(lines: Iterable[Line]) -> Iterator[LineGroup]:
    found: dict[tuple[int, str, str], list[Line]] = {}
    for line in lines:
        if line.takes in FOR_GROUPS and line.warmline.is_for_group:
            group = line.warmline.group
            key = (999, "others", _("others"))
            if group:
                key = (group.order, group.slug, group.inside_sentence)
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
        if taken := group.lines[: limit if group.is_below else left]:
            shown.append(replace(group, lines=taken))
        left -= 0 if group.is_below else len(taken)
    return shown


def to_call_now(groups: Iterable[LineGroup], wanted: Iterable[str]) -> list[Line]:
    """The lines of a page that its visitor can call this minute, at most two.

    First one for a group, but only for a visitor who asked for that group: `wanted` are
    the slugs of the communities. Then one for everyone; of a place in several states,
    where there is none, one for everyone in some of them.
    """
    communities = set(wanted)
    lines = [ln for group in groups for ln in group.lines if ln.can_be_called_now]
    kinds: list[list[Line]] = [
        [ln for ln in lines if ln.takes in FOR_GROUPS and _is_for(ln, communities)],
        [ln for ln in lines if ln.is_for_everyone]
        or [ln for ln in lines if ln.is_for_some_states],
    ]
    return [found[0] for found in kinds if found]


def _is_for(line: Line, communities: set[str]) -> bool:
    slugs = {term.slug for term in line.warmline.communities}
    return line.warmline.is_for_group and bool(slugs & communities)


@dataclass(frozen=True)
class NoneOpen:
    """No line for everyone is surely open; `next_line` opens next, if that is known.

    `next_for_some` opens sooner, for people in `some_states` alone.
    """

    next_line: Line | None
    next_for_some: Line | None
    some_states: str
    is_any_listed: bool
    may_one_be_open: bool


def none_open(
    for_everyone: Iterable[Line],
    for_some_states: Iterable[Line] = (),
    place: Place | None = None,
) -> NoneOpen | None:
    """What to say where no line for everyone is surely open; None where one is.

    On a page for later nothing is said about this moment.
    """
    lines = [line for line in for_everyone if not line.is_doubtful]
    if made_on() or any(line.is_open for line in lines):
        return None
    next_line = _next_to_open(lines)
    sooner = _next_to_open(for_some_states)
    if sooner and next_line and sooner.urgency > next_line.urgency:
        sooner = None
    codes = states_served(sooner.warmline, place) if sooner and place else ()
    return NoneOpen(
        next_line=next_line,
        next_for_some=sooner,
        some_states=_state_names(codes),
        is_any_listed=bool(lines),
        may_one_be_open=any(line.may_be_open for line in lines),
    )


def _next_to_open(lines: Iterable[Line]) -> Line | None:
    """The first of lines in their order that opens; without those with a warning."""
    sure = (line for line in lines if not line.is_doubtful)
    return next((line for line in sure if line.status.opens), None)


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
