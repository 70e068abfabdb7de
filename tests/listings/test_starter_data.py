"""Every row of the starter files is imported as its file says."""

from __future__ import annotations

import csv
import gzip
import unicodedata
from collections import defaultdict
from pathlib import Path

import pytest

from listings.exchange.csv_export import csv_lines
from listings.exchange.workflow import import_file, import_text
from meetings.models import Meeting
from orgs.models import Organization
from tests.conftest import ROOT, STARTER_FILES
from tests.factories import county
from warmlines.models import Warmline

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]


def public_file(model):
    rows = model.objects.public().for_export()
    return "".join(csv_lines(model, rows, withheld=False))


def empty(model):
    """Delete all rows without Django's collection of related objects."""
    with_meetings = [Meeting.terms.through, Meeting.service_area.through, Meeting]
    for emptied in (
        *with_meetings,
        model.terms.through,
        model.service_area.through,
        model,
    ):
        emptied._default_manager.all()._raw_delete("default")


def rows_of(kind):
    with (ROOT / "fixtures" / f"{kind}.csv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def keys(kind):
    return {row["key"] for row in rows_of(kind)}


@pytest.mark.parametrize(("kind", "rows"), STARTER_FILES)
def test_every_row_is_in_the_database(kind, rows):
    models = {"warmlines": Warmline, "meetings": Meeting}
    model = models.get(kind, Organization)

    found = set(model.objects.values_list("key", flat=True))

    assert len(keys(kind)) == rows
    assert keys(kind) <= found


@pytest.mark.parametrize(("kind", "rows"), STARTER_FILES)
def test_a_second_import_changes_nothing(kind, rows):
    report = import_file(kind, Path(ROOT / "fixtures" / f"{kind}.csv"))

    assert (report.added, report.changed, report.unchanged) == (0, 0, rows)
    assert (report.refused, report.warnings) == ([], [])


def test_rows_without_any_contact_are_drafts_and_no_others():
    drafts = Organization.objects.filter(status="draft")

    assert drafts.count() == 158
    assert not any(listing.has_contact for listing in drafts)
    assert not Warmline.objects.exclude(status="published").exists()


def test_nothing_says_that_it_was_checked():
    for model in (Organization, Warmline):
        assert not model.objects.exclude(checked_on=None).exists()


def test_every_listing_names_its_source():
    for model in (Organization, Warmline):
        assert not model.objects.filter(source_name="").exists()
        assert not model.objects.filter(source_url="").exists()


def test_every_row_of_the_compilation_has_its_license():
    licensed = Organization.objects.filter(source_license__contains="CC BY-NC 4.0")

    assert licensed.filter(kind="cil").count() == 655
    assert licensed.count() == 794
    assert Warmline.objects.exclude(source_license="").count() == 84


def test_counties_served_are_the_counties_of_the_file():
    glendive = Organization.objects.get(
        name="Living Independently for Today and Tomorrow (LIFTT) - Glendive"
    )

    assert county("Custer County", "MT") in glendive.service_area.all()
    assert (glendive.service_area_scope, glendive.service_area.count()) == (
        "places",
        10,
    )


@pytest.mark.parametrize(
    ("model", "kind", "column"),
    [
        (Organization, "organizations", "summary"),
        (Organization, "organizations", "run_by"),
        (Warmline, "warmlines", "summary"),
    ],
)
def test_every_summary_and_who_runs_it_is_as_the_file_says(model, kind, column):
    wanted = {row["key"]: row[column] for row in rows_of(kind)}

    found = dict(model.objects.filter(key__in=wanted).values_list("key", column))

    assert found == wanted
    assert any(wanted.values())


def letters_of(name):
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in plain if letter.isalpha())


def counties_by_name():
    """What each name means, by state: the gazetteer's file, read without our code.

    A full name is its own county's; a bare one a county's, then a city's.
    """
    with gzip.open(ROOT / "fixtures/places.csv.gz", "rt", encoding="utf-8") as lines:
        counties = [row for row in csv.DictReader(lines) if row["kind"] == "county"]
    cities = [row for row in counties if row["name"].endswith(" city")]
    found = {}
    for row in cities + [row for row in counties if row not in cities]:
        for name in row["alt_names"].split(";"):
            found[row["state"], letters_of(name)] = row["code"]
    for row in counties:
        found[row["state"], letters_of(row["name"])] = row["code"]
    return found


def test_every_county_named_by_a_center_is_the_one_it_means():
    meant = counties_by_name()
    served = defaultdict(set)
    through = Organization.service_area.through.objects.filter(place__kind="county")
    for key, code in through.values_list("organization__key", "place__code"):
        served[key].add(code)
    cells = 0
    for row in rows_of("cils"):
        names = [name.strip() for name in row["counties_served"].split(";")]
        named = {n for n in names if n and n != "statewide"}
        wanted = {meant[row["state"], letters_of(name)] for name in named}

        assert served[row["key"]] == wanted, row["key"]
        cells += bool(named)

    assert cells > 500


@pytest.mark.parametrize(
    ("zip_code", "center"),
    [
        ("22015", "ENDependence Center of Northern Virginia"),
        ("24018", "Blue Ridge Independent Living Center"),
        ("24151", "Disability Rights and Resource Center"),
        ("21204", "Image Center for People with Disabilities"),
    ],
)
def test_the_center_of_a_county_that_shares_its_name_is_found(client, zip_code, center):
    address = f"/centers-for-independent-living/?near={zip_code}"

    page = client.get(address).content.decode()

    assert center in page
    assert "names" not in page.split("<h2>")[1].split('class="cards"')[0]


@pytest.mark.parametrize(
    ("words", "choice"),
    [("Fairfax, VA", "Fairfax County, Virginia"), ("Richmond, VA", "Richmond County")],
)
def test_the_list_of_centers_offers_the_county_of_a_city_of_the_same_name(
    client, words, choice
):
    page = client.get("/centers-for-independent-living/", {"near": words})

    assert choice in page.content.decode()


def test_lines_that_the_source_doubts_have_a_public_warning():
    doubted = Warmline.objects.filter(internal_note__contains="may have closed")

    assert doubted.count() == 15
    assert not doubted.filter(public_warning="").exists()


@pytest.mark.parametrize("model", [Organization, Warmline])
def test_export_and_import_of_starter_data_change_nothing(model):
    kind, before = f"exported-{model._meta.model_name}s", public_file(model)
    number = model.objects.public().count()

    same = import_text(kind, before)

    assert (same.added, same.changed, same.unchanged) == (0, 0, number)
    assert (same.refused, same.protected, same.warnings) == ([], [], [])

    empty(model)
    second = import_text(kind, before)

    assert (second.added, second.refused, second.warnings) == (number, [], [])
    assert public_file(model) == before
