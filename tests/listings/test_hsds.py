"""HSDS data of other publishers is imported under the rules of every import."""

from __future__ import annotations

import json
from io import StringIO
from zipfile import ZipFile

import pytest
from django.core.management import CommandError, call_command

from api.exports import DATA_FILES
from listings.exchange import hsds
from listings.exchange.csv_rows import FileError
from listings.exchange.hsds_mapping import Publisher
from listings.removals import RemovalRequest
from orgs.models import Organization
from tests.directory.test_copy import MORNING
from tests.factories import organization, place, state, warmline
from warmlines.models import Warmline

pytestmark = pytest.mark.django_db

CENTER = {
    "id": "a1",
    "name": "Example Center",
    "description": "<p>Run by peers.</p>",
    "website": "https://example.org/",
    "phones": [
        {"id": "p1", "number": "(406) 555-0111", "type": "voice"},
        {"id": "p2", "number": "1-800-555-0112"},
        {"id": "p3", "number": "406-555-0113", "type": "fax"},
        {"id": "p4", "number": "nonsense"},
    ],
}
AT = {
    "id": "l1",
    "location_type": "physical",
    "latitude": 46.4,
    "longitude": -105.8,
    "addresses": [
        {
            "id": "d1",
            "address_1": "1 Main Street",
            "city": "Miles City",
            "state_province": "Montana",
            "postal_code": "59301",
            "country": "US",
            "address_type": "physical",
        }
    ],
}
RULE = {"freq": "WEEKLY", "byday": "MO,TU", "opens_at": "09:00-07:00"}
SERVICE = {
    "id": "s1",
    "name": "Drop-in",
    "status": "active",
    "organization": CENTER,
    "last_modified": "2026-05-03T10:00:00Z",
    "schedules": [{"id": "h1", "closes_at": "17:00-07:00", **RULE}],
    "languages": [{"id": "g1", "name": "Spanish"}, {"id": "g2", "code": "xx"}],
    "service_areas": [
        {"id": "r1", "name": "Custer County"},
        {"id": "r2", "name": "MT"},
    ],
    "attributes": [
        {"id": "t1", "taxonomy_term": {"id": "w1", "code": "drop_in"}},
        {"id": "t2", "taxonomy_term": {"id": "w2", "code": "BD-1800"}},
    ],
    "service_at_locations": [{"id": "x1", "location": AT}],
}


def import_hsds(path, kind="peer_run", **options):
    out = StringIO()
    facts = {"publisher": "Their List", "source_url": "https://example.org/hsds"}
    call_command(
        "import_listings",
        path,
        format="hsds",
        listed_as=kind,
        quiet=True,
        stdout=out,
        **facts | options,
    )
    return out.getvalue()


@pytest.fixture
def hsds_file(tmp_path):
    def write(content, name="services.json"):
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return write


def test_hsds_organization_combines_services_and_locations(hsds_file):
    output = import_hsds(hsds_file({"contents": [SERVICE]}), license="CC BY 4.0")

    assert output.startswith("1 added, 0 changed, 0 unchanged, 0 refused.")
    listing = Organization.objects.get()
    facts = {
        "key": "hsds:their-list/a1",
        "name": "Example Center",
        "kind": "peer_run",
        "summary": "Run by peers.",
        "street": "1 Main Street",
        "city": "Miles City",
        "state": "MT",
        "precision": "zip",
        "timezone": "America/Denver",
        "hours": "Mo,Tu 09:00-17:00",
        "status": "published",
        "source_name": "Their List",
        "source_license": "CC BY 4.0",
        "source_seen": "2026-05-03",
        "checked_on": None,
    }
    assert {name: getattr(listing, name) for name in facts} == facts
    assert (listing.phone.as_e164, listing.toll_free.as_e164) == (
        "+14065550111",
        "+18005550112",
    )
    assert {term.slug for term in listing.terms.all()} == {"drop_in", "es"}
    assert {p.name for p in listing.service_area.all()} == {"Custer County", "Montana"}
    assert import_hsds(hsds_file([SERVICE]), license="CC BY 4.0").startswith(
        "0 added, 0 changed, 1"
    )


def test_hsds_folder_joins_its_files_by_id(hsds_file, tmp_path):
    service = {k: v for k, v in SERVICE.items() if k != "service_at_locations"}
    service |= {"organization_id": "a1", "organization": None}
    hsds_file([CENTER], "organizations.json")
    hsds_file(json.dumps(service) + "\n\n", "services.ndjson")
    hsds_file(
        [{"id": "x1", "service_id": "s1", "location": AT}], "service_at_locations.json"
    )
    hsds_file([{"id": "w1", "name": "Words"}], "taxonomies.json")

    import_hsds(tmp_path)

    listing = Organization.objects.get()
    assert (listing.name, listing.street) == ("Example Center", "1 Main Street")
    assert listing.hours == "Mo,Tu 09:00-17:00"


