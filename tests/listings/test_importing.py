"""Rows of files become listings, or are refused with a reason."""

from __future__ import annotations

import csv
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from listings.exchange import workflow
from listings.exchange.csv_rows import FileError
from listings.exchange.workflow import import_file, import_rows
from listings.removals import RemovalRequest
from orgs.importing import OrganizationImporter
from orgs.models import Organization
from warmlines.models import Warmline

pytestmark = pytest.mark.django_db

ORGANIZATION = {
    "key": "org:mt/example/miles-city",
    "name": "Example Peer Center",
    "kind": "peer_run",
    "branch_of": "",
    "street": "1 Main Street",
    "city": "Miles City",
    "state": "MT",
    "zip": "59301",
    "phone": "+14065550101",
    "email": "",
    "website": "https://example.org/",
    "serves": "Custer County;the plains",
    "in_person": "yes",
    "online": "",
    "by_phone": "",
    "services": "support_groups;drop_in",
    "communities": "veterans",
    "conditions": "mental_health",
    "languages": "en;es",
    "source_name": "example.org",
    "source_url": "https://example.org/about",
    "source_license": "",
    "source_seen": "2025-06",
    "note": "Open since 2015.",
}
HEADER = ",".join(ORGANIZATION).encode()


@pytest.fixture
def import_organizations(tmp_path):
    """Return a function that imports rows, given as differences from ORGANIZATION."""

    def import_organizations(*rows, **options):
        path = tmp_path / "rows.csv"
        columns = dict.fromkeys(name for row in (ORGANIZATION, *rows) for name in row)
        with path.open("w", encoding="utf-8", newline="") as lines:
            writer = csv.DictWriter(lines, columns)
            writer.writeheader()
            writer.writerows(ORGANIZATION | row for row in rows)
        return import_file("organizations", path, **options)

    return import_organizations


def test_row_becomes_a_listing_with_all_its_facts(import_organizations):
    report = import_organizations({})

    listing = Organization.objects.get(key=ORGANIZATION["key"])
    assert (report.added, report.refused) == (1, [])
    assert (listing.status, listing.name) == ("published", "Example Peer Center")
    assert listing.phone.as_e164 == "+14065550101"
    assert (listing.in_person, listing.online) == (True, None)
    assert {term.slug for term in listing.terms.all()} == {
        "support_groups",
        "drop_in",
        "veterans",
        "mental_health",
        "en",
        "es",
    }
    assert [p.label for p in listing.service_area.all()] == ["Custer County, Montana"]
    assert (listing.service_area_scope, listing.service_area_note) == (
        "places",
        "the plains",
    )
    assert (listing.precision, listing.county.name) == ("zip", "Custer County")
    assert listing.timezone == "America/Denver"
    assert listing.checked_on is None


def test_empty_cell_does_not_remove_operator_or_summary(import_organizations):
    import_organizations({"summary": "Coffee and company.", "run_by": "peers"})

    report = import_organizations({"summary": "", "run_by": ""})

    listing = Organization.objects.get()
    assert (listing.summary, listing.run_by) == ("Coffee and company.", "peers")
    assert (report.changed, report.unchanged) == (0, 1)


def test_file_without_optional_columns_is_accepted(import_organizations):
    import_organizations({"summary": "Coffee and company.", "run_by": "peers"})

    report = import_organizations({"phone": "+14065550102"})

    assert report.changes == [(2, f"{ORGANIZATION['key']}: phone")]
    assert Organization.objects.get().run_by == "peers"


def test_second_import_of_the_same_rows_changes_nothing(import_organizations):
    import_organizations({})
    before = Organization.objects.values().get()

    report = import_organizations({})

    assert (report.added, report.changed, report.unchanged) == (0, 0, 1)
    assert Organization.objects.values().get() == before


def test_number_in_another_format_is_no_change(import_organizations):
    import_organizations({})

    report = import_organizations({"phone": "(406) 555-0101"})

    assert (report.changed, report.unchanged) == (0, 1)


