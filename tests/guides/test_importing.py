"""Import of the file of credentials."""

from __future__ import annotations

import csv

import pytest
from django.utils import timezone

from guides.importing import COLUMNS
from guides.models import Credential
from listings.exchange.workflow import import_file, import_text
from tests.conftest import CREDENTIALS
from tests.factories import person

pytestmark = pytest.mark.django_db


def text_of(**facts):
    row = dict.fromkeys(COLUMNS.split(), "") | {
        "key": "credential:one",
        "state": "MT",
        "credential_name": "Certified Example",
        "focus": "both",
        "source_url": "https://example.org/",
    }
    row |= facts
    header, cells = ",".join(row), ",".join(f'"{cell}"' for cell in row.values())
    return f"{header}\n{cells}\n"


def test_import_loads_92_credentials_and_repeating_it_changes_nothing():
    first = import_file("credentials", CREDENTIALS)
    again = import_file("credentials", CREDENTIALS)

    assert (first.added, first.refused) == (92, [])
    assert (again.unchanged, again.changed, again.added) == (92, 0, 0)
    assert Credential.objects.order_by().values("state").distinct().count() == 53


def test_illinois_crss_matches_its_source():
    import_file("credentials", CREDENTIALS)

    crss = Credential.objects.get(state="IL", abbreviation="CRSS")

    hours = (crss.training_hours, crss.work_hours, crss.supervision_hours)
    assert hours == (100, 2000, 100)
    assert crss.exam_required is True
    assert crss.source_url == "https://copelandcenter.com/content/illinois"
    assert crss.source_seen == ""


def test_three_states_show_no_credential_to_earn():
    import_file("credentials", CREDENTIALS)

    others = Credential.objects.exclude(status="offered").order_by("state")

    assert [(c.state, c.status) for c in others] == [
        ("AS", "planned"),
        ("PR", "planned"),
        ("SD", "not_found"),
    ]


def test_empty_cell_means_unknown_and_not_no():
    import_file("credentials", CREDENTIALS)
    with CREDENTIALS.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    for row in rows:
        created = Credential.objects.get(key=row["key"])
        assert (created.exam_required is None) == (row["exam_required"] == "")
        assert (created.training_hours is None) == (row["training_hours"] == "")


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"state": "ZZ"}, "“ZZ” is not a state or territory"),
        ({"credential_name": ""}, "the row has no name"),
        ({"focus": "magic"}, "“magic” is not a focus we know"),
        ({"source_url": ""}, "the row has no source"),
        ({"training_hours": "forty"}, "training_hours: “forty” is not a whole number"),
        ({"exam_required": "maybe"}, "exam_required: write yes, no or nothing"),
        ({"training_hours": "999999"}, "training_hours: "),
    ],
)
def test_import_refuses_an_invalid_row_with_a_reason(facts, reason):
    report = import_text("credentials", text_of(**facts))

    [(number, words)] = report.refused
    assert number == 2
    assert words.startswith(f"credential:one: {reason}")
    assert not Credential.objects.exists()


def test_import_does_not_change_a_checked_credential():
    import_text("credentials", text_of(training_hours="40"))
    created = Credential.objects.get()
    created.mark_checked(on=timezone.now().date(), by=person("ada"))

    report = import_text("credentials", text_of(training_hours="80"))

    created.refresh_from_db()
    assert created.training_hours == 40
    assert report.unchanged == 1
    assert "training_hours, checked on" in report.protected[0][1]


def test_import_updates_an_unchecked_credential():
    import_text("credentials", text_of(training_hours="40"))

    report = import_text("credentials", text_of(training_hours="80"))

    created = Credential.objects.get()
    assert (created.training_hours, created.version, report.changed) == (80, 2, 1)
    assert [row.training_hours for row in created.history.all()] == [80, 40]
