"""A browser of somebody who may see every page."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model


@pytest.fixture
def reader(client):
    """Signed in at the desk too; a fault is a page, as for everybody."""
    user = get_user_model().objects.create_superuser("boss", "boss@example.org", "-")
    client.force_login(user)
    client.raise_request_exception = False
    return client
