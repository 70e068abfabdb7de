"""Every catalogue there is, without naming one."""

from __future__ import annotations

from django.apps import apps

from listings.models import Listing
from listings.provenance import Sourced


def listing_models() -> list[type[Listing]]:
    """Every concrete listing model, in the order of INSTALLED_APPS."""
    return [model for model in apps.get_models() if issubclass(model, Listing)]


def sourced_models() -> list[type[Sourced]]:
    """Every model that files bring rows of, in the order of INSTALLED_APPS."""
    return [
        model
        for model in apps.get_models()
        if issubclass(model, Sourced) and model.importers
    ]
