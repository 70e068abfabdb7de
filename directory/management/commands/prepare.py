"""Bring a fresh or an upgraded copy to where it can serve; quick when it is there."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from listings.registry import listing_models

# In this order: a file's rows may name rows of the file before.
STARTER_FILES = ("cils", "organizations", "warmlines")


class Command(BaseCommand):
    help = "Compile the words, migrate, load places and listings once, collect files."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("compile_words")
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("load_places", if_empty=True)
        if not any(model.objects.exists() for model in listing_models()):
            self._load_starter_listings()
        call_command("collectstatic", interactive=False, verbosity=0)

    def _load_starter_listings(self) -> None:
        for kind in STARTER_FILES:
            path = settings.BASE_DIR / "fixtures" / f"{kind}.csv"
            call_command("import_listings", kind, path)
