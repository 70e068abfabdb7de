"""What templates of the desk draw."""

from __future__ import annotations

from typing import Any

from django import template

from curation.charts import DotMap, dot_map

register = template.Library()


@register.simple_tag
def point_map(listing: Any) -> DotMap | None:
    """Where a listing's point lies in its state; None for what has no point."""
    point = getattr(listing, "point", None)
    return dot_map(listing.state, point) if point and listing.state else None


@register.filter
def admin_path(listing: Any) -> str:
    """ "orgs/organization/12/change/": its form, from the front page of the desk."""
    opts = listing._meta
    return f"{opts.app_label}/{opts.model_name}/{listing.pk}/change/"
