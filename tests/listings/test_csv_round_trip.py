"""Export, import and export again give the same CSV file."""

from __future__ import annotations

import csv
import io
import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listings.exchange.csv_columns import column_format, column_names, describe_column
from listings.exchange.csv_export import csv_lines
from listings.exchange.csv_rows import _cell, escape_formula
from listings.exchange.files.reading import read_content
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


def import_changed_row(model, text, **changes):
    """Import the first row of a file with some cells changed."""
    row = rows_of(text)[0] | changes
    out = io.StringIO()
    writer = csv.DictWriter(out, list(row))
    writer.writeheader()
    writer.writerow(row)
    return import_text(kind_of(model), out.getvalue())


@pytest.fixture
def odd_listing():
    """Create a branch and a listing with values that are hard to write and read."""
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


@pytest.mark.usefixtures("odd_listing")
@pytest.mark.parametrize("model", MODELS)
def test_export_and_import_restore_every_fact_in_an_empty_catalog(model):
    before = file_of(model)
    same = import_text(kind_of(model), before)
    model.objects.all().delete()

    second = import_text(kind_of(model), before)

    assert same.changed == 0
    assert second.refused == []
    assert file_of(model) == before


def test_export_escapes_formulas_and_hides_a_draft_parent(odd_listing):
    text = file_of(Organization)
    rows = {row["slug"]: row for row in rows_of(text)}

    assert rows[odd_listing.slug]["name"].startswith("'=SUM")
    assert rows["branch"]["parent"] == f"uuid:{odd_listing.uuid}"
    assert (rows["other-branch"]["parent"], rows["other-branch"]["host"]) == (
        "",
        "Unseen",
    )
    assert import_text("exported-organizations", text).changed == 0
    assert Organization.objects.get(slug="other-branch").parent.name == "Unseen"


@given(st.text(alphabet="'=+-@\t\rab ", max_size=6))
def test_escaped_cell_is_read_back_unchanged(text):
    text = text.strip()

    assert _cell(escape_formula(text)) == text
    assert not escape_formula(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("model", MODELS)
def test_columns_contain_every_fact_and_are_described(model):
    names = set(column_names(model))

    assert set(fact_names(model)) - names == {"terms"}
    assert all(
        describe_column(model, name) and column_format(model, name) for name in names
    )


def test_every_county_is_found_by_its_full_name():
    areas = ServiceAreaParser()
    counties = list(Place.objects.counties())

    found = areas.from_text(to_text(counties).replace("\n", "; "))

    assert len(counties) > 3_000
    assert {place.pk for place in found} == {place.pk for place in counties}


@pytest.fixture
def withheld_listing():
    listing = organization(at=place("59301"), slug="house", street="13 Hidden Lane")
    listing.zip_code, listing.address_withheld = "59301", True
    listing.clean()
    listing.save()
    return listing


def test_import_of_an_export_without_withheld_street_keeps_the_street(withheld_listing):
    text = file_of(Organization)
    [row] = rows_of(text)

    values = [row[n] for n in ("street", "zip_code", "latitude", "longitude", "county")]
    assert values == ["", "", "", "", "30017"]
    assert import_text("exported-organizations", text).changed == 0
    withheld_listing.refresh_from_db()
    assert withheld_listing.street == "13 Hidden Lane"


def test_no_export_contains_a_withheld_street(withheld_listing):
    exact = {"latitude": "46.4", "longitude": "-105.8", "precision": "address"}
    wrong = {"address_withheld": "no", "street": "13 Hidden Lane", "zip_code": "59301"}

    report = import_changed_row(Organization, file_of(Organization), **wrong, **exact)

    withheld_listing.refresh_from_db()
    assert withheld_listing.address_withheld
    assert withheld_listing.precision == "county"
    assert [words for _row, words in report.protected] == [
        f"uuid:{withheld_listing.uuid}: {name}, the address is withheld"
        for name in ("address_withheld", "point")
    ]


def test_import_does_not_change_status_or_checks_of_a_known_listing():
    listing = organization(checked_on="2026-05-03", checked_how="confirmed")
    listing.checked_facts = ["phone"]
    listing.save()
    wishes = {"status": "closed", "closure_reason": "Gone", "slug": "other"}

    report = import_changed_row(
        Organization, file_of(Organization), phone="+14065550177", **wishes
    )

    listing.refresh_from_db()
    assert (listing.status, str(listing.phone.as_e164)) == ("published", "+14065550101")
    assert report.protected[0][1].endswith("phone, checked on 2026-05-03")


def test_import_does_not_take_over_a_check():
    organization(key="made:one", checked_on="2026-05-03", checked_how="confirmed")
    text = file_of(Organization)
    Organization.objects.all().delete()

    import_text("exported-organizations", text)

    assert Organization.objects.get().checked_on is None


def test_import_refuses_an_organization_with_a_removal_request():
    listing = organization()
    text = file_of(Organization)
    listing.delete()
    RemovalRequest.objects.create(name="Them", phone="+14065550101")

    report = import_text("exported-organizations", text)

    assert report.refused[0][1].endswith("asked not to be listed")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "the row has no name"),
        ({"timezone": "Mars/Base"}, "“Mars/Base” is not a time zone"),
        (
            {"hours": "24/7", "timezone": "", "city": "", "state": "TX"},
            "hours need a time zone",
        ),
        ({"online": "maybe"}, "online: write yes, no or nothing"),
        ({"state": "ZZ"}, "“ZZ” is not a state"),
        (
            {"service_area": "Atlantis"},
            "“Atlantis” is not a state. Write its name or two letters",
        ),
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
def test_import_refuses_an_invalid_row_with_a_message(changes, words):
    organization(at=place("59301"))

    report = import_changed_row(Organization, file_of(Organization), **changes)

    assert [row for row, _words in report.refused] == [2]
    assert words in report.refused[0][1]


