"""Who answers the phone for a place, under the filters of an address."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.http import QueryDict
from django.utils.translation import gettext as _

from listings.panel import Advice, Chip, Panel, build_panel, switch
from places.models import Place
from warmlines.filters import WarmlineFilter
from warmlines.lines import Line, lines_at
from warmlines.models import Warmline, WarmlineQuerySet


class LineSearch:
    """One question about lines, asked at one moment; no place means all of them."""

    def __init__(
        self,
        place: Place | None,
        params: QueryDict,
        at: datetime,
        *,
        open_now: bool = False,
        scope: WarmlineQuerySet | None = None,
    ) -> None:
        self.params = params
        self.at = at
        self.open_now = open_now
        self.zone = place.timezone if place else ""
        self.filter = WarmlineFilter(params, queryset=Warmline.objects.none())
        found = Warmline.objects.public() if scope is None else scope
        self.scope = found.taking_callers_from(place) if place else found

    def lines(self) -> list[Line]:
        found = self.filter.narrow(self.scope)
        return self._at(found, open_now=self.open_now)

    def panel(self, keep: Iterable[str]) -> Panel:
        counts = self.filter.counts(self.scope)
        panel = build_panel(self.filter.form, self.params, counts, keep)
        on_or_off = switch(self.params, "open_now", _("Open now"), on=self.open_now)
        return panel.led_by([on_or_off], self.params)

    def advice(self, panel: Panel) -> list[Advice]:
        return panel.advice(self._count_without)

    def _count_without(self, chip: Chip) -> int:
        found = self.filter.narrow(self.scope, but=chip.name, value=chip.value)
        open_now = self.open_now and chip.name != "open_now"
        return len(self._at(found, open_now=open_now))

    def _at(self, found: WarmlineQuerySet, *, open_now: bool) -> list[Line]:
        return lines_at(found.for_cards(), self.at, zone=self.zone, open_now=open_now)