def test_changed_cell_changes_only_its_fact(import_organizations):
    import_organizations({})

    report = import_organizations({"phone": "+14065550102", "services": "drop_in"})

    listing = Organization.objects.get()
    assert report.changes == [(2, f"{ORGANIZATION['key']}: phone, terms")]
    assert (report.changed, report.steps[0].row) == (1, 2)
    assert listing.history.first().history_change_reason == "import"
    assert listing.phone.as_e164 == "+14065550102"
    assert listing.version == 2


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": ""}, "no name"),
        ({"state": "ZZ"}, "not a state"),
        ({"kind": "clinic"}, "not a kind"),
        ({"run_by": "nobody"}, "run_by: “nobody” is not one we know"),
        ({"phone": "+1406"}, "phone"),
        ({"email": "nobody"}, "email"),
        ({"website": "not an address"}, "website"),
        ({"source_seen": "lately"}, "source_seen"),
        ({"name": "x" * 300}, "name"),
        ({"key": ""}, "no key"),
    ],
)
def test_invalid_row_is_refused_with_number_and_reason(
    import_organizations, wrong, words
):
    report = import_organizations(
        {"key": "org:one"}, wrong | {"key": wrong.get("key", "org:two")}
    )

    [(number, reason)] = report.refused
    assert (number, report.added) == (3, 1)
    assert words in reason
    assert [one.key for one in Organization.objects.all()] == ["org:one"]


def test_second_row_with_the_same_key_is_refused(import_organizations):
    report = import_organizations({}, {})

    words = f"{ORGANIZATION['key']}: this key is in the file twice"
    assert (report.added, report.refused) == (1, [(3, words)])


def test_atomic_import_writes_all_rows_or_none(import_organizations):
    report = import_organizations(
        {"key": "org:one"}, {"key": "org:two", "name": ""}, atomic=True
    )

    assert len(report.refused) == 1
    assert not Organization.objects.exists()


def test_a_dry_run_writes_nothing(import_organizations):
    report = import_organizations({}, dry_run=True)

    assert report.added == 1
    assert not Organization.objects.exists()


def test_checked_fact_is_protected_and_reported(import_organizations):
    import_organizations({})
    Organization.objects.update(
        phone="+14065550109",
        checked_on=date(2026, 11, 1),
        checked_how="confirmed",
        checked_facts=["phone"],
    )

    report = import_organizations(
        {"phone": "+14065550102", "website": "https://example.org/new"}
    )

    listing = Organization.objects.get()
    assert listing.phone.as_e164 == "+14065550109"
    assert listing.website == "https://example.org/new"
    assert "phone, checked on 2026-11-01" in report.protected[0][1]


def test_check_of_all_facts_protects_all_facts(import_organizations):
    import_organizations({})
    Organization.objects.update(checked_on=date(2026, 11, 1), checked_how="confirmed")

    report = import_organizations(
        {"phone": "+14065550102", "city": "Circle", "services": ""}
    )

    listing = Organization.objects.get()
    assert (listing.phone.as_e164, listing.city) == ("+14065550101", "Miles City")
    assert report.unchanged == 1


def test_row_without_contact_becomes_a_draft(import_organizations):
    import_organizations({"phone": "", "website": ""})

    assert Organization.objects.get().status == "draft"


def test_listing_that_a_curator_closed_stays_closed(import_organizations):
    import_organizations({})
    Organization.objects.get().close(reason="Moved away")

    import_organizations({"phone": "+14065550102"})

    assert Organization.objects.get().status == "closed"


@pytest.mark.parametrize(
    "request_facts",
    [
        {"phone": "+14065550101"},
        {"website": "https://example.org/"},
        {"key": ORGANIZATION["key"]},
    ],
)
def test_row_with_a_removal_request_is_refused(import_organizations, request_facts):
    RemovalRequest.objects.create(name="Example", **request_facts)

    report = import_organizations({})

    words = f"{ORGANIZATION['key']}: the organization asked not to be listed"
    assert report.refused == [(2, words)]
    assert not Organization.objects.exists()


def test_branch_finds_its_parent_anywhere_in_the_file(import_organizations):
    import_organizations(
        {"key": "org:b", "name": "Branch", "branch_of": "Parent"},
        {"key": "org:p", "name": "Parent"},
        {"key": "org:h", "name": "Hosted", "branch_of": "A County Agency"},
    )

    branch = Organization.objects.get(key="org:b")
    hosted = Organization.objects.get(key="org:h")
    assert (branch.parent.key, branch.host) == ("org:p", "")
    assert (hosted.parent, hosted.host) == (None, "A County Agency")


def test_parent_that_is_added_later_is_reported_as_a_change(import_organizations):
    rows = [{"key": "org:b", "name": "Branch"}, {"key": "org:p", "name": "Parent"}]
    import_organizations(*rows)

    report = import_organizations(rows[0] | {"branch_of": "Parent"}, rows[1])

    assert (report.added, report.changed) == (0, 1)
    assert Organization.objects.get(key="org:b").parent.key == "org:p"


def test_import_of_many_new_rows_updates_database_statistics(
    import_organizations, monkeypatch
):
    monkeypatch.setattr(workflow, "ANALYZE_AFTER_ROWS", 1)

    with CaptureQueriesContext(connection) as few:
        import_organizations({"key": "org:one"})
    with CaptureQueriesContext(connection) as many:
        import_organizations({"key": "org:two"}, {"key": "org:three"})

    looked = [[q for q in some if q["sql"] == "ANALYZE"] for some in (few, many)]
    assert list(map(len, looked)) == [0, 1]


