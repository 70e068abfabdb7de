"""A small map: each state and territory a tile, about where it lies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from places.states import STATES, State

# One letter pair is one tile; "--" is sea, or a neighbour.
ROWS = """
AK -- -- -- -- -- -- -- -- -- ME
-- -- -- -- -- -- -- -- -- VT NH
WA ID MT ND MN IL WI MI NY RI MA
OR NV WY SD IA IN OH PA NJ CT --
CA UT CO NE MO KY WV VA MD DE --
-- AZ NM KS AR TN NC SC DC -- --
-- -- -- OK LA MS AL GA -- -- --
HI -- -- TX -- -- -- -- FL -- --
GU MP AS -- -- -- -- -- -- PR VI
"""
SIZE = 10


@dataclass(frozen=True)
class Tile:
    """A state at the upper left corner (x, y) of its square, in drawing units."""

    state: State
    x: int
    y: int
    organizations: int

    @property
    def middle(self) -> int:
        return self.x + SIZE // 2


def tiles(organizations: Mapping[str, int]) -> list[Tile]:
    """Row by row, as a keyboard walks them."""
    return [
        Tile(STATES[code], x * SIZE, y * SIZE, organizations.get(code, 0))
        for y, row in enumerate(ROWS.split("\n")[1:-1])
        for x, code in enumerate(row.split())
        if code in STATES
    ]
