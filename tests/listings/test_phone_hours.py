"""Beside a number to call: its hours, or that none are listed."""

from __future__ import annotations

import pytest

from tests.factories import organization, place

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/find/?near=59301", "/states/mt/", "/orgs/"])
@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, "Hours not listed"),
        ({"hours_note": "Afternoons"}, 'Hours: <span lang="en">Afternoons</span>'),
        ({"hours": "24/7", "timezone": "America/Denver"}, ""),
        ({"phone": "", "email": "a@example.org"}, ""),
    ],
)
def test_a_number_without_hours_says_so(client, path, facts, said):
    organization(at=place("59301"), **facts)

    text = client.get(path).content.decode()
    card = text[text.index("<article") : text.index("</article>")]

    assert ("Hours" in card) is bool(said)
    assert said in card


def test_hours_that_cannot_be_read_count_as_not_listed(client):
    made = organization(at=place("59301"), hours="24/7", timezone="America/Denver")
    type(made).objects.filter(pk=made.pk).update(hours="whenever")

    assert "Hours not listed" in client.get("/orgs/").content.decode()


def test_page_says_published_hours_once(client):
    made = organization(at=place("59301"), hours_note="Most afternoons")

    page = client.get(made.get_absolute_url()).content.decode()

    assert page.count("Most afternoons") == 1
    assert "Hours not listed" not in page


def test_a_warning_is_on_every_row_of_the_catalogue(client):
    organization(at=place("59301"), public_warning="This may have closed.")

    assert "This may have closed." in client.get("/orgs/").content.decode()
