"""What the directory writes it reads back: export, import, export is the identity."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listings.exchange.csv_columns import column_format, column_names, describe_column
from listings.exchange.csv_export import csv_lines
from listings.exchange.csv_rows import _cell, escape_formula
from listings.exchange.workflow import import_text
from listings.field_values import fact_names
from listings.models import Listing
from listings.removals import RemovalRequest
from listings.service_areas import ServiceAreaParser, to_text
from orgs.models import Organization
from places.models import Place
from tests.factories import county, organization, place, state, term, warmline
from warmlines.models import Warmline

MODELS = [Organization, Warmline]
pytestmark = pytest.mark.django_db


def kind_of(model):
    return f"exported-{model._meta.model_name}s"


def file_of(model, *, withheld=False):
    rows = model.objects.public().for_export()
    return "".join(csv_lines(model, rows, withheld=withheld))


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def again(model, text, **changes):
    """The file's first row with some cells changed, as a file of its own."""
    row = rows_of(text)[0] | changes
    out = io.StringIO()
    writer = csv.DictWriter(out, list(row))
    writer.writeheader()
    writer.writerow(row)
    return import_text(kind_of(model), out.getvalue())


@pytest.fixture
def odd():
    """A listing whose every fact has something to lose, and its branch."""
    center = organization(
        at=place("59301"),
        name="=SUM(A1) “Ours”; théirs, 'and' more",
        summary="'=quoted\r\nsecond line",
        host="@host",
        run_by="larger_organization",
        toll_free="+18005550100",
        wheelchair_access=False,
        referral_needed=None,
        hours='Mo-Fr 09:00-17:00; Sa unknown "by appointment"',
        timezone="America/Denver",
        service_area=[
            state("WY"),
            county("Park County", "MT"),
            county("Custer County", "MT"),
        ],
        terms=[term("service", "drop_in"), term("language", "ase")],
        source_seen="2025-06",
        source_license="CC BY 4.0",
    )
    draft = organization(name="Unseen", status="draft")
    organization(name="Branch", parent=center, key="made:branch")
    organization(name="Other branch", parent=draft)
    paused = {"status": "temporarily_closed", "closure_reason": "-Snow"}
    warmline(service_area=[state("MT")], call_limits="+20 minutes", **paused)
    return center


@pytest.mark.usefixtures("odd")
@pytest.mark.parametrize("model", MODELS)
def test_every_fact_comes_back_into_an_empty_catalogue(model):
    before = file_of(model)
    same = import_text(kind_of(model), before)
    model.objects.all().delete()

    anew = import_text(kind_of(model), before)

    assert same.changed == 0
    assert anew.refused == []
    assert file_of(model) == before


def test_no_cell_runs_and_a_parent_that_is_a_draft_stays_unseen(odd):
    text = file_of(Organization)
    rows = {row["slug"]: row for row in rows_of(text)}

    assert rows[odd.slug]["name"].startswith("'=SUM")
    assert rows["branch"]["parent"] == f"uuid:{odd.uuid}"
    assert (rows["other-branch"]["parent"], rows["other-branch"]["host"]) == (
        "",
        "Unseen",
    )
    assert import_text("exported-organizations", text).changed == 0
    assert Organization.objects.get(slug="other-branch").parent.name == "Unseen"


