"""Find listings that may be the same, for the queue in the admin."""

from __future__ import annotations

from django.core.management.base import BaseCommand

from curation.duplicates import store_duplicate_pairs
from listings.registry import listing_models


class Command(BaseCommand):
    help = "Find listings that may be the same; pairs that were dismissed stay so."

    def handle(self, *args: object, **options: object) -> None:
        created = store_duplicate_pairs(listing_models())
        self.stdout.write(f"{created} new pairs to look at.")