def test_hsds_objects_without_owner_are_ignored(hsds_file):
    alone = {"id": "p1", "number": "406-555-0111"}
    nowhere = {"id": "x1", "service_id": "s1", "location_id": "l9"}
    service = {k: v for k, v in SERVICE.items() if k != "service_at_locations"}

    assert import_hsds(hsds_file([alone, nowhere, service])).startswith("1 added")
    assert Organization.objects.get().street == ""


def test_hsds_services_are_imported_as_warmlines_on_request(hsds_file):
    line = {
        **{name: SERVICE[name] for name in ("organization", "schedules")},
        "id": "s2",
        "name": "Example Line",
        "phones": [{"id": "p9", "number": "+1 406 555 0119"}],
        "service_areas": [{"id": "r1", "name": "Montana"}],
    }
    import_hsds(hsds_file(line), kind="warmline")

    listing = Warmline.objects.get()
    facts = (
        listing.name,
        listing.operator,
        listing.phone.as_e164,
        listing.hours,
        listing.timezone,
    )
    assert facts == (
        "Example Line",
        "Example Center",
        "+14065550119",
        "Mo,Tu 09:00-17:00",
        "America/Denver",
    )
    assert list(listing.service_area.all()) == [state("MT")]
    assert not Organization.objects.exists()


def test_hsds_import_reads_our_own_archive(tmp_path):
    organization(at=place("59301"), service_area=[state("MT")])
    warmline(service_area=[state("MT")])
    path = tmp_path / "hsds.zip"
    path.write_bytes(
        b"".join(DATA_FILES["hsds.zip"].chunks(MORNING, "https://example.org"))
    )

    assert "0 refused" in import_hsds(path, kind="warmline", dry_run=True)
    assert Warmline.objects.count() == 1
    assert "0 refused" in import_hsds(path)


def test_hsds_import_follows_the_rules_of_every_import(hsds_file):
    path = hsds_file([SERVICE])
    import_hsds(path)
    listing = Organization.objects.get()
    listing.checked_on, listing.checked_how, listing.checked_facts = (
        MORNING,
        "confirmed",
        ["phone"],
    )
    listing.save()
    other = {
        **CENTER,
        "phones": [{"id": "p1", "number": "406 555 0177"}],
        "status": "x",
    }

    output = import_hsds(hsds_file([{**SERVICE, "organization": other}]))

    assert "phone, checked on 2026-11-24" in output
    listing.delete()
    RemovalRequest.objects.create(name="Them", website="https://example.org/")
    assert "asked not to be listed" in import_hsds(path)


@pytest.mark.parametrize(
    ("status", "words", "here"),
    [
        ("defunct", "its publisher says that it is closed", None),
        ("inactive", "its publisher says that it is closed", None),
        ("temporarily closed", "1 added", "temporarily_closed"),
    ],
)
@pytest.mark.parametrize(
    ("kind", "model"), [("peer_run", Organization), ("warmline", Warmline)]
)
def test_hsds_import_does_not_open_what_its_publisher_closed(
    hsds_file, status, words, here, kind, model
):
    output = import_hsds(hsds_file([{**SERVICE, "status": status}]), kind=kind)

    assert words in output
    assert list(model.objects.values_list("status", flat=True)) == (
        [here] if here else []
    )


def test_hsds_line_without_area_is_not_nationwide(hsds_file):
    import_hsds(hsds_file({**SERVICE, "service_areas": []}), kind="warmline")

    listing = Warmline.objects.get()
    assert (listing.service_area_scope, list(listing.service_area.all())) == (
        Warmline.ServiceAreaScope.UNKNOWN,
        [],
    )
    # Hours without a zone mean nothing.
    assert (listing.hours, listing.timezone) == ("", "")


@pytest.mark.parametrize(
    ("area", "service_area_scope", "words"),
    [
        ({"name": "United States"}, "nationwide", ""),
        ({"name": "Our town;the valley"}, "unknown", "Our town the valley"),
        ({"description": "around here"}, "unknown", ""),
    ],
)
def test_hsds_area_is_mapped_as_published(hsds_file, area, service_area_scope, words):
    import_hsds(hsds_file({**SERVICE, "service_areas": [{"id": "r1", **area}]}))

    listing = Organization.objects.get()
    assert (listing.service_area_scope, listing.service_area_note) == (
        service_area_scope,
        words,
    )


