"""Things that stand somewhere, and the one distance query."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, NamedTuple, Self, TypeVar

from django.db import models
from django.db.models import Count, F, FloatField, Func, Q, Window
from django.utils.translation import gettext_lazy as _

from places import prepared
from places.geo import (
    Box,
    Point,
    boxes_around,
    chord_of_miles,
    miles_of_chord,
    point_on_earth,
)

LocatedT = TypeVar("LocatedT", bound=models.Model)

# Without a radius the search grows a circle until the page is full. So many rows
# are sorted at once sooner than in circles.
FEW_ROWS = 2_000
# The first circle, in miles, where there are FEW_ROWS; it shrinks as rows come closer
# together, and grows fourfold until it holds a page.
FIRST_MILES = 60
LAST_MILES = 1_000


class Hit(NamedTuple):
    """A row that a search found; the rest of it is read where it is needed."""

    pk: int
    distance_miles: float | None = None
    # How surely it serves the place asked for.
    coverage: int | None = None
    # Of which revision the row was; None where a search does not know.
    revision: int | None = None
    # "Open now" was asked, and its hours are not known.
    may_be_open: bool = False


@dataclass(frozen=True)
class NearPage:
    """A page of hits, nearest first, and how many there are in all."""

    hits: list[Hit]
    total: int


def _hit(pk: int, chord2: float | None) -> Hit:
    return Hit(pk, None if chord2 is None else miles_of_chord(sqrt(chord2)))


def in_boxes(point: Point, miles: float) -> Q:
    """The condition of standing in the boxes that hold everything within `miles`."""
    return _in_boxes(_sides(boxes_around(point, miles)))


def _sides(boxes: Iterable[Box]) -> list[float]:
    return [n for box in boxes for n in (box.south, box.north, box.west, box.east)]


def _in_boxes(sides: Sequence[float]) -> Q:
    # Not from Q(pk=None): "or no number" would keep SQLite from its index.
    inside = Q()
    for n in range(0, len(sides), 4):
        inside |= Q(
            latitude__gte=sides[n],
            latitude__lte=sides[n + 1],
            longitude__gte=sides[n + 2],
            longitude__lte=sides[n + 3],
        )
    return inside


class Chord2(Func):
    """The squared chord from a point, in one expression: cheap to build and to read."""

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
    """For models with Located's columns and a `slug`."""

    def with_point(self) -> Self:
        return self.filter(latitude__isnull=False)

    def within(self, point: Point, *, miles: float) -> Self:
        """No farther than this: a box on the index, then the exact chord."""
        return self._inside(*_circle(point, miles))

    def measured_from(self, point: Point) -> Self:
        """Annotate `chord2`, the squared chord in square miles; null if nowhere."""
        return self._measured(*point.xyz)

    def nearest_page(
        self,
        point: Point,
        *,
        miles: float | None,
        limit: int,
        offset: int = 0,
        first: Any = None,
        total: int | None = None,
        shape: Hashable = None,
    ) -> NearPage:
        """By distance, ties by slug; by `first` before, if it is given.

        Without a radius the total may be known before. A queryset with a `shape`, the
        same for no other queryset, has its SQL worked out once.
        """
        if first is not None or miles is not None:
            far = self.with_point().measured_from(point)
            found = far if miles is None else self.within(point, miles=miles)
            order = [first, "chord2"] if first is not None else ["chord2"]
            return found.order_by(*order, "slug")._counted(offset, limit)
        everywhere = self.with_point()
        if total is None:
            total = everywhere.count()
        page = slice(offset, offset + limit)
        for circle in _growing(point, total):
            hits = everywhere._by_distance(circle, page, shape)
            if len(hits) == limit:
                return NearPage(hits, total)
        return NearPage(everywhere._by_distance(point.xyz, page, shape), total)

    def _inside(self, *circle: float) -> Self:
        *sides, x, y, z, most = circle
        return self.filter(_in_boxes(sides))._measured(x, y, z).filter(chord2__lte=most)

    def _measured(self, x: float, y: float, z: float) -> Self:
        return self.annotate(chord2=Chord2(x, y, z))

    def _counted(self, offset: int, limit: int) -> NearPage:
        """A page and the total, in one query."""
        rows = self.annotate(in_all=Window(Count("*")))
        counted = rows.values_list("pk", "chord2", "in_all")
        found = list(counted[offset : offset + limit])
        total = found[0][2] if found else self.count() if offset else 0
        return NearPage([_hit(pk, chord2) for pk, chord2, _total in found], total)

    def _by_distance(
        self, numbers: Sequence[float], page: slice, shape: Hashable
    ) -> list[Hit]:
        """Of what is inside a circle; of all, where only a point is given."""

        def build(*numbers: float) -> models.QuerySet[Any, Any]:
            measure = self._measured if len(numbers) == 3 else self._inside
            found = measure(*numbers).order_by("chord2", "slug")
            return found.values_list("pk", "chord2")[page]

        if shape is None:
            found = list(build(*numbers))
        else:
            key = (self.model, shape, len(numbers), page.start, page.stop)
            found = prepared.rows(key, build, *numbers)
        return [_hit(pk, chord2) for pk, chord2 in found]


def _circle(point: Point, miles: float) -> tuple[float, ...]:
    """The sides of its boxes, its middle as x, y, z, and its squared chord."""
    sides = _sides(boxes_around(point, miles))
    return (*sides, *point.xyz, chord_of_miles(miles) ** 2)


def _growing(point: Point, total: int) -> Iterator[tuple[float, ...]]:
    """Circles around a point, each sixteen times as large as the one before."""
    if total <= FEW_ROWS:
        return
    miles = FIRST_MILES * sqrt(FEW_ROWS / total)
    while miles < LAST_MILES:
        yield _circle(point, miles)
        miles *= 4


# What locate() writes, and the county beside it.
POINT_COLUMNS = frozenset(
    {"latitude", "longitude", "x", "y", "z", "precision", "county"}
)


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
        """None where it is not known, or not on the earth."""
        return point_on_earth(self.latitude, self.longitude)

    def locate(self, point: Point, precision: str) -> None:
        self.latitude, self.longitude = point.latitude, point.longitude
        self.x, self.y, self.z = point.xyz
        self.precision = precision

    def unlocate(self) -> None:
        self.latitude = self.longitude = self.x = self.y = self.z = None
        self.precision = ""
