"""security.txt, with the contact for vulnerabilities and an expiry date."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest

from directory.pages import well_known


def fields(client):
    page = client.get("/.well-known/security.txt").content.decode()
    pairs = [line.partition(": ")[::2] for line in page.splitlines()]
    return {name: [value for n, value in pairs if n == name] for name, _value in pairs}


@pytest.fixture
def set_up(tmp_path, monkeypatch):
    """The marker file of the last setup, dated in 2026."""
    mark = tmp_path / "staticfiles.json"
    mark.touch()
    moment = datetime(2026, 11, 1, tzinfo=UTC).timestamp()
    os.utime(mark, (moment, moment))
    monkeypatch.setattr(well_known, "STATIC_MANIFEST", mark)
    return mark


def test_security_txt_has_contact_and_expiry(client, set_up, settings):
    settings.CONTACT_EMAIL = "curators@example.org"
    settings.SITE_URL = "https://directory.example.org"

    found = fields(client)

    contact = "https://directory.example.org/contact/"
    assert found["Contact"] == ["mailto:curators@example.org", contact]
    assert found["Expires"] == ["2027-04-30T00:00:00Z"]
    assert found["Preferred-Languages"] == ["en, es"]
    address = "https://directory.example.org/.well-known/security.txt"
    assert found["Canonical"] == [address]


def test_security_txt_expiry_is_renewed_by_setup_only(client, set_up):
    before = fields(client)["Expires"]
    assert fields(client)["Expires"] == before

    set_up.unlink()

    assert fields(client)["Expires"] == ["1970-06-30T00:00:00Z"]