def test_new_listing_takes_only_a_valid_slug_from_its_file():
    listing = organization()
    text = file_of(Organization)
    listing.delete()

    report = import_changed_row(Organization, text, slug="no address", uuid="")

    new = Organization.objects.get()
    assert (report.added, new.slug) == (1, listing.name.lower().replace(" ", "-"))
    assert new.uuid != listing.uuid


def test_import_warns_of_an_unknown_parent():
    organization()

    report = import_changed_row(
        Organization, file_of(Organization), parent="made:nobody"
    )

    assert report.refused == []
    assert report.warnings[0][1].endswith("no listing has the key “made:nobody”")


def test_import_refuses_the_second_row_with_the_same_uuid():
    listing = organization(key="made:one")
    text = file_of(Organization)
    listing.delete()
    header, row = text.splitlines()

    report = import_text(
        kind_of(Organization),
        "\n".join([header, row, row.replace("made:one", "made:two")]),
    )

    assert (report.added, [number for number, _words in report.refused]) == (1, [3])
    assert [one.key for one in Organization.objects.all()] == ["made:one"]


def test_import_explains_a_violated_constraint():
    organization()
    nothing = dict.fromkeys(Listing.CONTACT_FIELDS, "")

    report = import_changed_row(Organization, file_of(Organization), **nothing)

    assert "give one way to make contact" in report.refused[0][1]


@pytest.mark.parametrize("number", ["+14065550100", "+14065550100;ext=12"])
def test_exported_phone_number_can_be_dialed(number):
    """A quote in front of it once stayed in other people's programs."""
    organization(phone=number)

    [row] = rows_of(file_of(Organization))

    assert row["phone"] == number
    assert escape_formula(f"{number}+cmd") != f"{number}+cmd"


def as_excel_saves(row):
    """Return a row of our file as Excel writes it, once it was opened and saved."""
    plain = {name: re.sub(r"^\+(1\d{10})$", r"\1", cell) for name, cell in row.items()}
    plain |= {name: row[name].lstrip("0") for name in ("zip_code", "county")}
    seen = row["source_seen"]
    if len(seen) == 10:
        plain["source_seen"] = f"{int(seen[5:7])}/{int(seen[8:])}/{seen[:4]}"
    elif len(seen) == 7:
        plain["source_seen"] = f"{date.fromisoformat(f'{seen}-01'):%b-%y}"
    return plain


@pytest.mark.parametrize("seen", ["2026-11-24", "2026-11", "2026", ""])
def test_export_that_excel_saved_changes_only_what_a_person_changed(seen):
    cambridge = place("02139")
    listing = organization(
        at=cambridge,
        city="Cambridge",
        state="MA",
        zip_code="02139",
        toll_free="+18005550100",
        hours="Mo-Fr 09:00-17:00",
        timezone="America/New_York",
        source_seen=seen,
        terms=[term("service", "drop_in")],
    )
    listing.set_point(cambridge.point, "zip")
    listing.county = county("Autauga County", "AL")
    listing.save()
    rows = [as_excel_saves(row) for row in rows_of(file_of(Organization))]
    kind = kind_of(Organization)

    def imported(**changes):
        out = io.StringIO()
        writer = csv.DictWriter(out, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerow(rows[0] | changes)
        return import_text(kind, read_content(out.getvalue().encode("cp1252")).text)

    assert rows[0]["county"] == "1001"
    assert (imported().refused, imported().changed) == ([], 0)
    [(_row, words)] = imported(email="new@example.org").changes
    assert words.endswith(": email")
