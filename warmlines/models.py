"""The catalog of warmlines: phone lines for support before a crisis."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from listings.models import Listing, Term
from listings.querysets import ListingQuerySet
from places.states import STATES


class WarmlineQuerySet(ListingQuerySet["Warmline"]):
    def state_counts(self) -> dict[str, int]:
        """Count the lines that serve each state, or a county of it, by state code."""
        rows = self.order_by().filter(service_area__isnull=False)
        numbered = rows.values_list("service_area__state").annotate(
            models.Count("pk", distinct=True)
        )
        return dict(numbered)

    def from_anywhere(self) -> Self:
        """Lines that people in any state can call."""
        anyone = Q(who_may_call=Warmline.WhoMayCall.ANYONE)
        return self.filter(
            anyone | Q(service_area_scope=Listing.ServiceAreaScope.NATIONWIDE)
        )


class Warmline(Listing):
    """A phone, text or chat line for people who want to talk with someone."""

    class WhoMayCall(models.TextChoices):
        UNKNOWN = "unknown", _("The source does not say")
        ANYONE = "anyone", _("Anyone, from anywhere")
        STATE = "state", _("People in the state")
        LOCAL = "local", _("People in the county or area")
        GROUP = "group", _("A particular group")

    catalog = "warmline"
    # A line that doesn't answer hurts the person who called it.
    check_interval_days = 90
    importers = {
        "warmlines": "warmlines.importing.WarmlineImporter",
        "exported-warmlines": "warmlines.csv_import.ExportedWarmlineImporter",
    }
    hsds_importer = "warmlines.hsds.HsdsWarmlineImporter"

    operator = models.CharField(_("operator"), max_length=200, blank=True)
    who_may_call = models.CharField(
        _("who may call"),
        max_length=10,
        choices=WhoMayCall,
        default=WhoMayCall.UNKNOWN,
    )
    open_to = models.CharField(_("who may call, in words"), max_length=200, blank=True)
    answered_by_peers = models.BooleanField(
        _("answered by peers"), null=True, blank=True
    )
    may_send_emergency = models.BooleanField(
        _("may call emergency services without consent"), null=True, blank=True
    )
    call_limits = models.CharField(_("call limits"), max_length=200, blank=True)

    objects: ClassVar[WarmlineQuerySet] = WarmlineQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Listing.Meta):
        verbose_name = _("warmline")
        verbose_name_plural = _("warmlines")

    def get_absolute_url(self) -> str:
        return reverse("warmline", args=[self.url_slug])

    @property
    def takes_anyone(self) -> bool:
        return self.who_may_call == self.WhoMayCall.ANYONE

    @property
    def is_nationwide(self) -> bool:
        return self.takes_anyone or super().is_nationwide

    @property
    def is_for_group(self) -> bool:
        return self.who_may_call == self.WhoMayCall.GROUP

    @cached_property
    def group(self) -> Term | None:
        """The community that it is for, or None if it is not for a group."""
        return next(iter(self.communities), None) if self.is_for_group else None

    @cached_property
    def state_codes(self) -> frozenset[str]:
        """Codes of the states that it serves completely or partly."""
        named = frozenset(place.state for place in self.service_area.all())
        return named & STATES.keys()

    @cached_property
    def served_counties(self) -> frozenset[int]:
        """Primary keys of the counties that it serves."""
        return frozenset(
            place.pk for place in self.service_area.all() if place.is_county
        )

    @cached_property
    def whole_states(self) -> frozenset[str]:
        """Codes of the states that it serves completely."""
        return frozenset(p.state for p in self.service_area.all() if p.is_state)

    def searchable_texts(self) -> list[str]:
        return [*super().searchable_texts(), self.operator, self.open_to]
