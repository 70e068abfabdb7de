"""Look for listings that may be the same, for the queue of the desk."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from curation.duplicates import find_duplicates
from listings.registry import listing_models


class Command(BaseCommand):
    help = "Find listings that may be the same; pairs that were dismissed stay so."

    def handle(self, *args: Any, **options: Any) -> None:
        made = find_duplicates(listing_models())
        self.stdout.write(f"{made} new pairs to look at.")
