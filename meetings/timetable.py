"""All meetings by weekday in their own time zones, for a copy without a server.

People read a copy months later, so it says "every Thursday" and names no date.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from listings.models import Listing
from meetings.models import Meeting
from meetings.schedule_text import DAY_CODES
from places.states import STATES

# The first weekday that a rule names.
FIRST_WEEKDAY = re.compile(rf"BYDAY=[+-]?\d?({'|'.join(DAY_CODES)})")
OTHER_DAYS = len(DAY_CODES)
KeyT = TypeVar("KeyT", int, str)


@dataclass(frozen=True)
class TimetableSection:
    heading: str
    meetings: list[Meeting]


@dataclass(frozen=True)
class Timetable:
    """Meetings from home by weekday, and meetings in person by state."""

    remote: list[TimetableSection]
    in_person: list[TimetableSection]


def build_timetable() -> Timetable:
    rows = Meeting.objects.public().filter(status=Listing.Status.PUBLISHED)
    found = sorted(rows.for_cards(), key=lambda row: (row.start_time, row.name))
    remote = [row for row in found if row.online or row.by_phone or row.by_text]
    in_room = [row for row in found if row.in_person]
    return Timetable(
        remote=list(_sections(remote, _weekday_number, _weekday_heading)),
        in_person=list(_sections(in_room, lambda row: row.state, _state_heading)),
    )


def _sections(
    rows: Iterable[Meeting],
    key: Callable[[Meeting], KeyT],
    heading: Callable[[KeyT], str],
) -> Iterable[TimetableSection]:
    for value, members in groupby(sorted(rows, key=key), key=key):
        yield TimetableSection(heading(value), list(members))


def _weekday_number(row: Meeting) -> int:
    found = FIRST_WEEKDAY.search(row.rules)
    return DAY_CODES.index(found[1]) if found else OTHER_DAYS


def _weekday_heading(number: int) -> str:
    if number == OTHER_DAYS:
        return _("Every day, or see their page")
    return capfirst(str(WEEKDAYS[number]))


def _state_heading(code: str) -> str:
    return STATES[code].name if code in STATES else _("State not known")
