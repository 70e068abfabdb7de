"""Files as people have them: each in tests/listings/files has its expected outcome.

The outcome is in a file beside it: the facts of each listing that is added, the refused
rows, and a part of each warning.
"""

from __future__ import annotations

import json

import pytest

from listings.exchange.choices import ImportChoices
from listings.exchange.csv_columns import column_names, column_value
from listings.exchange.importing import ANSWERS
from listings.exchange.workflow import import_file, import_text, importers
from listings.hours_words import parse_hours_words
from listings.models import Term
from listings.time_zones import parse_zone
from listings.weekly_hours_form import InvalidSpan
from orgs.models import Organization
from tests.conftest import ROOT
from tests.factories import organization, place, term
from warmlines.models import Warmline

FOLDER = ROOT / "tests/listings/files"
EXPECTED = sorted(FOLDER.glob("*.json"))
CHOICES = ImportChoices(skips_unknown_columns=True)
# These differ from run to run.
IDENTITY = ("uuid", "key", "slug")


def facts_of(listing):
    """The columns of a listing that have a value."""
    values = {n: column_value(listing, n) for n in column_names(type(listing))}
    values["internal_note"] = listing.internal_note
    values = {n: v for n, v in values.items() if n not in IDENTITY}
    return {n: v for n, v in values.items() if v not in (None, "", [])}


def outcome_of(path, kind):
    report = import_file(kind, path, choices=CHOICES)
    added = importers()[kind].model.objects.in_bulk([s.object_id for s in report.steps])
    return {
        "kind": kind,
        "listings": {one.name: facts_of(one) for one in added.values()},
        "refused": [f"{number}: {words}" for number, words in report.refused],
        "warnings": [f"{number}: {words}" for number, words in report.warnings],
        "notes": report.notes,
    }


@pytest.mark.django_db
@pytest.mark.parametrize("expected", EXPECTED, ids=lambda path: path.stem)
def test_file_has_its_expected_outcome(expected):
    wanted = json.loads(expected.read_text(encoding="utf-8"))
    [path] = [p for p in FOLDER.glob(f"{expected.stem}.*") if p.suffix != ".json"]

    assert outcome_of(path, wanted["kind"]) == wanted


def test_every_file_has_an_expected_outcome():
    files = {path.stem for path in FOLDER.iterdir() if path.suffix != ".json"}

    assert files == {path.stem for path in EXPECTED} != set()


@pytest.mark.django_db
def test_file_without_a_column_leaves_its_facts_unchanged():
    listing = organization(
        at=place("59301"),
        key="made:one",
        email="office@example.org",
        terms=[term("service", "drop_in"), term("language", "es")],
        service_area=[place("59301").own_county],
        hours="Mo-Fr 09:00-17:00",
        timezone="America/Denver",
    )
    before = facts_of(listing)

    report = import_text(
        "exported-organizations", "key,name,services\nmade:one,Renamed,Respite\n"
    )

    assert [words for _row, words in report.changes] == ["made:one: name, terms"]
    listing.refresh_from_db()
    assert facts_of(listing) == before | {"name": "Renamed", "services": ["respite"]}


@pytest.mark.django_db
def test_same_address_keeps_the_exact_point_and_another_moves_it():
    home = place("59301")
    listing = organization(
        at=home, key="made:one", city="Miles City", state="MT", zip_code="59301"
    )
    listing.set_point(home.point, "address")
    listing.save()
    header = "key,name,city,state,zip\n"

    same = import_text(
        "exported-organizations",
        f"{header}made:one,{listing.name},Miles City,Montana,59301\n",
    )
    listing.refresh_from_db()
    precision = listing.precision
    import_text(
        "exported-organizations", f"{header}made:one,{listing.name},Circle,MT,59215\n"
    )

    listing.refresh_from_db()
    assert (same.changed, precision) == (0, "address")
    assert (listing.precision, listing.city) == ("zip", "Circle")


@pytest.mark.django_db
def test_list_without_keys_is_recognized_when_it_comes_again():
    text = (
        "Name,Kind,City,State,Phone,Source\n"
        "Example,peer_run,Circle,{state},{phone},A list\n"
    )
    kind = "exported-organizations"
    import_text(kind, text.format(state="MT", phone="(406) 555-0100"))

    report = import_text(kind, text.format(state="Montana", phone="(406) 555-0101"))

    assert (report.added, report.changed) == (0, 1)
    assert Organization.objects.get().phone.as_e164 == "+14065550101"


