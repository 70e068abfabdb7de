"""Imports publish completed drafts, and retired starter listings become drafts."""

from __future__ import annotations

import csv
import io

import pytest

from curation.imports import apply_import
from curation.models import ImportRun
from curation.undo import undo_import
from directory.management.commands import prepare
from listings.exchange.csv_export import csv_lines
from listings.exchange.workflow import import_text
from listings.removals import RemovalRequest
from orgs.models import Organization
from tests.conftest import ROOT
from tests.factories import person
from tests.listings.test_importing import ORGANIZATION

pytestmark = pytest.mark.django_db

LEAD = {"phone": "", "website": ""}
RETIRED = "org:ri/anchor-recovery-women-s-prison-program/cranston"


def csv_text(**changes):
    """Return a CSV file with one row: ORGANIZATION with some cells changed."""
    out = io.StringIO()
    writer = csv.DictWriter(out, ORGANIZATION)
    writer.writeheader()
    writer.writerow(ORGANIZATION | changes)
    return out.getvalue()


def import_row(**changes):
    return import_text("organizations", csv_text(**changes))


def the_listing():
    return Organization.objects.get(key=ORGANIZATION["key"])


def test_import_publishes_a_draft_that_gets_a_contact():
    import_row(**LEAD)
    assert the_listing().status == "draft"

    report = import_row()

    assert the_listing().status == "published"
    assert report.changes == [
        (2, f"{ORGANIZATION['key']}: phone, website, status"),
    ]
    assert the_listing().history.first().history_change_reason == "import"


def test_import_publishes_a_draft_that_got_a_contact_earlier():
    import_row(**LEAD)
    listing = the_listing()
    # As an import did that never published.
    listing.phone, listing._change_reason = ORGANIZATION["phone"], "import"
    listing.save()

    import_row()

    assert the_listing().status == "published"


def test_import_leaves_a_draft_without_contact_a_draft():
    import_row(**LEAD)

    import_row(**LEAD, city="Glendive", zip="59330")

    assert the_listing().status == "draft"


def edit(**changes):
    """Change facts as a curator does in the admin."""
    listing = the_listing()
    for name, value in changes.items():
        setattr(listing, name, value)
    listing._change_reason = "edited"
    listing.save()


def test_import_leaves_a_draft_that_a_curator_made():
    import_row()
    edit(status="draft")
    edit(phone="", website="")

    report = import_row()

    assert the_listing().status == "draft"
    assert "status" not in report.changes[0][1]


def test_import_leaves_a_draft_that_a_curator_saved():
    import_row(**LEAD)
    edit(internal_note="They moved; do not publish yet.")

    import_row()

    assert the_listing().status == "draft"


def test_import_leaves_a_draft_that_its_file_asked_for():
    import_row(**LEAD)
    edit(status="draft")
    listing = the_listing()
    exported = export_of(listing)
    listing.delete()
    import_text("exported-organizations", exported)
    assert the_listing().status == "draft"

    import_row()

    assert the_listing().status == "draft"


def export_of(listing):
    rows = Organization.objects.filter(pk=listing.pk).for_export()
    return "".join(csv_lines(Organization, rows, withheld=True))


@pytest.mark.parametrize("request_facts", [{"phone": "+14065550101"}, {"key": "KEY"}])
def test_import_leaves_a_draft_with_a_removal_request(request_facts):
    import_row(**LEAD)
    facts = {
        n: ORGANIZATION["key"] if v == "KEY" else v for n, v in request_facts.items()
    }
    RemovalRequest.objects.create(name="Example", **facts)

    report = import_row()

    assert the_listing().status == "draft"
    assert "asked not to be listed" in report.refused[0][1]


def test_undone_import_makes_a_draft_that_the_next_import_leaves():
    import_row(**LEAD)
    run = ImportRun.objects.create(
        kind="organizations", file_name="x.csv", content=csv_text(), by=person()
    )
    apply_import(run)
    assert the_listing().status == "published"

    assert undo_import(run) == (1, [])
    assert the_listing().status == "draft"

    import_row()
    assert the_listing().status == "draft"


def retire():
    prepare.Command(stdout=io.StringIO())._retire_listings()


def test_retired_starter_listing_becomes_a_draft_with_a_note():
    import_row(key=RETIRED, note="From a list.")

    retire()
    retire()

    listing = Organization.objects.get(key=RETIRED)
    assert listing.status == "draft"
    assert listing.internal_note.splitlines() == [
        "From a list.",
        "Taken out of the starter data in November 2026: a program inside a prison, "
        "which the public cannot reach.",
    ]
    assert listing.version == 2


def test_retired_listing_that_a_curator_published_again_stays_public():
    import_row(key=RETIRED)
    retire()
    listing = Organization.objects.get(key=RETIRED)
    listing.status, listing.internal_note = "published", "They do take visitors."
    listing._change_reason = "edited"
    listing.save()

    retire()

    listing = Organization.objects.get(key=RETIRED)
    assert listing.status == "published"
    assert "Taken out of the starter data" in listing.internal_note


def test_starter_files_have_no_retired_listing():
    with (ROOT / "fixtures/retired.csv").open(encoding="utf-8") as lines:
        retired = list(csv.DictReader(lines))
    for row in retired:
        path = ROOT / f"fixtures/{row['kind']}.csv"
        assert f"\n{row['key']}," not in path.read_text(encoding="utf-8")
    assert len(retired) == 2
