"""Which state of the directory an answer tells of: the one place that knows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db.models import Count, Max, Sum

from listings.models import Term
from listings.registry import listing_models

# Raise it when the same listings are told in another way.
SHAPE = 1
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Version:
    etag: str
    modified: datetime


def directory_version(on: date) -> Version:
    """Of all listings and terms; a new day counts, because offsets change by season.

    The sum of the listings' versions sees a change that began before another one and
    was written after it, which the newest moment alone would miss.
    """
    seen: list[object] = [SHAPE, on]
    modified = BEGINNING
    for model in listing_models():
        totals = model.objects.aggregate(
            newest=Max("changed_at"), versions=Sum("version"), number=Count("pk")
        )
        seen += [totals["newest"], totals["versions"], totals["number"]]
        modified = max(modified, totals["newest"] or BEGINNING)
    seen += Term.objects.order_by("pk").values_list("slug", "label", "label_es")
    digest = hashlib.sha256(repr(seen).encode()).hexdigest()[:20]
    return Version(f'"{digest}"', modified)