@given(st.text(alphabet="'=+-@\t\rab ", max_size=6))
def test_a_quoted_cell_has_one_way_back(text):
    text = text.strip()

    assert _cell(escape_formula(text)) == text
    assert not escape_formula(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("model", MODELS)
def test_the_columns_hold_every_fact_and_are_told_in_words(model):
    names = set(column_names(model))

    assert set(fact_names(model)) - names == {"terms"}
    assert all(
        describe_column(model, name) and column_format(model, name) for name in names
    )


def test_every_county_is_found_by_its_own_name():
    areas = ServiceAreaParser()
    counties = list(Place.objects.counties())

    found = areas.from_text(to_text(counties).replace("\n", "; "))

    assert len(counties) > 3_000
    assert {place.pk for place in found} == {place.pk for place in counties}


@pytest.fixture
def house():
    made = organization(at=place("59301"), slug="house", street="13 Hidden Lane")
    made.zip_code, made.address_withheld = "59301", True
    made.clean()
    made.save()
    return made


def test_a_withheld_street_is_not_in_the_file_and_not_forgotten_by_it(house):
    text = file_of(Organization)
    [row] = rows_of(text)

    told = [row[n] for n in ("street", "zip_code", "latitude", "longitude", "county")]
    assert told == ["", "", "", "", "30017"]
    assert import_text("exported-organizations", text).changed == 0
    house.refresh_from_db()
    assert house.street == "13 Hidden Lane"


def test_no_file_shows_a_street_that_is_withheld(house):
    exact = {"latitude": "46.4", "longitude": "-105.8", "precision": "address"}
    wrong = {"address_withheld": "no", "street": "13 Hidden Lane", "zip_code": "59301"}

    report = again(Organization, file_of(Organization), **wrong, **exact)

    house.refresh_from_db()
    assert house.address_withheld
    assert house.precision == "county"
    assert [words for _row, words in report.protected] == [
        f"uuid:{house.uuid}: {name}, the address is withheld"
        for name in ("address_withheld", "point")
    ]


def test_a_known_listing_keeps_its_state_and_its_checks():
    made = organization(checked_on="2026-05-03", checked_how="confirmed")
    made.checked_facts = ["phone"]
    made.save()
    wishes = {"status": "closed", "closure_reason": "Gone", "slug": "other"}

    report = again(Organization, file_of(Organization), phone="+14065550177", **wishes)

    made.refresh_from_db()
    assert (made.status, str(made.phone.as_e164)) == ("published", "+14065550101")
    assert report.protected[0][1].endswith("phone, checked on 2026-05-03")


def test_a_check_is_not_brought_along():
    organization(key="made:one", checked_on="2026-05-03", checked_how="confirmed")
    text = file_of(Organization)
    Organization.objects.all().delete()

    import_text("exported-organizations", text)

    assert Organization.objects.get().checked_on is None


def test_who_asked_not_to_be_listed_is_not_brought_back():
    made = organization()
    text = file_of(Organization)
    made.delete()
    RemovalRequest.objects.create(name="Them", phone="+14065550101")

    report = import_text("exported-organizations", text)

    assert report.refused[0][1].endswith("asked not to be listed")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "the row has no name"),
        ({"timezone": "Mars/Base"}, "“Mars/Base” is not a time zone"),
        ({"hours": "24/7", "timezone": ""}, "hours need a time zone"),
        ({"online": "maybe"}, "online: write yes, no or nothing"),
        ({"state": "ZZ"}, "“ZZ” is not a state"),
        ({"service_area": "Atlantis"}, "“Atlantis” is no state."),
        ({"status": "gone"}, "“gone” is not a status"),
        ({"status": "closed"}, "does not say why"),
        ({"uuid": "x"}, "“x” is not a UUID"),
        ({"key": "made:other"}, "has this UUID already"),
        ({"precision": "exactly"}, "precision: “exactly” is not one we know"),
        ({"precision": "zip", "latitude": "north"}, "“north” is not a number"),
        ({"precision": "zip", "longitude": "181"}, "“181” is not on the earth"),
        ({"precision": "zip", "county": "99999"}, "“99999” is not a FIPS code"),
        ({"kind": "shop"}, "kind:"),
        ({"phone": "555"}, "phone:"),
    ],
)
def test_a_row_that_cannot_be_is_refused_in_words(changes, words):
    organization(at=place("59301"))

    report = again(Organization, file_of(Organization), **changes)

    assert [row for row, _words in report.refused] == [2]
    assert words in report.refused[0][1]


def test_a_new_listing_takes_an_address_only_if_it_is_one():
    made = organization()
    text = file_of(Organization)
    made.delete()

    report = again(Organization, text, slug="no address", uuid="")

    new = Organization.objects.get()
    assert (report.added, new.slug) == (1, made.name.lower().replace(" ", "-"))
    assert new.uuid != made.uuid


def test_a_parent_that_nobody_knows_is_warned_of():
    organization()

    report = again(Organization, file_of(Organization), parent="made:nobody")

    assert report.refused == []
    assert report.warnings[0][1].endswith("no listing has the key “made:nobody”")


def test_of_two_rows_with_one_uuid_the_second_is_refused():
    made = organization(key="made:one")
    text = file_of(Organization)
    made.delete()
    header, row = text.splitlines()

    report = import_text(
        kind_of(Organization),
        "\n".join([header, row, row.replace("made:one", "made:two")]),
    )

    assert (report.added, [number for number, _words in report.refused]) == (1, [3])
    assert [one.key for one in Organization.objects.all()] == ["made:one"]


def test_a_broken_rule_of_the_database_is_told_in_words():
    organization()
    nothing = dict.fromkeys(Listing.CONTACT_FIELDS, "")

    report = again(Organization, file_of(Organization), **nothing)

    assert "give one way to make contact" in report.refused[0][1]
