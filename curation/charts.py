"""Charts for the admin: bars of shares, and a point in its state."""

from __future__ import annotations

from dataclasses import dataclass

from listings.freshness import FreshnessRow
from places.boundaries import Projection, load_boundaries
from places.geo import Point

# Lengths are in units of the drawing.
BAR_WIDTH = 200
ROW_HEIGHT = 18
TEXT_BASELINE = 12


@dataclass(frozen=True)
class Bar:
    """A row of a chart, with a width for each span of days."""

    row: FreshnessRow
    y: int
    widths: list[int]

    @property
    def text_y(self) -> int:
        return self.y + TEXT_BASELINE


@dataclass(frozen=True)
class Chart:
    slug: str
    title: str
    bars: list[Bar]

    @property
    def height(self) -> int:
        return len(self.bars) * ROW_HEIGHT


def build_chart(slug: str, title: str, rows: list[FreshnessRow]) -> Chart:
    bars = [
        Bar(
            row,
            number * ROW_HEIGHT,
            [share * BAR_WIDTH // 100 for share in reversed(row.shares)],
        )
        for number, row in enumerate(rows)
    ]
    return Chart(slug, title, bars)


@dataclass(frozen=True)
class StateMap:
    """The outline of a state and a point in it, in drawing units."""

    width: int
    height: int
    path: str
    marker: tuple[float, float]


def build_state_map(state: str, point: Point) -> StateMap | None:
    """Draw a point in its state, or return None without an outline of the state."""
    boundaries = load_boundaries()
    if state not in boundaries.states:
        return None
    projection = Projection(boundaries.box_of_state(state))
    path = boundaries.state(state, projection)
    marker = projection.project(point)
    return StateMap(projection.width, projection.height, path, marker)
