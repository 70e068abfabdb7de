"""The page of one organization."""

from __future__ import annotations

import pytest

from tests.factories import organization

pytestmark = pytest.mark.django_db


def test_page_says_beside_the_call_button_that_hours_are_unknown(client):
    bare = organization()
    noted = organization(hours_note="Most evenings")

    pages = [client.get(o.get_absolute_url()).content.decode() for o in (bare, noted)]

    assert "Hours not listed" in pages[0]
    assert "Hours not listed" not in pages[1]
    assert "Most evenings" in pages[1]
