"""HSDS of another publisher: read with care, under the rules of every import."""

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


def bring(path, kind="peer_run", **options):
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
def file(tmp_path):
    def write(content, name="services.json"):
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return write


def test_an_organization_is_made_of_all_that_is_told_of_it(file):
    said = bring(file({"contents": [SERVICE]}), license="CC BY 4.0")

    assert said.startswith("1 added, 0 changed, 0 unchanged, 0 refused.")
    made = Organization.objects.get()
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
    assert {name: getattr(made, name) for name in facts} == facts
    assert (made.phone.as_e164, made.toll_free.as_e164) == (
        "+14065550111",
        "+18005550112",
    )
    assert {term.slug for term in made.terms.all()} == {"drop_in", "es"}
    assert {p.name for p in made.service_area.all()} == {"Custer County", "Montana"}
    assert bring(file([SERVICE]), license="CC BY 4.0").startswith(
        "0 added, 0 changed, 1"
    )


def test_a_folder_joins_what_its_files_tell(file, tmp_path):
    service = {k: v for k, v in SERVICE.items() if k != "service_at_locations"}
    service |= {"organization_id": "a1", "organization": None}
    file([CENTER], "organizations.json")
    file(json.dumps(service) + "\n\n", "services.ndjson")
    file(
        [{"id": "x1", "service_id": "s1", "location": AT}], "service_at_locations.json"
    )
    file([{"id": "w1", "name": "Words"}], "taxonomies.json")

    bring(tmp_path)

    made = Organization.objects.get()
    assert (made.name, made.street) == ("Example Center", "1 Main Street")
    assert made.hours == "Mo,Tu 09:00-17:00"


def test_what_belongs_to_nothing_that_is_told_is_left_out(file):
    alone = {"id": "p1", "number": "406-555-0111"}
    nowhere = {"id": "x1", "service_id": "s1", "location_id": "l9"}
    service = {k: v for k, v in SERVICE.items() if k != "service_at_locations"}

    assert bring(file([alone, nowhere, service])).startswith("1 added")
    assert Organization.objects.get().street == ""


def test_a_warmline_is_a_service_if_we_are_told_so(file):
    line = {
        **{name: SERVICE[name] for name in ("organization", "schedules")},
        "id": "s2",
        "name": "Example Line",
        "phones": [{"id": "p9", "number": "+1 406 555 0119"}],
        "service_areas": [{"id": "r1", "name": "Montana"}],
    }
    bring(file(line), kind="warmline")

    made = Warmline.objects.get()
    facts = (made.name, made.operator, made.phone.as_e164, made.hours, made.timezone)
    assert facts == (
        "Example Line",
        "Example Center",
        "+14065550119",
        "Mo,Tu 09:00-17:00",
        "America/Denver",
    )
    assert list(made.service_area.all()) == [state("MT")]
    assert not Organization.objects.exists()


def test_our_own_archive_can_be_read(tmp_path):
    organization(at=place("59301"), service_area=[state("MT")])
    warmline(service_area=[state("MT")])
    path = tmp_path / "hsds.zip"
    path.write_bytes(
        b"".join(DATA_FILES["hsds.zip"].chunks(MORNING, "https://example.org"))
    )

    assert "0 refused" in bring(path, kind="warmline", dry_run=True)
    assert Warmline.objects.count() == 1
    assert "0 refused" in bring(path)


def test_the_rules_of_every_import_hold(file):
    path = file([SERVICE])
    bring(path)
    made = Organization.objects.get()
    made.checked_on, made.checked_how, made.checked_facts = (
        MORNING,
        "confirmed",
        ["phone"],
    )
    made.save()
    other = {
        **CENTER,
        "phones": [{"id": "p1", "number": "406 555 0177"}],
        "status": "x",
    }

    said = bring(file([{**SERVICE, "organization": other}]))

    assert "phone, checked on 2026-11-24" in said
    made.delete()
    RemovalRequest.objects.create(name="Them", website="https://example.org/")
    assert "asked not to be listed" in bring(path)


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
def test_what_is_closed_is_not_opened_here(file, status, words, here, kind, model):
    said = bring(file([{**SERVICE, "status": status}]), kind=kind)

    assert words in said
    assert list(model.objects.values_list("status", flat=True)) == (
        [here] if here else []
    )


def test_a_line_that_names_no_area_is_not_taken_to_be_for_everybody(file):
    bring(file({**SERVICE, "service_areas": []}), kind="warmline")

    made = Warmline.objects.get()
    assert (made.service_area_scope, list(made.service_area.all())) == (
        Warmline.ServiceAreaScope.UNKNOWN,
        [],
    )
    # Hours without a zone mean nothing.
    assert (made.hours, made.timezone) == ("", "")


@pytest.mark.parametrize(
    ("area", "service_area_scope", "words"),
    [
        ({"name": "United States"}, "nationwide", ""),
        ({"name": "Our town;the valley"}, "unknown", "Our town the valley"),
        ({"description": "around here"}, "unknown", ""),
    ],
)
def test_an_area_is_what_its_publisher_says_it_is(
    file, area, service_area_scope, words
):
    bring(file({**SERVICE, "service_areas": [{"id": "r1", **area}]}))

    made = Organization.objects.get()
    assert (made.service_area_scope, made.service_area_note) == (
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
def test_only_rules_of_every_week_become_hours(file, rule, hours):
    told = [{**SERVICE["schedules"][0], **rule}]

    bring(file({**SERVICE, "schedules": told}))

    assert Organization.objects.get().hours == hours


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
def test_what_is_no_hsds_is_refused_in_words(file, content, words):
    with pytest.raises(CommandError, match=words):
        bring(file(content))


def test_odd_values_are_as_good_as_nothing(file):
    odd = {"id": 7, "name": "Odd", "website": None, "phones": "none", "locations": [3]}

    assert bring(file([odd])).startswith("1 added")
    assert Organization.objects.get().status == "draft"


def test_files_have_a_measure(file, tmp_path, monkeypatch):
    monkeypatch.setattr(hsds, "MAX_BYTES", 100)
    path = file([SERVICE])
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


def test_kind_and_source_must_be_named(file):
    path = file([SERVICE])

    with pytest.raises(CommandError, match="--kind peer_run, cil"):
        bring(path, kind=None)
    with pytest.raises(CommandError, match="--kind"):
        bring(path, kind="shop")
    with pytest.raises(CommandError, match="--publisher and --source-url"):
        bring(path, publisher="")
    assert Publisher("A B", "x").key("1") == "hsds:a-b/1"


def test_every_kind_of_number_is_read_and_what_is_left_out_is_named(file):
    phones = [
        {"number": "(406) 555-0100", "extension": 12, "type": "voice"},
        {"number": "(406) 555-0101 x7", "type": "voice"},
        {"number": "711", "type": "textphone"},
        {"number": "38255 (keyword TALK)", "type": "text"},
    ]
    told = SERVICE | {"organization": CENTER | {"phones": phones}}

    said = bring(file([told]))

    made = Organization.objects.get()
    assert (made.phone.as_e164, made.phone.extension) == ("+14065550100", "12")
    assert (made.tty, made.sms_number) == ("711", "38255 (keyword TALK)")
    assert "these numbers are left out: (406) 555-0101 x7" in said
    assert bring(file([told])).startswith("0 added, 0 changed, 1 unchanged")
