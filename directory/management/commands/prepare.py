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
from listings.drafts import retire
from listings.registry import listing_models
from listings.rows import read_file, read_rows
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

RETIRED_FILE = "retired.csv"


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
        self._retire_listings()
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

    def _retire_listings(self) -> None:
        """Make drafts of the listings that the starter files do not have any more."""
        text = read_file(settings.BASE_DIR / "fixtures" / RETIRED_FILE)
        rows = read_rows(text, frozenset({"kind", "key", "reason"}))
        for model in listing_models():
            mine = [row for row in rows if row["kind"] in model.importers]
            if number := retire(model, mine):
                name = model._meta.verbose_name_plural
                self.stdout.write(f"{number} {name} are not in the starter data now.")
