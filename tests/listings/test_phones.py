"""Phone, TTY and SMS numbers are parsed, shown and exported with extensions."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from django.core.exceptions import ValidationError

from listings.exchange.csv_rows import read_rows
from listings.exchange.workflow import import_rows, importers
from listings.phones import parse_phone, parse_sms_number, parse_tty
from orgs.models import Organization
from tests.factories import organization, place, warmline

WITH_EXTENSION = "+14065550100;ext=12"
SHOWN, DIALED = "(406) 555-0100 ext. 12", "tel:+14065550100;ext=12"


@pytest.mark.parametrize(
    "typed",
    [
        "(406) 555-0100 ext. 12",
        "406-555-0100 x12",
        "406.555.0100 extension 12",
        "4065550100 #12",
        "tel:+1-406-555-0100;ext=12",
        WITH_EXTENSION,
    ],
)
def test_extension_is_parsed_in_every_spelling(typed):
    assert parse_phone(typed) == WITH_EXTENSION


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("988", "988 is on every page"),
        ("211", "full 10-digit number"),
        ("406-555-0100, 406-555-0101", "two numbers"),
        ("(406) 555-0100 / (406) 555-0101", "two numbers"),
        ("1-800-555-0100 (toll free)", "without other words"),
        ("800-555-0100 press 1", "without other words"),
        ("Fax 406-555-0100", "without other words"),
        ("555-0100", "area code"),
        ("6.17555E+09", "spreadsheet"),
        ("zzz", "like (406) 555-0100"),
    ],
)
def test_invalid_number_gets_a_helpful_message(typed, words):
    with pytest.raises(ValidationError, match=re.escape(words)):
        parse_phone(typed)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("711", "711"),
        ("Relay 711", "711"),
        ("(406) 555-0100", "+14065550100"),
        ("TTY: 406-555-0100", "+14065550100"),
    ],
)
def test_tty_is_a_number_or_relay(typed, stored):
    assert parse_tty(typed) == stored


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("(406) 555-0100", "+14065550100"),
        ("4065550100", "+14065550100"),
        ("38255", "38255"),
        ("38255 (keyword TALK)", "38255 (keyword TALK)"),
        ("Text “TALK” to 38255", "38255 (keyword TALK)"),
        ("38255 TALK", "38255 (keyword TALK)"),
    ],
)
def test_sms_number_is_a_number_or_a_short_code(typed, stored):
    assert parse_sms_number(typed) == stored


@pytest.mark.parametrize("typed", ["hello", "988", "406-555-0100 x12", "12 34"])
def test_number_that_takes_no_texts_is_refused(typed):
    with pytest.raises(ValidationError, match=r"text|short code"):
        parse_sms_number(typed)


@pytest.mark.django_db
def test_every_page_shows_and_dials_the_extension(client):
    montana = place("MT", "state")
    org = organization(at=place("59301"), phone=WITH_EXTENSION, service_area=[montana])
    line = warmline(phone=WITH_EXTENSION, tty=WITH_EXTENSION, service_area=[montana])

    for path in (
        org.get_absolute_url(),
        line.get_absolute_url(),
        "/find/?near=59301",
        "/find/map/?near=59301",
        "/states/mt/",
        "/states/mt/print/",
        "/warmlines/?state=MT",
        "/orgs/",
    ):
        page = client.get(path).content.decode()
        assert SHOWN in page, path
        assert f'href="{DIALED}"' in page or "print" in path, path


@pytest.mark.django_db
def test_json_ld_contains_the_extension(client):
    org = organization(at=place("59301"), phone=WITH_EXTENSION)

    page = client.get(org.get_absolute_url()).content.decode()

    [found] = re.findall(
        r'<script type="application/ld\+json"[^>]*>(.*?)</script>', page, re.S
    )
    assert json.loads(found)["telephone"] == WITH_EXTENSION


@pytest.mark.django_db
def test_vcard_contains_every_number(client):
    facts = {"tty": "+14065550103", "videophone": "+14065550104"}
    organization(slug="ours", phone=WITH_EXTENSION, sms_number="+14065550105", **facts)
    warmline(slug="line", tty="711", sms_number="38255 (keyword TALK)")

    card = client.get("/orgs/ours/contact.vcf").content.decode()
    other = client.get("/warmlines/line/contact.vcf").content.decode()

    # A pause, and then the extension, is what every phone can dial.
    assert "TEL;TYPE=VOICE:+14065550100\\,12\r\n" in card
    assert "TEL;TYPE=TTY-TDD:+14065550103\r\n" in card
    assert "TEL;TYPE=VIDEO:+14065550104\r\n" in card
    assert "TEL;TYPE=CELL:+14065550105\r\n" in card
    assert "TEL;TYPE=TTY-TDD:711\r\n" in other
    assert "TEL;TYPE=CELL:38255\r\n" in other
    assert "Text TALK to 38255" in other


@pytest.mark.django_db
def test_csv_export_and_import_preserve_the_extension(client):
    listing = organization(at=place("59301"), phone=WITH_EXTENSION, key="org:one")
    text = b"".join(client.get("/data/organizations.csv")).decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(text))
    assert row["phone"].lstrip("'") == WITH_EXTENSION

    reader = importers()["exported-organizations"]
    same = import_rows(reader, read_rows(text, reader.columns, reader.optional_columns))
    typed = text.replace(WITH_EXTENSION, "(406) 555-0100 x12")
    as_typed = import_rows(
        reader, read_rows(typed, reader.columns, reader.optional_columns)
    )
    listing.delete()
    import_rows(reader, read_rows(typed, reader.columns, reader.optional_columns))

    assert (same.changed, as_typed.changed) == (0, 0)
    assert Organization.objects.get().phone.extension == "12"


@pytest.mark.django_db
def test_hsds_separates_the_extension_and_reads_it_back(client):
    organization(at=place("59301"), phone=WITH_EXTENSION, tty="711", slug="ours")

    [service] = client.get("/api/services").json()["contents"]
    full = client.get(f"/api/services/{service['id']}").json()

    phones = {one["type"]: one for one in full["phones"]}
    assert phones["voice"]["number"] == "+14065550100"
    assert phones["voice"]["extension"] == 12
    assert phones["textphone"]["number"] == "711"


@pytest.mark.django_db
def test_geojson_contains_the_extension(client):
    organization(at=place("59301"), phone=WITH_EXTENSION)

    found = json.loads(b"".join(client.get("/data/listings.geojson")))

    assert found["features"][0]["properties"]["phone"] == WITH_EXTENSION
