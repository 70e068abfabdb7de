"""Every catalogue there is, without naming one."""

from __future__ import annotations

from django.apps import apps

from listings.models import Listing


def listing_models() -> list[type[Listing]]:
    """Every concrete listing model, in the order of INSTALLED_APPS."""
    return [model for model in apps.get_models() if issubclass(model, Listing)]
