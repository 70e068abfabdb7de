"""Bring a fresh or an upgraded copy to where it can serve; quick when it is there."""

from __future__ import annotations

from io import StringIO
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.utils import timezone

from directory.collected import collect_files
from directory.last_lines import write_down
from listings.word_index import build
from listings.workflow import importers
from orgs.models import Organization

# Kind and file, in this order: a file's rows may name rows of the file before.
STARTER_FILES = {
    "cils": "cils.csv",
    "organizations": "organizations.csv",
    "warmlines": "warmlines.csv",
    "credentials": "state_guides.csv",
    "crisis_lines": "crisis_lines.csv",
    "crisis_phrases": "trigger_words.csv",
}


class Command(BaseCommand):
    help = "Compile, migrate, load what is not there yet, forget, write files."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("compile_words")
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        # SQLite loses it when a migration remakes the table.
        build(connection, Organization._meta.db_table)
        call_command("load_places", if_empty=True)
        self._load_starter_files()
        call_command("load_guides", stdout=StringIO())
        call_command("forget", stdout=StringIO())
        collect_files()
        write_down(timezone.now())

    def _load_starter_files(self) -> None:
        """The files of every model that has no rows yet."""
        models = {kind: importers()[kind].model for kind in STARTER_FILES}
        empty = {m for m in models.values() if not m._default_manager.exists()}
        for kind, name in STARTER_FILES.items():
            if models[kind] in empty:
                path = settings.BASE_DIR / "fixtures" / name
                call_command("import_listings", kind, path)
