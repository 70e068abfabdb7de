"""The type of a request in the admin."""

from __future__ import annotations

from typing import TypeAlias

from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest

AnyUser: TypeAlias = User | AnonymousUser


class StaffRequest(HttpRequest):
    """A request that the admin site has let through, so its user is signed in."""

    user: User