class Rough(OrganizationImporter):
    """Sets hours without a time zone on rows whose summary says so."""

    def read(self, row):
        facts = super().read(row)
        if row["summary"] == "rough":
            facts.fields |= {"hours": "24/7", "timezone": ""}
        return facts


def test_row_refused_by_the_database_does_not_affect_others():
    keys = [f"org:{number}" for number in range(7)]
    rows = [ORGANIZATION | {"key": key, "summary": ""} for key in keys]
    rows[4]["summary"] = "rough"

    report = import_rows(Rough, rows)

    assert (report.added, report.unchanged, report.changed) == (6, 0, 0)
    words = "Hours need a time zone, like America/Denver."
    assert report.refused == [(6, f"org:4: {words}")]
    found = Organization.objects.order_by("pk")
    assert [one.key for one in found] == [k for k in keys if k != "org:4"]
    assert [one.history.count() for one in found] == [1] * 6
    # The addresses are those that the rows would have without it.
    assert found[0].slug == "example-peer-center"
    assert len({one.slug for one in found}) == 6
    assert [len(one.terms.all()) for one in found] == [6] * 6


def test_parent_in_the_same_city_is_preferred(import_organizations):
    import_organizations(
        {"key": "org:b", "name": "Branch", "branch_of": "Parent"},
        {"key": "org:1", "name": "Parent", "city": "Circle", "zip": ""},
        {"key": "org:2", "name": "Parent"},
    )

    assert Organization.objects.get(key="org:b").parent.key == "org:2"


def test_unknown_term_is_ignored_with_a_warning(import_organizations):
    report = import_organizations(
        {"key": "org:one", "services": "drop_in;juggling"},
        {"key": "org:two", "services": "drop_in;knitting"},
    )

    assert [number for number, _words in report.warnings] == [2, 3]
    assert "juggling" in report.warnings[0][1]
    assert "knitting" in report.warnings[1][1]
    assert report.added == 2


@pytest.mark.parametrize(
    ("note", "public_warning"),
    [
        ("It may have closed.", "This may have closed"),
        ("Announced to open in spring 2021; confirm.", "before it opened"),
        ("Old source, so confirm it is open.", "still open"),
        ("Groups were planned.", ""),
    ],
)
def test_doubt_in_the_note_becomes_a_public_warning(
    import_organizations, note, public_warning
):
    import_organizations({"note": note})

    listing = Organization.objects.get()
    assert public_warning in listing.public_warning
    assert bool(listing.public_warning) == bool(public_warning)


def test_city_without_zip_code_is_located_by_name(import_organizations):
    import_organizations({"zip": "", "city": "Ft. Benton"})

    listing = Organization.objects.get()
    assert (listing.precision, listing.county.name) == ("city", "Chouteau County")


def test_withheld_address_gets_the_center_of_its_county(import_organizations):
    import_organizations({"note": "The address is not published."})

    listing = Organization.objects.get()
    assert (listing.address_withheld, listing.precision) == (True, "county")
    assert (listing.public_street, listing.public_zip_code) == ("", "")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"name,phone\n", "lacks these columns"),
        (b"\xff\xfen\x00a", "neither a spreadsheet nor text"),
        (b"key," + b"x" * 50_000, "lacks|readable"),
        (b"", "lacks these columns"),
        (HEADER + b",fax\n", "has columns that this kind of file does not .*: fax"),
        (HEADER + b",phone\n", "has these columns more than once: phone"),
        (HEADER + b"\n" + b"," * 24 + b"fax\n", "Row 2 has a cell under no column"),
        (HEADER + b",\n" + b"," * 24 + b"fax\n", "Row 2 has a cell under no column"),
    ],
)
def test_invalid_file_is_refused_whole(tmp_path, content, words):
    path = tmp_path / "odd.csv"
    path.write_bytes(content)

    with pytest.raises(FileError, match=words):
        import_file("organizations", path)


def test_missing_file_is_reported_in_one_sentence(tmp_path):
    with pytest.raises(CommandError, match="There is no file"):
        call_command("import_listings", "cils", tmp_path / "none.csv")


def test_command_needs_the_kind_of_file(tmp_path):
    with pytest.raises(CommandError, match="Name a kind: cils, credentials,"):
        call_command("import_listings", tmp_path / "rows.csv")


