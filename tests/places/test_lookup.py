"""Lookup of typed text in the real gazetteer."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from places.autocomplete import MAX_TEXT_LENGTH, autocomplete_places
from places.geo import Point
from places.lookup import LookupResult, Problem, canonical_query, look_up, nearest_zip
from places.models import Place
from places.name_search import MAX_CANDIDATES

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("59301", "Miles City, Montana 59301"),
        ("59301-1234", "Miles City, Montana 59301"),
        (" 59301 ", "Miles City, Montana 59301"),
        ("Circle, MT", "Circle, McCone County, Montana"),
        ("circle mt", "Circle, McCone County, Montana"),
        ("Circle Montana", "Circle, McCone County, Montana"),
        ("Saint Louis Park", "St. Louis Park, Hennepin County, Minnesota"),
        ("St. Louis city, MO", "St. Louis city, Missouri"),
        ("St. Louis County, MO", "St. Louis County, Missouri"),
        ("Ft Worth", "Fort Worth, Tarrant County, Texas"),
        ("Barrow AK", "Utqiaġvik, North Slope Borough, Alaska"),
        ("O'Fallon IL", "O'Fallon, St. Clair County, Illinois"),
        ("O’Fallon, Illinois", "O'Fallon, St. Clair County, Illinois"),
        ("Cañon City", "Cañon City, Fremont County, Colorado"),
        ("Canon City", "Cañon City, Fremont County, Colorado"),
        ("McCone County, MT", "McCone County, Montana"),
        ("Orleans Parish", "Orleans Parish, Louisiana"),
        ("Fargo North Dakota", "Fargo, Cass County, North Dakota"),
        ("Greene County, Missouri", "Greene County, Missouri"),
        (
            "Washington District of Columbia",
            "Washington, District of Columbia, District of Columbia",
        ),
        ("Montana", "Montana"),
        ("MT", "Montana"),
        ("D.C.", "District of Columbia"),
        ("Washington DC", "District of Columbia"),
        ("Puerto Rico", "Puerto Rico"),
        ("Toronto, OH", "Toronto, Jefferson County, Ohio"),
        ("Mexico, MO", "Mexico, Audrain County, Missouri"),
        ("town of Islip NY", "Islip, Suffolk County, New York"),
        ("96799", "Pago Pago, American Samoa 96799"),
        ("00820", "Christiansted, U.S. Virgin Islands 00820"),
        ("46.4,-105.8", "your spot near Miles City, Montana"),
    ],
)
def test_lookup_finds_what_people_type(text, label):
    answer = look_up(text)

    assert answer.place is not None
    assert answer.place.label_with_county == label


def test_ambiguous_name_offers_the_largest_places_first():
    answer = look_up("Springfield")

    assert (answer.place, answer.problem) == (None, Problem.AMBIGUOUS)
    assert [canonical_query(place) for place in answer.candidates[:3]] == [
        "Springfield, Greene County, MO",
        "Springfield, Hampden County, MA",
        "Springfield, Sangamon County, IL",
    ]


def test_dominant_city_is_chosen_and_its_namesakes_are_offered():
    answer = look_up("Portland")

    assert answer.place is not None
    assert canonical_query(answer.place) == "Portland, Multnomah County, OR"
    assert canonical_query(answer.candidates[0]) == "Portland, Cumberland County, ME"


def test_state_name_offers_a_large_city_of_that_name():
    answer = look_up("New York")

    assert answer.place is not None
    assert answer.place.is_state
    assert [canonical_query(place) for place in answer.candidates] == [
        "New York, New York County, NY"
    ]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Billngs MT", ["Billings, Yellowstone County, MT"]),
        ("5930l", ["59301"]),
        ("593O1", ["59301"]),
        ("5930O", ["59301", "59311", "59312"]),
        ("59300", ["59301", "59311", "59312"]),
        ("Miles Cty MT", ["Miles City, Custer County, MT"]),
        ("Montanna", ["MT", "Fontana, San Bernardino County, CA"]),
        (
            "Sprngfield",
            [
                "Springfield, Greene County, MO",
                "Springfield, Hampden County, MA",
                "Springfield, Sangamon County, IL",
                "Springfield, Oakland County, MI",
                "Springfield, Bay County, FL",
                "Springfield, Calhoun County, MI",
            ],
        ),
        ("zzzz", []),
        ("Xy", []),
    ],
)
def test_misspelled_name_suggests_the_most_likely_places_first(text, meant):
    answer = look_up(text)

    assert (answer.place, answer.problem) == (None, Problem.UNKNOWN)
    assert [canonical_query(place) for place in answer.candidates] == meant


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "mont",
            [
                "MT",
                "Montgomery, Montgomery County, AL",
            ],
        ),
        ("Miles Ci", ["Miles City, Custer County, MT"]),
        ("Ely", ["Ely Reservation, NV", "Ely, White Pine County, NV"]),
        ("sp", []),
        ("59301", []),
        ("Miles City" + "x" * MAX_TEXT_LENGTH, []),
    ],
)
def test_first_letters_suggest_the_best_known_places(
    text, names, django_assert_max_num_queries
):
    # One query for places and two for areas with counties; none for short text.
    with django_assert_max_num_queries(3 if len(text) > 2 else 0):
        found = [canonical_query(place) for place in autocomplete_places(text)]

    assert found[: len(names)] == names
    assert bool(found) == bool(names)


@pytest.mark.parametrize("text", ["Delaware", "Oregon", "OK", "ME"])
def test_state_name_offers_no_small_cities(text):
    answer = look_up(text)

    assert answer.place is not None
    assert (answer.place.is_state, answer.candidates) == (True, ())


def test_smaller_city_can_be_dominant_within_a_state():
    answer = look_up("El Cerrito, CA")

    assert answer.place is not None
    assert canonical_query(answer.place) == "El Cerrito, Contra Costa County, CA"
    assert [canonical_query(p) for p in answer.candidates] == [
        "El Cerrito, Riverside County, CA"
    ]


def test_ambiguous_county_name_offers_each_county_once():
    answer = look_up("Jackson County")

    assert (answer.place, answer.problem) == (None, Problem.AMBIGUOUS)
    assert len(answer.candidates) == MAX_CANDIDATES
    assert canonical_query(answer.candidates[0]) == "Jackson County, MO"


def test_foreign_name_offers_us_cities_of_that_name():
    answer = look_up("London")

    assert answer.problem is Problem.FOREIGN
    assert canonical_query(answer.candidates[0]) == "London, Madison County, OH"


def test_point_at_sea_is_in_no_zip_code():
    # The box of 60 miles contains 42 ZIP codes, and the circle contains none.
    assert nearest_zip(Point(39.6, -72.98)) is None


@pytest.mark.parametrize(
    "text",
    ["K1A 0B1", "SW1A 1AA", "London", "London UK", "Toronto", "Mexico", "51.5,-0.1"],
)
def test_foreign_place_is_recognized(text):
    assert look_up(text).problem is Problem.FOREIGN


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", Problem.EMPTY),
        ("  ", Problem.EMPTY),
        ("\0", Problem.EMPTY),
        ("🙂", Problem.UNKNOWN),
        ("!!!", Problem.UNKNOWN),
        ("zzzz", Problem.UNKNOWN),
        ("town of !", Problem.UNKNOWN),
        ("00000", Problem.UNKNOWN),
        ("999,999", Problem.UNKNOWN),
        ("91,-105", Problem.UNKNOWN),
        ("46,181", Problem.UNKNOWN),
        ("90,0", Problem.FOREIGN),
        ("0,180", Problem.FOREIGN),
        ("a" * MAX_TEXT_LENGTH, Problem.UNKNOWN),
        ("a" * (MAX_TEXT_LENGTH + 1), Problem.TOO_LONG),
    ],
)
def test_text_without_a_place_has_a_problem(text, problem):
    assert look_up(text).problem is problem


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
@example("\u202eMT")
@example("MT,")
@example(",,,")
@example("nan,inf")
@example("9" * 100)
def test_lookup_never_raises(text):
    answer = look_up(text)

    assert isinstance(answer, LookupResult)
    assert (answer.place is None) == (answer.problem is not None)


@pytest.mark.parametrize("kind", ["state", "county", "city", "zip"])
def test_canonical_query_finds_its_place(kind):
    places = Place.objects.filter(kind=kind).select_related("county").order_by("pk")
    step = max(1, places.count() // 60)

    for place in places[::step]:
        answer = look_up(canonical_query(place))
        found = answer.place or answer.candidates[0]
        same_city = (found.key, found.county_id) == (place.key, place.county_id)
        assert found == place or same_city or place.key in keys(found), canonical_query(
            place
        )


def keys(place):
    """Return the comparable aliases of a place."""
    return [other.key for other in place.aliases.all()]


def test_lookup_finds_every_zip_code():
    codes = list(Place.objects.zips().values_list("code", flat=True))

    sample = codes[::40]

    assert len(codes) == 41_204
    assert all(look_up(code).place.code == code for code in sample)


@pytest.mark.parametrize(
    ("words", "name", "state"),
    [
        ("Fairfax, VA", "Fairfax", "Virginia"),
        ("Franklin VA", "Franklin", "Virginia"),
        ("Roanoke, Virginia", "Roanoke", "Virginia"),
        ("Baltimore", "Baltimore", "Maryland"),
        ("Baltimore, MD", "Baltimore", "Maryland"),
        ("Saint Louis", "St. Louis", "Missouri"),
        ("St. Louis MO", "St. Louis", "Missouri"),
    ],
)
def test_name_of_a_county_and_an_independent_city_is_ambiguous(words, name, state):
    answer = look_up(words)

    found = {place.label_with_county: place for place in answer.candidates}
    assert (answer.place, answer.problem) == (None, Problem.AMBIGUOUS)
    for label in (f"{name} County, {state}", f"{name}, {name} city, {state}"):
        assert look_up(canonical_query(found[label])).place == found[label]


def test_city_much_larger_than_its_county_is_chosen_and_both_are_offered():
    answer = look_up("Richmond, VA")

    assert answer.place.label_with_county == "Richmond, Richmond city, Virginia"
    assert [place.label for place in answer.candidates] == ["Richmond County, Virginia"]


def test_zip_code_is_found_without_a_query(
    django_assert_num_queries,
):
    rows = list(Place.objects.zips().select_related("county").order_by("code")[::97])
    look_up("59301")

    with django_assert_num_queries(0):
        found = [look_up(row.code).place for row in rows]

    for row, place in zip(rows, found, strict=True):
        assert row == place
        assert facts_of(place) == facts_of(row)
        assert facts_of(place.county) == facts_of(row.county)


def facts_of(place):
    names = [field.attname for field in Place._meta.concrete_fields]
    return {name: getattr(place, name) for name in names}


@pytest.mark.parametrize(
    ("text", "queries"),
    [("Mils Cty, MT", 1), ("Albuqerque NM", 1), ("Qqqq Zzzz", 1), ("59399", 0)],
)
def test_misspelled_name_queries_only_its_corrections(
    text, queries, django_assert_max_num_queries
):
    look_up("59301")
    with django_assert_max_num_queries(queries):
        assert look_up(text).problem is Problem.UNKNOWN


def test_changed_place_does_not_affect_the_next_lookup():
    first = look_up("59301").place
    first.name = "Changed"
    first.other_meanings = (first,)

    second = look_up("59301").place

    assert (second.name, second.other_meanings) == ("Miles City", ())
