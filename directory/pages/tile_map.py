"""A tile map: a square for each state and territory, about where it lies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from places.states import STATES, State

# Each pair of letters is a tile; "--" is water or another country.
TILE_ROWS = """
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
TILE_SIZE = 10


@dataclass(frozen=True)
class Tile:
    """The tile of a state; (x, y) is its upper left corner, in drawing units."""

    state: State
    x: int
    y: int
    organizations: int

    @property
    def middle(self) -> int:
        return self.x + TILE_SIZE // 2


def build_tiles(organizations: Mapping[str, int]) -> list[Tile]:
    """Return the tiles row by row, which is the order of keyboard focus."""
    return [
        Tile(STATES[code], x * TILE_SIZE, y * TILE_SIZE, organizations.get(code, 0))
        for y, row in enumerate(TILE_ROWS.split("\n")[1:-1])
        for x, code in enumerate(row.split())
        if code in STATES
    ]
