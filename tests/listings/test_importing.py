"""Files of listings, from a row to the page or to a refusal that says why."""

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
def bring(tmp_path):
    """bring(row, row …) imports the rows; each is what differs from ORGANIZATION."""

    def bring(*rows, **options):
        path = tmp_path / "rows.csv"
        columns = dict.fromkeys(name for row in (ORGANIZATION, *rows) for name in row)
        with path.open("w", encoding="utf-8", newline="") as lines:
            writer = csv.DictWriter(lines, columns)
            writer.writeheader()
            writer.writerows(ORGANIZATION | row for row in rows)
        return import_file("organizations", path, **options)

    return bring


def test_a_row_becomes_a_listing_with_all_its_facts(bring):
    report = bring({})

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


def test_who_runs_it_and_its_summary_come_in_and_an_empty_cell_keeps_them(bring):
    bring({"summary": "Coffee and company.", "run_by": "peers"})

    report = bring({"summary": "", "run_by": ""})

    listing = Organization.objects.get()
    assert (listing.summary, listing.run_by) == ("Coffee and company.", "peers")
    assert (report.changed, report.unchanged) == (0, 1)


def test_a_file_without_the_newest_columns_is_read(bring):
    bring({"summary": "Coffee and company.", "run_by": "peers"})

    report = bring({"phone": "+14065550102"})

    assert report.changes == [(2, f"{ORGANIZATION['key']}: phone")]
    assert Organization.objects.get().run_by == "peers"


def test_the_same_rows_again_change_nothing(bring):
    bring({})
    before = Organization.objects.values().get()

    report = bring({})

    assert (report.added, report.changed, report.unchanged) == (0, 0, 1)
    assert Organization.objects.values().get() == before


def test_a_number_written_another_way_is_the_same_number(bring):
    bring({})

    report = bring({"phone": "(406) 555-0101"})

    assert (report.changed, report.unchanged) == (0, 1)


def test_a_changed_row_changes_just_that(bring):
    bring({})

    report = bring({"phone": "+14065550102", "services": "drop_in"})

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
def test_a_bad_row_is_refused_with_its_number_and_reason(bring, wrong, words):
    report = bring({"key": "org:one"}, wrong | {"key": wrong.get("key", "org:two")})

    [(number, reason)] = report.refused
    assert (number, report.added) == (3, 1)
    assert words in reason
    assert [one.key for one in Organization.objects.all()] == ["org:one"]


def test_a_key_twice_is_refused_the_second_time(bring):
    report = bring({}, {})

    words = f"{ORGANIZATION['key']}: this key stands in the file twice"
    assert (report.added, report.refused) == (1, [(3, words)])


def test_atomic_imports_all_or_nothing(bring):
    report = bring({"key": "org:one"}, {"key": "org:two", "name": ""}, atomic=True)

    assert len(report.refused) == 1
    assert not Organization.objects.exists()


def test_a_dry_run_writes_nothing(bring):
    report = bring({}, dry_run=True)

    assert report.added == 1
    assert not Organization.objects.exists()


def test_a_fact_that_a_curator_checked_is_kept_and_reported(bring):
    bring({})
    Organization.objects.update(
        phone="+14065550109",
        checked_on=date(2026, 11, 1),
        checked_how="confirmed",
        checked_facts=["phone"],
    )

    report = bring({"phone": "+14065550102", "website": "https://example.org/new"})

    listing = Organization.objects.get()
    assert listing.phone.as_e164 == "+14065550109"
    assert listing.website == "https://example.org/new"
    assert "phone, checked on 2026-11-01" in report.protected[0][1]


def test_a_check_of_everything_keeps_everything(bring):
    bring({})
    Organization.objects.update(checked_on=date(2026, 11, 1), checked_how="confirmed")

    report = bring({"phone": "+14065550102", "city": "Circle", "services": ""})

    listing = Organization.objects.get()
    assert (listing.phone.as_e164, listing.city) == ("+14065550101", "Miles City")
    assert report.unchanged == 1


def test_a_row_without_contact_becomes_a_draft(bring):
    bring({"phone": "", "website": ""})

    assert Organization.objects.get().status == "draft"


def test_what_a_curator_closed_stays_closed(bring):
    bring({})
    Organization.objects.get().close(reason="Moved away")

    bring({"phone": "+14065550102"})

    assert Organization.objects.get().status == "closed"


@pytest.mark.parametrize(
    "wish",
    [
        {"phone": "+14065550101"},
        {"website": "https://example.org/"},
        {"key": ORGANIZATION["key"]},
    ],
)
def test_an_organization_that_asked_not_to_be_listed_is_refused(bring, wish):
    RemovalRequest.objects.create(name="Example", **wish)

    report = bring({})

    words = f"{ORGANIZATION['key']}: the organization asked not to be listed"
    assert report.refused == [(2, words)]
    assert not Organization.objects.exists()


def test_a_branch_finds_its_parent_wherever_it_stands_in_the_file(bring):
    bring(
        {"key": "org:b", "name": "Branch", "branch_of": "Parent"},
        {"key": "org:p", "name": "Parent"},
        {"key": "org:h", "name": "Hosted", "branch_of": "A County Agency"},
    )

    branch = Organization.objects.get(key="org:b")
    hosted = Organization.objects.get(key="org:h")
    assert (branch.parent.key, branch.host) == ("org:p", "")
    assert (hosted.parent, hosted.host) == (None, "A County Agency")