@pytest.mark.parametrize(
    ("rule", "hours"),
    [
        ({}, "Mo,Tu 09:00-17:00"),
        ({"opening_hours": "Mo-We 10:00-12:00"}, "Mo-We 10:00-12:00"),
        ({"freq": "MONTHLY"}, ""),
        ({"interval": 2}, ""),
        ({"byday": "1MO"}, ""),
        ({"opens_at": "nine"}, ""),
    ],
)
def test_hsds_weekly_schedules_become_hours(hsds_file, rule, hours):
    objects = [{**SERVICE["schedules"][0], **rule}]

    import_hsds(hsds_file({**SERVICE, "schedules": objects}))

    assert Organization.objects.get().hours == hours


def test_hsds_schedule_of_a_meeting_is_no_opening_hour(hsds_file):
    hours = SERVICE["schedules"][0]
    meeting = {**hours, "id": "m1", "meeting_key": "org:x#1", "byday": "SU"}
    meeting |= {"iana_timezone": "America/New_York", "description": "A group"}

    import_hsds(hsds_file({**SERVICE, "schedules": [meeting]}))

    assert Organization.objects.get().hours == ""
    assert Organization.objects.get().hours_note == ""


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "this is not JSON"),
        ("[1, 2]", "something else than objects"),
        ("[" * 100_000, "too deep"),
        ('[{"name": "No id", "website": "x"}]', "an object has no id"),
        ("[]", "holds no organizations"),
        ('{"meetings": []}', "has no id"),
    ],
)
def test_hsds_import_refuses_other_files_with_a_message(hsds_file, content, words):
    with pytest.raises(CommandError, match=words):
        import_hsds(hsds_file(content))


def test_hsds_import_ignores_values_of_wrong_types(hsds_file):
    odd = {"id": 7, "name": "Odd", "website": None, "phones": "none", "locations": [3]}

    assert import_hsds(hsds_file([odd])).startswith("1 added")
    assert Organization.objects.get().status == "draft"


def test_hsds_import_refuses_files_over_the_limits(hsds_file, tmp_path, monkeypatch):
    monkeypatch.setattr(hsds, "MAX_BYTES", 100)
    path = hsds_file([SERVICE])
    packed = tmp_path / "packed.zip"
    with ZipFile(packed, "w") as archive:
        archive.write(path, "services.json")

    for one in (path, packed, tmp_path):
        with pytest.raises(FileError, match="MB to read"):
            hsds.read_hsds(one)
    packed.write_bytes(b"no zip")
    with pytest.raises(FileError, match="not a readable zip"):
        hsds.read_hsds(packed)
    with pytest.raises(FileError, match="cannot be read"):
        hsds.read_hsds(tmp_path / "none.json")
    monkeypatch.setattr(hsds, "MAX_FILES", 0)
    with pytest.raises(FileError, match="more than 0 files"):
        hsds.read_hsds(tmp_path)


def test_hsds_import_needs_a_kind_and_a_source(hsds_file):
    path = hsds_file([SERVICE])

    with pytest.raises(CommandError, match="--kind peer_run, cil"):
        import_hsds(path, kind=None)
    with pytest.raises(CommandError, match="--kind"):
        import_hsds(path, kind="shop")
    with pytest.raises(CommandError, match="--publisher and --source-url"):
        import_hsds(path, publisher="")
    assert Publisher("A B", "x").key("1") == "hsds:a-b/1"


def test_hsds_numbers_are_imported_by_type_and_others_are_reported(hsds_file):
    phones = [
        {"number": "(406) 555-0100", "extension": 12, "type": "voice"},
        {"number": "(406) 555-0101 x7", "type": "voice"},
        {"number": "711", "type": "textphone"},
        {"number": "38255 (keyword TALK)", "type": "text"},
    ]
    objects = SERVICE | {"organization": CENTER | {"phones": phones}}

    output = import_hsds(hsds_file([objects]))

    listing = Organization.objects.get()
    assert (listing.phone.as_e164, listing.phone.extension) == ("+14065550100", "12")
    assert (listing.tty, listing.sms_number) == ("711", "38255 (keyword TALK)")
    assert "these numbers are left out: (406) 555-0101 x7" in output
    assert import_hsds(hsds_file([objects])).startswith(
        "0 added, 0 changed, 1 unchanged"
    )
