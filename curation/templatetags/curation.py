"""Template tags of the admin."""

from __future__ import annotations

from django import template
from django.db.models import Model

from curation.charts import StateMap, build_state_map
from listings.models import Listing

register = template.Library()


@register.simple_tag
def point_map(listing: Listing) -> StateMap | None:
    """Return a map of a listing in its state, or None if it has no point."""
    point, state = getattr(listing, "point", None), getattr(listing, "state", "")
    return build_state_map(state, point) if point and state else None


@register.filter
def admin_path(row: Model) -> str:
    """Return the path of the form of a row below the first page of the admin."""
    return f"{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/"
