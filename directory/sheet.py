"""A state's listings on paper: for libraries, shelters, jails and kitchen doors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

import segno
from django.utils.safestring import SafeString, mark_safe

from orgs.kinds import KIND_WORDS
from orgs.models import Organization
from places.models import Place
from places.states import STATES
from warmlines.lines import LineGroup, grouped, lines_at
from warmlines.models import Warmline


@dataclass(frozen=True)
class KindOnPaper:
    heading: str
    rows: list[Organization]


@dataclass(frozen=True)
class Sheet:
    """`zones` are IANA names; where a state has two, hours are said in both."""

    place: Place
    at: datetime
    zones: tuple[str, ...]
    line_groups: list[LineGroup]
    kinds: list[KindOnPaper]
    address: str

    @property
    def printed_on(self) -> date:
        return self.at.astimezone(ZoneInfo(self.zones[0])).date()

    @property
    def qr(self) -> SafeString:
        """The address as a QR code (ISO/IEC 18004), an SVG without styles."""
        drawing = segno.make(self.address, error="m", micro=False)
        svg = drawing.svg_inline(scale=4, border=2, omitsize=True, svgclass="qr")
        return mark_safe(svg)  # noqa: S308  # made of numbers alone


def state_on_paper(place: Place, address: str, at: datetime) -> Sheet:
    lines = Warmline.objects.public().in_state(place).for_cards()
    found = Organization.objects.public().in_state(place.state)
    rows = found.order_by("kind", "city", "name", "slug")
    by_kind = {kind: list(members) for kind, members in groupby(rows, _kind)}
    return Sheet(
        place=place,
        at=at,
        zones=STATES[place.state].zones,
        line_groups=grouped(lines_at(lines, at, zone=place.timezone), place),
        kinds=[
            KindOnPaper(str(words.plural), by_kind[kind])
            for kind, words in KIND_WORDS.items()
            if kind in by_kind
        ],
        address=address,
    )


def _kind(organization: Organization) -> str:
    return organization.kind
