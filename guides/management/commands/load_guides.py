"""Load the starter guides, except those that someone has edited here."""

from __future__ import annotations

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction

from guides.starter_guides import read_starter_guides, save_starter_guide


class Command(BaseCommand):
    help = "Load the guides of fixtures/guides; edited ones are left alone."

    @transaction.atomic
    def handle(self, *_args: object, **_options: object) -> None:
        folder = settings.BASE_DIR / "fixtures" / "guides"
        changed = [
            slug
            for slug, facts in read_starter_guides(folder)
            if save_starter_guide(slug, facts)
        ]
        self.stdout.write(f"{len(changed)} guides loaded.")
