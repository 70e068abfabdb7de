"""The facts of a listing as a row of its history holds them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from django.db.models import Model

from listings import service_areas
from listings.field_values import fact_value

# Facts by the name of their field, as plain data that JSON can hold.
Facts: TypeAlias = Mapping[str, Any]


def historical_values(past: Model, names: Iterable[str]) -> dict[str, Any]:
    """Return the named facts of a row of history as plain data."""
    return {name: _historical_value(past, name) for name in names}


def _historical_value(past: Any, name: str) -> Any:
    if name == "terms":
        rows = past.terms.select_related("term")
        return sorted(f"{r.term.kind}:{r.term.slug}" for r in rows if r.term)
    if name == "service_area":
        rows = past.service_area.select_related("place")
        return service_areas.to_text([row.place for row in rows if row.place])
    return fact_value(past, name)