@pytest.mark.django_db
def test_service_that_we_do_not_know_is_named_in_a_warning():
    report = import_text(
        "exported-warmlines", "name,phone,languages\nLine,4065550100,Klingon; Spanish\n"
    )

    assert [t.slug for t in Warmline.objects.get().terms.all()] == ["es"]
    assert "no language is called “Klingon”; left out" in report.warnings[-1][1]


@pytest.mark.django_db
def test_every_term_is_read_by_its_labels():
    terms = list(Term.objects.filter(kind="service"))
    labels = "; ".join(term.label for term in terms)

    import_text("exported-warmlines", f'name,phone,services\nL,4065550100,"{labels}"\n')

    assert set(Warmline.objects.get().terms.all()) == set(terms)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("M-F 9-5", "Mo-Fr 09:00-17:00"),
        ("Mon-Fri 9am-5pm", "Mo-Fr 09:00-17:00"),
        ("Monday through Friday, 9 a.m. to 5 p.m.", "Mo-Fr 09:00-17:00"),
        ("9am-5pm Monday–Friday", "Mo-Fr 09:00-17:00"),
        ("Daily 4pm-midnight", "Mo-Su 16:00-24:00"),
        ("24 hours a day, 7 days a week", "24/7"),
        ("Weekdays 9-12, 1-5", "Mo-Fr 09:00-12:00,13:00-17:00"),
        (
            "Mon, Wed & Fri 10 am - 2 pm; Sat noon to 4",
            "Mo,We,Fr 10:00-14:00; Sa 12:00-16:00",
        ),
        ("Tues/Thurs 1pm-3pm", "Tu,Th 13:00-15:00"),
        ("Friday 6pm to 2am", "Fr 18:00-02:00"),
        ("Sun closed, Mon-Sat 9-5", "Mo-Sa 09:00-17:00"),
        ("By appointment only", 'unknown "by appointment"'),
        (
            "M-F 9-5, closed on federal holidays",
            "Mo-Fr 09:00-17:00; PH off; Jan 01,Jul 04,Nov 11,Dec 25 off",
        ),
    ],
)
def test_hours_in_words_are_read(text, hours):
    assert parse_hours_words(text) == hours


@pytest.mark.parametrize(
    "text",
    [
        *("call for hours", "9-5", "2nd Tuesday 6-8 pm", "every other Monday 6-8 pm"),
        *("Mon-Fri 9-5, 1st Sat 10-2", "Mon 8-8", "Mon 9-5 Mon 6 pm-7 pm"),
        *("Mon-Fri 9-5 except in summer", "March to May 9-5", ""),
    ],
)
def test_hours_that_would_be_guessed_are_not_read(text):
    with pytest.raises(InvalidSpan):
        parse_hours_words(text)


@pytest.mark.parametrize(
    ("text", "near", "zone"),
    [
        ("Mountain", "", "America/Denver"),
        ("MST", "America/Boise", "America/Boise"),
        ("Eastern Standard Time", "", "America/New_York"),
        ("ET", "America/Chicago", "America/New_York"),
        ("Pacific time (Los Angeles)", "", "America/Los_Angeles"),
        ("America/Phoenix", "", "America/Phoenix"),
        ("Mars", "America/Denver", "Mars"),
        ("", "America/Denver", ""),
    ],
)
def test_time_zone_is_read_by_its_name(text, near, zone):
    assert parse_zone(text, near) == zone


@pytest.mark.django_db
@pytest.mark.parametrize("word", [word for word in ANSWERS if word])
@pytest.mark.parametrize("kind", ["exported-warmlines", "exported-organizations"])
def test_yes_and_no_are_read_in_any_form(kind, word):
    text = f"name,kind,phone,online\nOne,peer_run,4065550100,{word.upper()}\n"

    report = import_text(kind, text, choices=CHOICES)

    assert report.refused == []
    assert importers()[kind].model.objects.get().online is ANSWERS[word]
