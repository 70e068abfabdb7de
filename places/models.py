"""The gazetteer: states, counties, cities and ZIP codes of the United States."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from places.geo import Box, Point
from places.nearest import in_boxes_around
from places.states import STATES, get_state_name


class PlaceQuerySet(models.QuerySet["Place"]):
    def states(self) -> Self:
        return self.filter(kind=Place.Kind.STATE)

    def counties(self) -> Self:
        return self.filter(kind=Place.Kind.COUNTY)

    def zips(self) -> Self:
        return self.filter(kind=Place.Kind.ZIP)

    def get_by_zip(self, code: str) -> Place | None:
        """Return the place of a five-digit ZIP code with its county, or None."""
        return self.zips().select_related("county").filter(code=code).first()

    def in_state(self, code: str) -> Self:
        return self.filter(state=code)

    def in_states(self, codes: Iterable[str]) -> Self:
        return self.filter(state__in=list(codes))

    def without_states(self) -> Self:
        """Everything but states, each row with its county."""
        return self.exclude(kind=Place.Kind.STATE).select_related("county")

    def largest_cities(self, box: Box, state: str | None = None) -> Self:
        """Cities in a box, of one state if it is given, by descending population."""
        cities = self.filter(
            kind=Place.Kind.CITY,
            latitude__range=(box.south, box.north),
            longitude__range=(box.west, box.east),
            population__isnull=False,
        )
        if state:
            cities = cities.in_state(state)
        return cities.order_by("-population", "name")

    def in_boxes_around(self, point: Point, miles: float) -> Self:
        """Places within `miles` of a point, and a few in the corners of the boxes."""
        return self.filter(in_boxes_around(point, miles))


class Place(models.Model):
    """A state, county, city or ZIP code, with its center and time zone."""

    class Kind(models.TextChoices):
        STATE = "state", gettext_lazy("State")
        COUNTY = "county", gettext_lazy("County")
        CITY = "city", gettext_lazy("Town")
        ZIP = "zip", gettext_lazy("ZIP code")
        # A point from a visitor's browser; never stored.
        POINT = "point", gettext_lazy("Point")
        # An Area, located at its main place; never stored.
        AREA = "area", gettext_lazy("Area")

    kind = models.CharField(max_length=6, choices=Kind)
    code = models.CharField(max_length=12)
    name = models.CharField(max_length=100)
    alt_names = models.TextField(blank=True)
    # The comparable name, by name_keys.place_key().
    key = models.CharField(max_length=100)
    state = models.CharField(max_length=2)
    county = models.ForeignKey(
        "self", on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )
    latitude = models.FloatField()
    longitude = models.FloatField()
    population = models.PositiveIntegerField(null=True, blank=True)
    timezone = models.CharField(max_length=40)

    # Other meanings of the typed text; set by PlaceField.
    other_meanings: tuple[Place, ...] = ()
    # Set by Area.as_place() for a place of kind AREA.
    area_county_ids: tuple[int, ...] = ()
    area_states: tuple[str, ...] = ()
    area_kind = ""
    query_text = ""

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
        """Return the address of the page of its state."""
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
        """Its county, or the county itself; None for a state."""
        return self if self.is_county else self.county

    @property
    def is_area(self) -> bool:
        return self.kind == self.Kind.AREA

    def shares_county_with(self, place: Place) -> bool:
        """Return True if both places lie in at least one common county."""
        return not set(place.county_ids).isdisjoint(self.county_ids)

    @property
    def county_ids(self) -> tuple[int, ...]:
        """Primary keys of all counties that it lies in."""
        county = self.own_county
        return self.area_county_ids or ((county.pk,) if county else ())

    @property
    def state_codes(self) -> tuple[str, ...]:
        """Codes of all states that it lies in, the main one first."""
        return self.area_states or (self.state,)

    @property
    def state_name(self) -> str:
        """The name of its state, or of several, like "North Dakota, South Dakota"."""
        return ", ".join(get_state_name(code) for code in self.state_codes)

    @property
    def label(self) -> str:
        """A label like "Miles City, Montana 59301" or "McCone County, Montana"."""
        if self.is_state:
            return self.state_name
        is_named = self.is_area and self.area_kind != Area.Kind.ALIAS
        if is_named and get_state_name(self.state) in self.name:
            return self.name
        name = f"{self.name}, {self.state_name}"
        if self.kind == self.Kind.ZIP:
            return f"{name} {self.code}"
        if self.kind == self.Kind.POINT:
            return _("your spot near %(town)s") % {"town": name}
        return name

    @property
    def label_with_county(self) -> str:
        """A label that distinguishes namesakes: "Springfield, Hampden County, …"."""
        if self.kind != self.Kind.CITY or self.county is None:
            return self.label
        return f"{self.name}, {self.county.name}, {self.state_name}"

    def moved_to(self, point: Point) -> Place:
        """Return a copy of kind POINT that is located at the point; never save it."""
        viewpoint = copy.copy(self)
        viewpoint.pk = None
        viewpoint.kind = self.Kind.POINT
        viewpoint.latitude, viewpoint.longitude = point.latitude, point.longitude
        return viewpoint


class PlaceAlias(models.Model):
    """Another comparable name of a place, by name_keys.place_key()."""

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="aliases")
    key = models.CharField(max_length=100, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place", "key"], name="place_alias_unique"),
        ]

    def __str__(self) -> str:
        return self.key


class Area(models.Model):
    """A tribal land, region, base or nickname, which plain gazetteers lack.

    Rows come from fixtures/areas.csv. `counties` are all those that it lies in, wholly
    or partly, and `main_place` is its location where one point is needed. A nickname of
    a whole state has no counties, and overseas military mail has no states.
    """

    class Kind(models.TextChoices):
        TRIBAL = "tribal", gettext_lazy("Tribal land")
        REGION = "region", gettext_lazy("Region")
        BASE = "base", gettext_lazy("Military base")
        MILITARY_MAIL = "military_mail", gettext_lazy("Military mail")
        ALIAS = "alias", gettext_lazy("Other name")

    key = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=13, choices=Kind)
    name = models.CharField(max_length=100)
    alt_names = models.TextField(blank=True)
    states = models.CharField(max_length=60, blank=True)
    counties = models.ManyToManyField(Place, related_name="+", blank=True)
    main_place = models.ForeignKey(
        Place, on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )

    class Meta:
        verbose_name = gettext_lazy("area")
        verbose_name_plural = gettext_lazy("areas")
        ordering = ["kind", "name"]

    def __str__(self) -> str:
        return self.name

    @property
    def bare_name(self) -> str:
        """The name without the state at its end."""
        name, comma, state = self.name.rpartition(", ")
        first = STATES.get(self.states[:2])
        is_state = comma and first and state.startswith(first.name)
        return name if is_state else self.name

    def as_place(self) -> Place | None:
        """Return a place to search from, or None if the area has no location.

        A nickname of a city, county or state returns that city, county or state.
        """
        counties = tuple(sorted(county.pk for county in self.counties.all()))
        main = self.main_place
        if main is None:
            return self.counties.first() if counties else self._whole_state()
        if self.kind == self.Kind.ALIAS and len(counties) < 2:
            return main
        viewpoint = copy.copy(main)
        viewpoint.pk = None
        viewpoint.kind = Place.Kind.AREA
        viewpoint.area_county_ids, viewpoint.area_states = (
            counties,
            tuple(self.states.split(";")),
        )
        if self.kind != self.Kind.ALIAS:
            viewpoint.name, viewpoint.state = self.name, viewpoint.area_states[0]
        viewpoint.area_kind, viewpoint.query_text = self.kind, self._query_text()
        return viewpoint

    def _whole_state(self) -> Place | None:
        return Place.objects.states().filter(code=self.states).first()

    def _query_text(self) -> str:
        """Return text that look_up() resolves to this area and not to a namesake."""
        words, state = self.bare_name, self.states[:2]
        says_kind = words.lower().endswith((" area", " region")) or "Base" in words
        has_kind = self.kind in (self.Kind.REGION, self.Kind.BASE)
        return (
            f"{words}, {state}"
            if says_kind or not has_kind
            else (f"{words} {self.kind}, {state}")
        )


class AreaName(models.Model):
    """A comparable name of an area, by name_keys.place_key()."""

    area = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="names")
    key = models.CharField(max_length=100, db_index=True)
    # False for an offensive old name: people can search by it, and we never show it.
    is_suggested = models.BooleanField(default=True, db_default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["area", "key"], name="area_name_unique"),
        ]

    def __str__(self) -> str:
        return self.key
