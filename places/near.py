"""Things that stand somewhere, and the one distance query."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any, Generic, Self, TypeVar

from django.db import models
from django.db.models import F, FloatField, Q, Value
from django.utils.translation import gettext_lazy as _

from places.geo import Point, boxes_around, chord_of_miles, miles_of_chord

LocatedT = TypeVar("LocatedT", bound=models.Model)

# Without a radius the search grows a circle until the page is full. The steps are
# in miles: most pages of a national directory fill at the first or the second.
GROWING_MILES = (60, 240, 960)
# So few are sorted sooner than another circle is counted.
FEW_ROWS = 2_000


@dataclass(frozen=True)
class NearPage(Generic[LocatedT]):
    """A page of rows, nearest first, and how many there are in all."""

    rows: list[LocatedT]
    total: int


def in_boxes(point: Point, miles: float) -> Q:
    """The condition of standing in the boxes that hold everything within `miles`."""
    inside = Q(pk=None)
    for box in boxes_around(point, miles):
        inside |= Q(
            latitude__gte=box.south,
            latitude__lte=box.north,
            longitude__gte=box.west,
            longitude__lte=box.east,
        )
    return inside


class LocatedQuerySet(models.QuerySet[LocatedT]):
    """For models with Located's columns and a `slug`."""

    def with_point(self) -> Self:
        return self.filter(latitude__isnull=False)

    def within(self, point: Point, *, miles: float) -> Self:
        """No farther than this: a box on the index, then the exact chord."""
        limit = chord_of_miles(miles) ** 2
        near = self.filter(in_boxes(point, miles)).measured_from(point)
        return near.filter(chord2__lte=limit)

    def measured_from(self, point: Point) -> Self:
        """Annotate `chord2`, the squared chord in square miles; null if nowhere."""
        x, y, z = (Value(value, FloatField()) for value in point.xyz)
        dx, dy, dz = F("x") - x, F("y") - y, F("z") - z
        return self.annotate(chord2=dx * dx + dy * dy + dz * dz)

    def nearest_page(
        self, point: Point, *, miles: float | None, limit: int, offset: int = 0
    ) -> NearPage[LocatedT]:
        """Rows by distance, ties by slug; each gets its `distance_miles`."""
        if miles is not None:
            inside = self.within(point, miles=miles)
            total = inside.count()
        else:
            inside, total = self._enough(point, offset + limit)
        ordered = inside.measured_from(point).order_by("chord2", "slug")
        rows: list[Any] = list(ordered[offset : offset + limit])
        for row in rows:
            row.distance_miles = miles_of_chord(sqrt(row.chord2))
        return NearPage(rows, total)

    def _enough(self, point: Point, wanted: int) -> tuple[Self, int]:
        """The smallest circle that holds `wanted` rows, or all; and the total."""
        everywhere = self.with_point()
        total = everywhere.count()
        if total <= FEW_ROWS:
            return everywhere, total
        for miles in GROWING_MILES:
            circle = self.within(point, miles=miles)
            if circle[: wanted + 1].count() >= wanted:
                return circle, total
        return everywhere, total


class Located(models.Model):
    """Abstract: coordinates, how exact they are, and x, y, z for distances."""

    class Precision(models.TextChoices):
        ADDRESS = "address", _("The street address")
        ZIP = "zip", _("The ZIP code's area")
        CITY = "city", _("The town")
        COUNTY = "county", _("The county")

    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    x = models.FloatField(null=True, editable=False)
    y = models.FloatField(null=True, editable=False)
    z = models.FloatField(null=True, editable=False)
    precision = models.CharField(
        _("precision"), max_length=10, choices=Precision, blank=True
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    latitude=None, longitude=None, x=None, y=None, z=None, precision=""
                )
                | Q(
                    # A check that comes out as NULL would pass: ask for both.
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                    x__isnull=False,
                    y__isnull=False,
                    z__isnull=False,
                )
                & ~Q(precision=""),
                name="%(app_label)s_%(class)s_point_whole_or_absent",
            ),
        ]
        # Key columns, not INCLUDE: SQLite drops included columns.
        indexes = [
            models.Index(
                fields=["latitude", "longitude", "x", "y", "z"],
                name="%(class)s_point",
            ),
        ]

    @property
    def point(self) -> Point | None:
        if self.latitude is None or self.longitude is None:
            return None
        return Point(self.latitude, self.longitude)

    def locate(self, point: Point, precision: str) -> None:
        self.latitude, self.longitude = point.latitude, point.longitude
        self.x, self.y, self.z = point.xyz
        self.precision = precision

    def unlocate(self) -> None:
        self.latitude = self.longitude = self.x = self.y = self.z = None
        self.precision = ""