def test_command_reports_that_nothing_was_imported(tmp_path):
    path = tmp_path / "rows.csv"
    header, row = ",".join(ORGANIZATION), ",".join(ORGANIZATION.values())
    path.write_text(f"{header}\n{row}\n{row}\n", encoding="utf-8")

    with pytest.raises(CommandError, match="Nothing was imported"):
        call_command("import_listings", "organizations", path, atomic=True)

    assert not Organization.objects.exists()


def test_command_prints_counts_and_refused_rows(tmp_path):
    path = tmp_path / "rows.csv"
    header, row = ",".join(ORGANIZATION), ",".join(ORGANIZATION.values())
    path.write_text(f"{header}\n{row}\n{row}\n", encoding="utf-8-sig")
    out = StringIO()

    call_command("import_listings", "organizations", path, stdout=out)

    lines = out.getvalue().splitlines()
    assert lines[0] == "1 added, 0 changed, 0 unchanged, 1 refused."
    assert lines[1].startswith("Refused: row 3: org:mt/example/miles-city")


WARMLINE = {
    "key": "warmline:example/1",
    "name": "Example Warmline",
    "operator": "",
    "serves": "MT",
    "area_note": "",
    "phone": "+14065550102",
    "text_number": "",
    "chat_url": "",
    "email": "",
    "website": "",
    "hours_text": "Daily, 9am-9pm",
    "hours": "Mo-Su 09:00-21:00",
    "timezone": "America/Denver",
    "open_to": "",
    "languages": "en",
    "communities": "",
    "peer_run": "unknown",
    "source_name": "example.org",
    "source_url": "https://example.org/",
    "source_license": "",
    "source_seen": "",
    "note": "",
}


@pytest.fixture
def line(tmp_path):
    """Return a function that imports one warmline and returns it with the report."""

    def line(**facts):
        path = tmp_path / "lines.csv"
        with path.open("w", encoding="utf-8", newline="") as lines:
            writer = csv.DictWriter(lines, WARMLINE)
            writer.writeheader()
            writer.writerow(WARMLINE | facts)
        return import_file("warmlines", path), Warmline.objects.first()

    return line


@pytest.mark.parametrize(
    ("facts", "who", "places"),
    [
        ({"serves": "US"}, "unknown", []),
        ({}, "unknown", ["Montana"]),
        ({"open_to": "anyone"}, "anyone", ["Montana"]),
        (
            {"open_to": "state residents", "area_note": "Custer County"},
            "state",
            ["Montana"],
        ),
        (
            {"open_to": "county residents", "area_note": "Custer County"},
            "local",
            ["Custer County, Montana"],
        ),
        (
            {"area_note": "Custer and Dawson counties"},
            "unknown",
            ["Custer County, Montana", "Dawson County, Montana"],
        ),
        ({"area_note": "The Keene area"}, "local", ["Montana"]),
        ({"area_note": "Based in Keene"}, "unknown", ["Montana"]),
        ({"open_to": "adults (21 and over)"}, "state", ["Montana"]),
        ({"open_to": "youth", "communities": "youth"}, "group", ["Montana"]),
        ({"communities": "lgbtq"}, "unknown", ["Montana"]),
        ({"communities": "spanish-speaking"}, "unknown", ["Montana"]),
        (
            {
                "serves": "ND;MN",
                "area_note": "North Dakota and Clay County, Minnesota",
                "open_to": "residents of North Dakota and Clay County, MN",
            },
            "state",
            ["Clay County, Minnesota", "North Dakota"],
        ),
    ],
)
def test_warmline_row_sets_who_may_call_and_from_where(line, facts, who, places):
    _report, found = line(**facts)

    assert found.who_may_call == who
    assert sorted(place.label for place in found.service_area.all()) == places
    assert (found.service_area_scope == "nationwide") == (facts.get("serves") == "US")


def test_invalid_hours_are_stored_as_published_with_a_warning(line):
    report, found = line(hours="nine to five")

    assert (found.hours, found.hours_note) == ("", "Daily, 9am-9pm")
    assert "can't read" in report.warnings[0][1]


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"timezone": "Mountain"}, "not a time zone"),
        ({"serves": "Montana"}, "not a state"),
        ({"name": ""}, "no name"),
    ],
)
def test_invalid_warmline_row_is_refused(line, facts, words):
    report, found = line(**facts)

    assert words in report.refused[0][1]
    assert found is None


def test_public_listing_sharing_a_website_with_a_removed_one_is_updated(
    import_organizations,
):
    import_organizations({"phone": "406-555-0102"})
    RemovalRequest.objects.create(name="Its branch", website="https://example.org/")

    report = import_organizations({"phone": "406-555-0103"})

    assert (report.changed, report.refused) == (1, [])
    assert Organization.objects.get().phone.as_e164 == "+14065550103"
