"""A client of a user who may see every page."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model


@pytest.fixture
def reader(client):
    """A client that is signed in to the admin, and gets error pages like a visitor."""
    user = get_user_model().objects.create_superuser("boss", "boss@example.org", "-")
    client.force_login(user)
    client.raise_request_exception = False
    return client
