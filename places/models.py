"""The gazetteer: states, counties, towns and ZIP codes of the United States."""

from __future__ import annotations

import copy
from collections.abc import Container, Iterable
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from places.geo import Box, Point
from places.near import in_boxes
from places.states import STATES


class PlaceQuerySet(models.QuerySet["Place"]):
    def states(self) -> Self:
        return self.filter(kind=Place.Kind.STATE)

    def counties(self) -> Self:
        return self.filter(kind=Place.Kind.COUNTY)

    def zips(self) -> Self:
        return self.filter(kind=Place.Kind.ZIP)

    def of_zip(self, code: str) -> Place | None:
        """The ZIP code of five digits, with its county, if we know it."""
        return self.zips().select_related("county").filter(code=code).first()

    def in_state(self, code: str) -> Self:
        return self.filter(state=code)

    def in_states(self, codes: Iterable[str]) -> Self:
        return self.filter(state__in=list(codes))

    def below_states(self) -> Self:
        """Counties, towns and ZIP codes, each with its county."""
        return self.exclude(kind=Place.Kind.STATE).select_related("county")

    def largest_towns(self, box: Box, state: str | None = None) -> Self:
        """Towns in a box of degrees, or of a state in it; most people first."""
        towns = self.filter(
            kind=Place.Kind.CITY,
            latitude__range=(box.south, box.north),
            longitude__range=(box.west, box.east),
            population__isnull=False,
        )
        if state:
            towns = towns.in_state(state)
        return towns.order_by("-population", "name")

    def inside(self, point: Point, miles: float) -> Self:
        """Centres in the boxes around a point: all within `miles`, and a few more."""
        return self.filter(in_boxes(point, miles))


class Place(models.Model):
    """A state, county, town or ZIP code, with its centre and time zone."""

    class Kind(models.TextChoices):
        STATE = "state", gettext_lazy("State")
        COUNTY = "county", gettext_lazy("County")
        CITY = "city", gettext_lazy("Town")
        ZIP = "zip", gettext_lazy("ZIP code")
        # A spot on the map that somebody asked for; never stored.
        POINT = "point", gettext_lazy("Point")

    kind = models.CharField(max_length=6, choices=Kind)
    code = models.CharField(max_length=12)
    name = models.CharField(max_length=100)
    alt_names = models.TextField(blank=True)
    # The name as places.lookup compares it.
    key = models.CharField(max_length=100)
    state = models.CharField(max_length=2)
    county = models.ForeignKey(
        "self", on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )
    latitude = models.FloatField()
    longitude = models.FloatField()
    population = models.PositiveIntegerField(null=True, blank=True)
    timezone = models.CharField(max_length=40)

    # Set by PlaceField: what else the typed words may mean.
    other_meanings: ClassVar[tuple[Place, ...]] = ()

    objects: ClassVar[PlaceQuerySet] = PlaceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = gettext_lazy("place")
        verbose_name_plural = gettext_lazy("places")
        ordering = ["kind", "state", "name"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "code"], name="place_unique"),
            models.CheckConstraint(
                condition=Q(kind__in=["state", "county", "city", "zip"]),
                name="place_kind_is_stored",
            ),
            models.CheckConstraint(
                condition=Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="place_on_earth",
            ),
        ]
        indexes = [
            models.Index(fields=["key", "state"], name="place_key"),
            models.Index(fields=["kind", "latitude", "longitude"], name="place_point"),
        ]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        """The page of the state that it is or lies in."""
        return reverse("state", args=[self.state.lower()])

    @property
    def point(self) -> Point:
        return Point(self.latitude, self.longitude)

    @property
    def is_state(self) -> bool:
        return self.kind == self.Kind.STATE

    @property
    def is_county(self) -> bool:
        return self.kind == self.Kind.COUNTY

    @property
    def own_county(self) -> Place | None:
        """The county it lies in; a county itself; None for a state."""
        return self if self.is_county else self.county

    def area(self, told_apart: Container[int] | None = None) -> tuple[int | None, str]:
        """What it lies in, as far as it matters for who serves it: county and state.

        No county but those `told_apart` is different from its whole state.
        """
        county = self.own_county
        if county is None or (told_apart is not None and county.pk not in told_apart):
            return None, self.state
        return county.pk, self.state

    @property
    def state_name(self) -> str:
        return STATES[self.state].name

    @property
    def label(self) -> str:
        """ "Miles City, Montana 59301", "McCone County, Montana", "Montana"."""
        if self.is_state:
            return self.state_name
        town = f"{self.name}, {self.state_name}"
        if self.kind == self.Kind.ZIP:
            return f"{town} {self.code}"
        if self.kind == self.Kind.POINT:
            return _("your spot near %(town)s") % {"town": town}
        return town

    @property
    def label_with_county(self) -> str:
        """ "Springfield, Hampden County, Massachusetts", to tell namesakes apart."""
        if self.kind != self.Kind.CITY or self.county is None:
            return self.label
        return f"{self.name}, {self.county.name}, {self.state_name}"

    def at(self, point: Point) -> Place:
        """This place as seen from a spot in it; not to be saved."""
        spot = copy.copy(self)
        spot.pk = None
        spot.kind = self.Kind.POINT
        spot.latitude, spot.longitude = point.latitude, point.longitude
        return spot


class OtherName(models.Model):
    """Another name of a place, as places.lookup compares it."""

    place = models.ForeignKey(
        Place, on_delete=models.CASCADE, related_name="other_names"
    )
    key = models.CharField(max_length=100, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place", "key"], name="other_name_unique"),
        ]

    def __str__(self) -> str:
        return self.key
