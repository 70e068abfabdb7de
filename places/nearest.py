"""Models that have a location, and the distance query over them."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol, Self, TypeVar

from django.db import models
from django.db.models import F, FloatField, Func, Q
from django.utils.translation import gettext_lazy as _

from places.geo import Point, boxes_around, chord_of_miles, point_on_earth

LocatedT = TypeVar("LocatedT", bound=models.Model)


class Ranked(Protocol):
    """A search hit, or a card that was rendered for one."""

    @property
    def pk(self) -> int: ...

    @property
    def distance_miles(self) -> float | None: ...


class SearchHit(NamedTuple):
    """The primary key of a row that a search found, and facts of this search."""

    pk: int
    distance_miles: float | None = None
    # How surely it serves the requested place: SERVES_COUNTY … of listings.querysets.
    coverage: int | None = None
    # The revision of the row; None if the search does not know it.
    revision: int | None = None
    # True if only open rows are requested and its hours are not known.
    may_be_open: bool = False


def in_boxes_around(point: Point, miles: float) -> Q:
    """Return the condition of lying in boxes that hold everything within `miles`."""
    # Starting with Q(pk=None) would prevent SQLite from using its index.
    inside = Q()
    for box in boxes_around(point, miles):
        inside |= Q(
            latitude__gte=box.south,
            latitude__lte=box.north,
            longitude__gte=box.west,
            longitude__lte=box.east,
        )
    return inside


class SquaredChord(Func):
    """The squared straight-line distance from a point, in square miles."""

    template = (
        "((%(x)s - %%s) * (%(x)s - %%s) + (%(y)s - %%s) * (%(y)s - %%s)"
        " + (%(z)s - %%s) * (%(z)s - %%s))"
    )
    output_field = FloatField()

    def __init__(self, x: float, y: float, z: float) -> None:
        super().__init__(F("x"), F("y"), F("z"))
        self.numbers = (x, y, z)

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **options: Any) -> Any:
        columns = [compiler.compile(column)[0] for column in self.source_expressions]
        named = dict(zip("xyz", columns, strict=True))
        numbers = [number for number in self.numbers for _twice in range(2)]
        return self.template % named, numbers


class LocatedQuerySet(models.QuerySet[LocatedT]):
    """A queryset of a LocatedModel."""

    def within(self, point: Point, *, miles: float) -> Self:
        """Rows within `miles`: first by the indexed boxes, then by exact distance."""
        near = self.filter(in_boxes_around(point, miles))
        measured = near.annotate(squared_chord=SquaredChord(*point.xyz))
        return measured.filter(squared_chord__lte=chord_of_miles(miles) ** 2)


# The fields that set_point() writes, and the county.
POINT_FIELDS = frozenset(
    {"latitude", "longitude", "x", "y", "z", "precision", "county"}
)


class LocatedModel(models.Model):
    """Abstract model with coordinates, their precision, and x, y, z in miles."""

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
                    # A constraint whose result is NULL would pass.
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
        # SQLite ignores INCLUDE, so x, y and z are key columns.
        indexes = [
            models.Index(
                fields=["latitude", "longitude", "x", "y", "z"],
                name="%(class)s_point",
            ),
        ]

    @property
    def point(self) -> Point | None:
        """None if it is not known, or if the stored coordinates are invalid."""
        return point_on_earth(self.latitude, self.longitude)

    def set_point(self, point: Point, precision: str) -> None:
        self.latitude, self.longitude = point.latitude, point.longitude
        self.x, self.y, self.z = point.xyz
        self.precision = precision

    def clear_point(self) -> None:
        self.latitude = self.longitude = self.x = self.y = self.z = None
        self.precision = ""
