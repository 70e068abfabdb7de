"""The tile map of the states."""

from __future__ import annotations

from collections import Counter

from directory.pages.tile_map import build_tiles
from places.states import STATES


def test_every_state_has_a_tile_of_its_own():
    made = build_tiles({"MT": 14})

    assert Counter(tile.state.code for tile in made) == Counter(list(STATES))
    assert len({(tile.x, tile.y) for tile in made}) == len(STATES)
    assert [tile.organizations for tile in made if tile.state.code == "MT"] == [14]
