"""Pages show the hours of a phone number, or that they are not listed."""

from __future__ import annotations

import pytest

from tests.factories import organization, place

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/find/?near=59301", "/states/mt/", "/orgs/"])
@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({}, "Hours not listed"),
        ({"hours_note": "Afternoons"}, 'Hours: <span lang="en">Afternoons</span>'),
        ({"hours": "24/7", "timezone": "America/Denver"}, ""),
        ({"phone": "", "email": "a@example.org"}, ""),
    ],
)
def test_number_without_hours_says_hours_not_listed(client, path, facts, message):
    organization(at=place("59301"), **facts)

    text = client.get(path).content.decode()
    card = text[text.index("<article") : text.index("</article>")]

    assert ("Hours" in card) is bool(message)
    assert message in card


def test_invalid_hours_are_shown_as_not_listed(client):
    listing = organization(at=place("59301"), hours="24/7", timezone="America/Denver")
    type(listing).objects.filter(pk=listing.pk).update(hours="whenever")

    assert "Hours not listed" in client.get("/orgs/").content.decode()


def test_page_shows_published_hours_once(client):
    listing = organization(at=place("59301"), hours_note="Most afternoons")

    page = client.get(listing.get_absolute_url()).content.decode()

    assert page.count("Most afternoons") == 1
    assert "Hours not listed" not in page


def test_public_warning_is_on_every_row_of_the_list(client):
    organization(at=place("59301"), public_warning="This may have closed.")

    assert "This may have closed." in client.get("/orgs/").content.decode()
