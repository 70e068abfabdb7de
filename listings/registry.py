"""List the models of all catalogs without importing any of them by name."""

from __future__ import annotations

from django.apps import apps

from listings.models import Listing
from listings.provenance import ProvenanceModel


def listing_models() -> list[type[Listing]]:
    """Return every concrete listing model, in the order of INSTALLED_APPS."""
    return [model for model in apps.get_models() if issubclass(model, Listing)]


def importable_models() -> list[type[ProvenanceModel]]:
    """Return every model that has an importer, in the order of INSTALLED_APPS."""
    return [
        model
        for model in apps.get_models()
        if issubclass(model, ProvenanceModel) and model.importers
    ]
