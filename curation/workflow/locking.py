"""Lock a row before it is changed."""

from __future__ import annotations

from typing import TypeVar

from django.db import models
from django.utils.translation import gettext as _

from curation.errors import ActionRefused

RowT = TypeVar("RowT", bound=models.Model)


def lock_for_update(row: RowT, version: str = "") -> RowT:
    """Read a row again, and lock it until the transaction ends.

    Raise ActionRefused if its version is not the `version` that the curator saw. A page
    that is not a listing, such as a state's, has no version: leave it empty.
    """
    manager = type(row)._default_manager
    fresh = manager.select_for_update().get(pk=row.pk)
    if version and version != str(getattr(fresh, "version", "")):
        raise ActionRefused(
            _("Somebody changed this listing while you worked on it. Look at it again.")
        )
    return fresh
