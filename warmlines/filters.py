"""The filters of warmlines."""

from __future__ import annotations

from listings.filters import ListingFilter
from warmlines.models import Warmline


class WarmlineFilter(ListingFilter):
    class Meta:
        model = Warmline
        fields = ["community", "language"]
