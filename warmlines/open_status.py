"""Which warmlines are open at a moment, and the order and groups to show them in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from listings.hours import OpenState, OpenStatus
from listings.models import Term
from listings.snapshot import snapshot_date
from places.models import Place
from places.states import STATES, get_state_name
from warmlines.eligibility import (
    CAN_CALL,
    Eligibility,
    check_eligibility,
    states_served_in_full,
)
from warmlines.models import Warmline

OPEN_ATTRIBUTE_VALUES = {
    OpenState.OPEN: "yes",
    OpenState.CLOSED: "no",
    OpenState.UNKNOWN: "unknown",
}
# With these, a line for a group of people is shown under the name of the group.
GROUP_CAN_CALL = {*CAN_CALL, Eligibility.SOME_STATES}
FAR_FUTURE = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class LineStatus:
    """A warmline at one moment.

    `zone` is the IANA time zone to show its hours in, and `eligibility` is that of
    callers from the requested place.
    """

    warmline: Warmline
    status: OpenStatus
    zone: str
    eligibility: Eligibility

    @property
    def open_attr(self) -> str:
        return OPEN_ATTRIBUTE_VALUES[self.status.state]

    @property
    def is_open(self) -> bool:
        return self.status.state is OpenState.OPEN

    @property
    def may_be_open(self) -> bool:
        """True if its hours are not known."""
        return self.status.state is OpenState.UNKNOWN

    @property
    def is_for_everyone(self) -> bool:
        """True if anyone in the place can call it, as far as its listing says."""
        return self.eligibility in CAN_CALL and not self.warmline.is_for_group

    @property
    def is_for_some_states(self) -> bool:
        """True if the place lies in several states and some of them are served."""
        is_for_some = self.eligibility is Eligibility.SOME_STATES
        return is_for_some and not self.warmline.is_for_group

    @property
    def has_public_warning(self) -> bool:
        """True if a warning is shown, for example that the line may have closed."""
        return bool(self.warmline.public_warning)

    @property
    def can_be_called_now(self) -> bool:
        return (
            self.is_open and bool(self.warmline.phone) and not self.has_public_warning
        )


class TimedWarmline(NamedTuple):
    """A warmline and its status at one moment, for visitors from anywhere."""

    warmline: Warmline
    status: OpenStatus


def sort_key(
    line: LineStatus | TimedWarmline,
) -> tuple[bool, bool, bool, datetime, bool, bool, str, str]:
    """Order by: no warning, open, known hours, next opening, local, peers, name."""
    warmline, status = line.warmline, line.status
    is_open = status.state is OpenState.OPEN
    opens = FAR_FUTURE if is_open else status.opens or FAR_FUTURE
    return (
        bool(warmline.public_warning),
        not is_open,
        status.state is OpenState.UNKNOWN,
        opens,
        warmline.is_nationwide,
        not warmline.answered_by_peers,
        warmline.sort_name,
        warmline.slug,
    )


@dataclass(frozen=True)
class LineGroup:
    slug: str
    heading: str
    lines: list[LineStatus]
    # True for lines that do not match the filters; they come last.
    is_secondary: bool = False
    # True for lines for a group of people, whose slug is that of the community.
    is_for_people: bool = False

    @property
    def open_total(self) -> int:
        return sum(ln.is_open and not ln.has_public_warning for ln in self.lines)


def sort_at(warmlines: Iterable[Warmline], at: datetime) -> list[TimedWarmline]:
    """Return the lines with their status at a moment, most useful first."""
    return sorted((TimedWarmline(w, w.status_at(at)) for w in warmlines), key=sort_key)


def line_statuses(
    warmlines: Iterable[Warmline], at: datetime, place: Place | None = None
) -> list[LineStatus]:
    """Return the lines at a moment, most useful first.

    Hours are shown in the time zone of the place, or in each line's own zone without a
    place.
    """
    zone = place.timezone if place else ""
    return [
        LineStatus(w, status, zone or w.timezone or "UTC", check_eligibility(w, place))
        for w, status in sort_at(warmlines, at)
    ]


def next_changes(lines: Iterable[LineStatus]) -> Iterator[datetime | None]:
    """Return when each line opens or closes next; None if that is not known."""
    return (line.status.until for line in lines)


def next_changes_in_groups(groups: Iterable[LineGroup]) -> Iterator[datetime | None]:
    return next_changes(line for group in groups for line in group.lines)


def group_for_place(
    lines: Iterable[LineStatus],
    place: Place | None,
    *,
    others: Iterable[LineStatus] = (),
    open_now: bool = False,
) -> list[LineGroup]:
    """Group lines for a page of a place.

    The order is: lines for everyone in the place, for some of its states and counties,
    for each group of people, and lines to ask. `others` do not match the filters, are
    for everyone, and come below. With `open_now`, lines with unknown hours have a group
    of their own. A group in which every line has a warning is never first.
    """
    lines, others, maybe = list(lines), list(others), []
    if open_now:
        maybe = [line for line in [*lines, *others] if line.may_be_open]
        lines = [line for line in lines if line.is_open]
        others = [line for line in others if line.is_open]
    counties = [ln for ln in lines if ln.eligibility is Eligibility.SOME_COUNTIES]
    to_ask = [ln for ln in lines if ln.eligibility is Eligibility.ASK]
    groups = [
        LineGroup("here", _place_heading(place), _for_everyone(lines)),
        *_group_by_states(lines, place),
        LineGroup("counties", _counties_heading(place), counties),
        *_group_by_audience(lines),
        LineGroup(
            "everyone", _everyone_heading(), _for_everyone(others), is_secondary=True
        ),
        *_group_by_states(others, place, is_secondary=True),
        LineGroup("maybe", maybe_open_heading(), maybe),
        LineGroup("ask", _("Call to ask who they take"), to_ask),
    ]
    visible = [group for group in groups if group.lines]
    return sorted(visible, key=_has_only_warnings)


def _has_only_warnings(group: LineGroup) -> bool:
    return all(line.has_public_warning for line in group.lines)


def maybe_open_heading() -> str:
    return _("Hours not listed. These may be open")


def _for_everyone(lines: list[LineStatus]) -> list[LineStatus]:
    return [line for line in lines if line.is_for_everyone]


def _everyone_heading() -> str:
    return _("These lines take any caller")


def _place_heading(place: Place | None) -> str:
    if place is None:
        return _("For anyone, from anywhere")
    return _states_heading(place.state_codes)


def _states_heading(codes: Iterable[str]) -> str:
    return _("For people in %(state)s") % {"state": _state_names(codes)}


def _state_names(codes: Iterable[str]) -> str:
    return ", ".join(get_state_name(code) for code in codes)


def _group_by_states(
    lines: Iterable[LineStatus], place: Place | None, *, is_secondary: bool = False
) -> Iterator[LineGroup]:
    """Group the lines for some states of the place; each set of states is a group."""
    found: dict[tuple[str, ...], list[LineStatus]] = {}
    for line in lines:
        if place and line.is_for_some_states:
            found.setdefault(states_served_in_full(line.warmline, place), []).append(
                line
            )
    for codes, members in found.items():
        slug = "-".join([*(["other"] if is_secondary else []), *codes]).lower()
        yield LineGroup(slug, _states_heading(codes), members, is_secondary)


def _counties_heading(place: Place | None) -> str:
    if place is None:
        return _("For some states and counties")
    return _("For some counties of %(state)s") % {"state": place.state_name}


def _group_by_audience(lines: Iterable[LineStatus]) -> Iterator[LineGroup]:
    found: dict[Term | None, list[LineStatus]] = {}
    for line in lines:
        if line.warmline.is_for_group and line.eligibility in GROUP_CAN_CALL:
            found.setdefault(line.warmline.group, []).append(line)
    for group in sorted(found, key=_audience_order):
        label = group.inside_sentence if group else _("others")
        slug = group.slug if group else "others"
        heading = _("For %(people)s") % {"people": label}
        yield LineGroup(slug, heading, found[group], is_for_people=True)


def _audience_order(group: Term | None) -> tuple[bool, int, str]:
    """Order groups as the vocabulary does, and lines without a named group last."""
    return (False, group.order, group.slug) if group else (True, 0, "")


def limit_lines(groups: Iterable[LineGroup], limit: int) -> list[LineGroup]:
    """Return the first `limit` lines in their groups.

    Secondary groups have a limit of their own.
    """
    visible: list[LineGroup] = []
    left = limit
    for group in groups:
        if taken := group.lines[: limit if group.is_secondary else left]:
            visible.append(replace(group, lines=taken))
        left -= 0 if group.is_secondary else len(taken)
    return visible


def choose_lines_to_call_now(
    groups: Iterable[LineGroup], wanted: Iterable[str]
) -> list[LineStatus]:
    """Return at most two lines of the groups that the visitor can call now.

    The first is for a group of people, and only if its slug is in `wanted`. The second
    is for everyone, or else for everyone in some states of the place.
    """
    communities = set(wanted)
    lines = [line for group in groups for line in group.lines if line.is_open]
    # Generators, because the first match is enough.
    for_group, for_everyone, for_some = (
        (
            line
            for line in lines
            if _is_for_communities(line, communities) and line.can_be_called_now
        ),
        (ln for ln in lines if ln.is_for_everyone and ln.can_be_called_now),
        (ln for ln in lines if ln.is_for_some_states and ln.can_be_called_now),
    )
    found = [next(for_group, None), next(for_everyone, None) or next(for_some, None)]
    return [line for line in found if line]


def _is_for_communities(line: LineStatus, communities: set[str]) -> bool:
    """Return True for a line that is for one of these groups and accepts them here."""
    is_for_group = line.warmline.is_for_group and line.eligibility in GROUP_CAN_CALL
    if not (communities and is_for_group):
        return False
    return any(term.slug in communities for term in line.warmline.communities)


@dataclass(frozen=True)
class NoOpenLine:
    """What to say if no line for everyone is certainly open.

    `next_line` opens next, if that is known. `next_for_some` opens sooner, but only for
    people in `some_states`.
    """

    next_line: LineStatus | None
    next_for_some: LineStatus | None
    some_states: str
    is_any_listed: bool
    may_one_be_open: bool


def find_no_open_line(
    for_everyone: Iterable[LineStatus],
    for_some_states: Iterable[LineStatus] = (),
    place: Place | None = None,
) -> NoOpenLine | None:
    """Return None if a line for everyone is open, or if the page is a snapshot."""
    lines = [line for line in for_everyone if not line.has_public_warning]
    if snapshot_date() or any(line.is_open for line in lines):
        return None
    next_line = _first_to_open(lines)
    sooner = _first_to_open(for_some_states)
    if sooner and next_line and sort_key(sooner) > sort_key(next_line):
        sooner = None
    codes = states_served_in_full(sooner.warmline, place) if sooner and place else ()
    return NoOpenLine(
        next_line=next_line,
        next_for_some=sooner,
        some_states=_state_names(codes),
        is_any_listed=bool(lines),
        may_one_be_open=any(line.may_be_open for line in lines),
    )


def _first_to_open(lines: Iterable[LineStatus]) -> LineStatus | None:
    """Return the line without a warning that opens next, or None."""
    without_warning = (line for line in lines if not line.has_public_warning)
    return next((line for line in without_warning if line.status.opens), None)


def group_by_state(lines: Iterable[LineStatus]) -> list[LineGroup]:
    """Group lines by area: anyone, the whole country, each state, and unknown.

    In each group, lines with a warning come last.
    """
    anyone: list[LineStatus] = []
    nationwide: list[LineStatus] = []
    ask: list[LineStatus] = []
    states: dict[str, list[LineStatus]] = {}
    for line in sorted(lines, key=lambda line: line.has_public_warning):
        if line.warmline.takes_anyone:
            anyone.append(line)
        elif line.warmline.is_nationwide:
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
