"""Loading of the gazetteer."""

from __future__ import annotations

from collections import Counter
from io import StringIO

import pytest
from django.core.management import call_command

from caching import content_version
from places.models import Area, AreaName, Place, PlaceAlias
from places.states import STATES

pytestmark = pytest.mark.django_db


def test_every_row_and_every_state_is_loaded():
    kinds = Counter(Place.objects.values_list("kind", flat=True))

    assert kinds == {"zip": 41_204, "city": 47_090, "county": 3_243, "state": 56}


def test_loading_again_mends_a_row_drops_a_name_of_ours_and_changes_nothing_else():
    tables = (Place, PlaceAlias, Area, AreaName, Area.counties.through)
    before = [set(table.objects.values_list()) for table in tables]
    city = Place.objects.get(kind="zip", code="59301")
    Place.objects.filter(pk=city.pk).update(name="Wrong")
    PlaceAlias.objects.create(place=city, key="wrong")

    assert content_version.current_or_none() is not None
    call_command("load_places", quiet=True, stdout=StringIO())

    assert content_version.current_or_none() is None
    city.refresh_from_db()
    assert city.name == "Miles City"
    assert not PlaceAlias.objects.filter(key="wrong").exists()
    assert [set(table.objects.values_list()) for table in tables] == before


def test_if_empty_does_not_change_a_full_gazetteer():
    out = StringIO()

    call_command("load_places", if_empty=True, stdout=out)

    assert content_version.current_or_none() is not None
    assert out.getvalue() == ""


def test_every_city_and_zip_code_has_a_county():
    inside = Place.objects.exclude(kind__in=["state", "county"])

    assert not inside.filter(county=None).exists()
    assert not Place.objects.counties().exclude(county=None).exists()


def test_states_have_the_zone_and_center_of_their_population():
    montana = Place.objects.states().get(code="MT")
    alaska = Place.objects.states().get(code="AK")

    assert montana.timezone == "America/Denver"
    assert (round(montana.latitude), round(montana.longitude)) == (47, -111)
    assert -160 < alaska.longitude < -140
    assert {p.timezone for p in Place.objects.states()} <= {
        zone for state in STATES.values() for zone in state.zones
    }
