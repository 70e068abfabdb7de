"""Unreadable values count as not known, and no save erases them."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from orgs.models import Organization
from tests.directory.bad_rows import break_row
from tests.factories import organization, warmline

pytestmark = pytest.mark.django_db

# Model: column, unreadable stored value, and a readable value to replace it.
UNREADABLE = {
    "sqlite": [
        ("check_due_on", "2026-13-45", date(2026, 12, 1)),
        ("wheelchair_access", "perhaps", True),
        ("checked_facts", "{}", ["phone"]),
        ("uuid", "none", "6f1c1f0e-30c6-4bd7-9d43-0d9a3a4b0a11"),
    ],
    "postgresql": [
        ("check_due_on", "infinity", date(2026, 12, 1)),
        ("check_due_on", "20000-01-01", date(2026, 12, 1)),
        ("checked_facts", '{"phone": 1}', ["phone"]),
    ],
}[connection.vendor]


def stored(row, column):
    """The stored value as text."""
    query = f"SELECT CAST({column} AS TEXT) FROM {row._meta.db_table} WHERE id = %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(query, [row.pk])
        return cursor.fetchone()[0]


@pytest.mark.parametrize("make", [organization, warmline])
@pytest.mark.parametrize(("column", "value", "right"), UNREADABLE)
def test_save_never_overwrites_an_unreadable_value(make, column, value, right):
    row_with_bad_value = make()
    assert break_row(row_with_bad_value, column, value)
    before = stored(row_with_bad_value, column)

    row = type(row_with_bad_value).objects.get(pk=row_with_bad_value.pk)
    row.summary = "New words"
    with pytest.raises(ValidationError, match="Saving would erase it"):
        row.save()

    assert stored(row_with_bad_value, column) == before
    row.refresh_from_db(fields=["summary"])
    assert row.summary == ""

    row.summary = "New words"
    setattr(row, column, right)
    row.save()
    row_with_bad_value.refresh_from_db()
    assert row_with_bad_value.summary == "New words"
    assert str(getattr(row_with_bad_value, column)) == str(right)


def test_street_is_withheld_if_the_flag_is_unreadable():
    row_with_bad_value = organization(street="1 Main Street")
    fields = [field.attname for field in Organization._meta.concrete_fields]
    known = {name: getattr(row_with_bad_value, name) for name in fields} | {
        "address_withheld": None
    }

    row = Organization.from_db("default", fields, list(known.values()))

    assert row.public_street == ""


def test_listing_with_a_slug_unfit_for_urls_has_a_page(client):
    row_with_bad_value = organization(name="Example of a slug")
    assert break_row(row_with_bad_value, "slug", "no/such slug")

    catalog = client.get("/orgs/").content.decode()
    address = f"/orgs/{row_with_bad_value.uuid}/"

    assert f'href="{address}"' in catalog
    assert "Example of a slug" in client.get(address).content.decode()
    assert client.get(f"{address}contact.vcf").status_code == 200


def test_uuid_is_no_second_url_of_a_listing_with_a_valid_slug(client):
    assert client.get(f"/orgs/{organization().uuid}/").status_code == 404