def test_a_parent_that_is_named_later_is_a_change(bring):
    rows = [{"key": "org:b", "name": "Branch"}, {"key": "org:p", "name": "Parent"}]
    bring(*rows)

    report = bring(rows[0] | {"branch_of": "Parent"}, rows[1])

    assert (report.added, report.changed) == (0, 1)
    assert Organization.objects.get(key="org:b").parent.key == "org:p"


def test_the_database_looks_at_its_tables_after_many_new_rows(bring, monkeypatch):
    monkeypatch.setattr(workflow, "ANALYZE_AFTER_ROWS", 1)

    with CaptureQueriesContext(connection) as few:
        bring({"key": "org:one"})
    with CaptureQueriesContext(connection) as many:
        bring({"key": "org:two"}, {"key": "org:three"})

    looked = [[q for q in some if q["sql"] == "ANALYZE"] for some in (few, many)]
    assert list(map(len, looked)) == [0, 1]


class Rough(OrganizationImporter):
    """Gives hours without a zone where the summary asks for that."""

    def read(self, row):
        facts = super().read(row)
        if row["summary"] == "rough":
            facts.fields |= {"hours": "24/7", "timezone": ""}
        return facts


def test_a_row_that_the_database_refuses_takes_no_other_with_it():
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


def test_of_several_parents_the_one_in_the_same_town_is_meant(bring):
    bring(
        {"key": "org:b", "name": "Branch", "branch_of": "Parent"},
        {"key": "org:1", "name": "Parent", "city": "Circle", "zip": ""},
        {"key": "org:2", "name": "Parent"},
    )

    assert Organization.objects.get(key="org:b").parent.key == "org:2"


def test_a_word_we_do_not_have_is_left_out_with_a_warning(bring):
    report = bring(
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
def test_a_doubt_of_the_source_becomes_a_public_caution(bring, note, public_warning):
    bring({"note": note})

    listing = Organization.objects.get()
    assert public_warning in listing.public_warning
    assert bool(listing.public_warning) == bool(public_warning)


def test_a_town_without_a_zip_is_placed_by_its_name(bring):
    bring({"zip": "", "city": "Ft. Benton"})

    listing = Organization.objects.get()
    assert (listing.precision, listing.county.name) == ("city", "Chouteau County")


def test_a_private_address_gets_the_middle_of_its_county(bring):
    bring({"note": "The address is not published."})

    listing = Organization.objects.get()
    assert (listing.address_withheld, listing.precision) == (True, "county")
    assert (listing.public_street, listing.public_zip_code) == ("", "")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"name,phone\n", "lacks these columns"),
        (b"\xff\xfen\x00a\x00", "not UTF-8"),
        (b"key," + b"x" * 50_000, "lacks|readable"),
        (b"", "lacks these columns"),
        (HEADER + b",fax\n", "has columns that this kind of file does not .*: fax"),
        (HEADER + b",phone\n", "has these columns more than once: phone"),
        (HEADER + b"\n" + b"," * 24 + b"fax\n", "Row 2 has a cell under no column"),
        (HEADER + b",\n" + b"," * 24 + b"fax\n", "Row 2 has a cell under no column"),
    ],
)
def test_a_file_that_is_none_is_refused_whole(tmp_path, content, words):
    path = tmp_path / "odd.csv"
    path.write_bytes(content)

    with pytest.raises(FileError, match=words):
        import_file("organizations", path)


def test_a_missing_file_is_one_clear_sentence(tmp_path):
    with pytest.raises(CommandError, match="There is no file"):
        call_command("import_listings", "cils", tmp_path / "none.csv")


def test_a_file_of_no_kind_is_not_guessed(tmp_path):
    with pytest.raises(CommandError, match="Name a kind: cils, credentials,"):
        call_command("import_listings", tmp_path / "rows.csv")


def test_the_command_says_that_nothing_came_in(tmp_path):
    path = tmp_path / "rows.csv"
    header, row = ",".join(ORGANIZATION), ",".join(ORGANIZATION.values())
    path.write_text(f"{header}\n{row}\n{row}\n", encoding="utf-8")

    with pytest.raises(CommandError, match="Nothing was imported"):
        call_command("import_listings", "organizations", path, atomic=True)

    assert not Organization.objects.exists()


def test_the_command_prints_counts_and_refusals(tmp_path):
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
    """line(**facts) imports one warmline and returns it with the report."""

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
def test_who_may_call_a_line_and_from_where(line, facts, who, places):
    _report, found = line(**facts)

    assert found.who_may_call == who
    assert sorted(place.label for place in found.service_area.all()) == places
    assert (found.service_area_scope == "nationwide") == (facts.get("serves") == "US")


def test_unreadable_hours_are_kept_as_published_with_a_warning(line):
    report, found = line(hours="nine to five")

    assert (found.hours, found.hours_note) == ("", "Daily, 9am-9pm")
    assert "cannot read" in report.warnings[0][1]


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"timezone": "Mountain"}, "not a time zone"),
        ({"serves": "Montana"}, "not a state"),
        ({"name": ""}, "no name"),
    ],
)
def test_a_bad_line_is_refused(line, facts, words):
    report, found = line(**facts)

    assert words in report.refused[0][1]
    assert found is None


def test_who_shares_a_site_with_one_that_left_is_kept_true(bring):
    bring({"phone": "406-555-0102"})
    RemovalRequest.objects.create(name="Its branch", website="https://example.org/")

    report = bring({"phone": "406-555-0103"})

    assert (report.changed, report.refused) == (1, [])
    assert Organization.objects.get().phone.as_e164 == "+14065550103"
