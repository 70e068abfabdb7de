"""The printable sheet of a state, for libraries, shelters, jails and offline use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

import segno
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from phonenumber_field.phonenumber import PhoneNumber

from listings.models import Listing
from listings.phones import national
from listings.templatetags.listing import bare_domain
from listings.typical_hours import describe_typical_hours
from orgs.kind_labels import KIND_LABELS, get_plural_label
from orgs.models import Organization
from places.models import Place
from places.states import STATES
from warmlines.eligibility import (
    describe_eligibility,
    describe_eligibility_under_state,
    may_accept_callers_from,
)
from warmlines.models import Warmline
from warmlines.open_status import LineStatus, group_for_place, line_statuses


@dataclass(frozen=True)
class SheetEntry:
    """A listing, and the facts below its number and name."""

    listing: Listing
    facts: list[str]

    @property
    def numbers(self) -> list[PhoneNumber]:
        return [n for n in (self.listing.phone, self.listing.toll_free) if n]

    @property
    def sms_number(self) -> str:
        """Return the number for texts, or "" if it is the number for calls too."""
        return "" if takes_calls_and_texts(self.listing) else self.listing.sms_number


@dataclass(frozen=True)
class SheetSection:
    heading: str
    entries: list[SheetEntry]


@dataclass(frozen=True)
class StateSheet:
    place: Place
    zones: list[str]
    lines: list[SheetSection]
    organizations: list[SheetSection]
    printed_on: date
    address: str
    # Whether a line and the state change their clocks on different dates.
    clocks_drift: bool

    @property
    def bare_domain(self) -> str:
        """Return the address without its scheme, as people type it."""
        return self.address.split("://", 1)[-1].rstrip("/")

    @property
    def qr_code(self) -> SafeString:
        """Return the address as an SVG; its white background suits dark screens too."""
        code = segno.make(self.address, error="m", micro=False)
        drawn = code.svg_inline(border=2, light="#fff", omitsize=True)
        return mark_safe(drawn)  # noqa: S308  # segno's own markup


def build_state_sheet(place: Place, address: str, at: datetime) -> StateSheet:
    """Build the sheet of all public listings for a state; `address` is its page."""
    zones = list(STATES[place.code].zones)
    found = (
        Warmline.objects.public()
        .filter(may_accept_callers_from(place))
        .for_cards()
        .by_name()
    )
    warmlines = sorted(found, key=_print_order)
    return StateSheet(
        place=place,
        zones=zones,
        lines=_line_sections(warmlines, place, at, zones),
        organizations=_organization_sections(place),
        printed_on=at.astimezone(ZoneInfo(zones[0])).date(),
        address=address,
        clocks_drift=_do_clocks_drift(warmlines, zones[0], at.year),
    )


def _line_sections(
    warmlines: list[Warmline], place: Place, at: datetime, zones: list[str]
) -> list[SheetSection]:
    """Group lines as on the state's page; those open day and night come first."""
    order = {line.pk: number for number, line in enumerate(warmlines)}
    lines = sorted(
        line_statuses(warmlines, at, place), key=lambda ln: order[ln.warmline.pk]
    )
    return [
        SheetSection(
            group.heading, [_line_entry(line, at, zones) for line in group.lines]
        )
        for group in group_for_place(lines, place)
    ]


def _line_entry(line: LineStatus, at: datetime, zones: list[str]) -> SheetEntry:
    warmline = line.warmline
    who = (
        describe_eligibility_under_state
        if line.is_for_everyone
        else describe_eligibility
    )
    return _entry(warmline, [who(warmline), _hours_text(warmline, at, zones)])


def _print_order(warmline: Warmline) -> tuple[bool, bool, bool]:
    """Sort lines without a warning first, then day and night, then the state's own."""
    is_always = warmline.opening_hours.is_always_open
    return bool(warmline.public_warning), not is_always, warmline.is_nationwide


def _hours_text(warmline: Warmline, at: datetime, zones: list[str]) -> str:
    hours = warmline.opening_hours
    if warmline.hours_note and not hours.is_known:
        return warmline.hours_note
    return describe_typical_hours(hours, at, zones)


def _organization_sections(place: Place) -> list[SheetSection]:
    here = Organization.objects.public().in_state(place.state).for_cards()
    rank = {kind: number for number, kind in enumerate(KIND_LABELS)}
    rows = sorted(here.by_city(), key=lambda row: rank.get(row.kind, len(rank)))
    parts = [
        SheetSection(get_plural_label(kind), _entries(members))
        for kind, members in groupby(rows, key=lambda row: row.kind)
    ]
    naming = Organization.objects.public().serving_state_by_name(place.state)
    elsewhere = naming.exclude(state=place.state).for_cards().by_name()
    if entries := _entries(elsewhere):
        heading = _("From other states, serving %(state)s") % {"state": place.label}
        parts.append(SheetSection(heading, entries))
    return parts


def _entries(rows: Iterable[Organization]) -> list[SheetEntry]:
    return [_entry(row, [row.public_street, row.city]) for row in rows]


def takes_calls_and_texts(row: Listing) -> bool:
    """Tell whether the number for calls is also the number for texts."""
    both = row.phone and row.sms_number
    return bool(both) and national(row.sms_number) == national(row.phone)


def _entry(row: Listing, facts: list[str]) -> SheetEntry:
    """Return the entry, with other ways to contact them and what to know before."""
    calls = bool(row.phone or row.toll_free or row.sms_number)
    tty = row.tty if row.tty != "711" else ""
    known = [
        _("Call or text") if takes_calls_and_texts(row) else "",
        *facts,
        "" if calls else row.email or bare_domain(row.website),
        _("TTY %(number)s") % {"number": national(tty)} if tty else "",
        _("Closed for now.") if row.status == row.Status.TEMPORARILY_CLOSED else "",
    ]
    return SheetEntry(row, [fact for fact in known if fact])


def _do_clocks_drift(warmlines: Iterable[Warmline], zone: str, year: int) -> bool:
    """Tell whether a line's time difference to the state changes in the year."""
    known = [line for line in warmlines if line.has_known_hours]
    partial = [line.timezone for line in known if not line.opening_hours.is_always_open]
    return any(
        _offset_difference(zone, other, year, 1)
        != _offset_difference(zone, other, year, 7)
        for other in set(filter(None, partial))
    )


def _offset_difference(one: str, other: str, year: int, month: int) -> float:
    """Return the seconds between noon in the one zone and noon in the other."""
    noon = datetime(year, month, 15, 12)
    here, there = (noon.replace(tzinfo=ZoneInfo(zone)) for zone in (one, other))
    return (here - there).total_seconds()
