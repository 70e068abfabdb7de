"""Bring a fresh or an upgraded copy to where it can serve; quick when it is there."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from directory.operations.fallback_numbers import write_fallback_numbers
from directory.operations.static_files import collect_files
from listings.cards import store_all
from listings.exchange.csv_rows import read_file, read_rows
from listings.exchange.drafts import retire
from listings.exchange.workflow import import_file, importers
from listings.registry import listing_models
from listings.text_index import build
from orgs.models import Organization

# Kind and file, in this order: a file's rows may name rows of the file before.
STARTER_FILES = {
    "cils": "cils.csv",
    "organizations": "organizations.csv",
    "warmlines": "warmlines.csv",
    "meetings": "meetings.csv",
    "credentials": "state_guides.csv",
    "crisis_lines": "crisis_lines.csv",
    "crisis_phrases": "trigger_words.csv",
}

RETIRED_FILE = "retired.csv"


# A PostgreSQL that starts for the first time makes its files before it answers.
DATABASE_WAIT_SECONDS = 30


class Command(BaseCommand):
    help = "Compile, migrate, load what is not there yet, forget, render, write files."

    def handle(self, *args: Any, **options: Any) -> None:
        with _prepare_lock():
            self._prepare()

    def _prepare(self) -> None:
        call_command("compile_words")
        _wait_for_database()
        _refuse_older_database()
        call_command("migrate", verbosity=0)
        # SQLite loses it when a migration remakes the table.
        build(connection, Organization._meta.db_table)
        call_command("load_places", if_empty=True)
        self._load_starter_files()
        self._retire_listings()
        call_command("load_guides", stdout=StringIO())
        call_command("delete_expired", stdout=StringIO())
        store_all()
        collect_files()
        write_fallback_numbers(timezone.now())

    def _load_starter_files(self) -> None:
        """The files of every model that has no rows yet."""
        models = {kind: importers()[kind].model for kind in STARTER_FILES}
        empty = {m for m in models.values() if not m._default_manager.exists()}
        for kind, name in STARTER_FILES.items():
            if models[kind] in empty:
                path = settings.BASE_DIR / "fixtures" / name
                # All of it: after half a file the model would not be empty.
                with transaction.atomic():
                    report = import_file(kind, path, quiet=False)
                self.stdout.write(f"{name}: {report.added} added.")

    def _retire_listings(self) -> None:
        """Make drafts of the listings that the starter files do not have any more."""
        text = read_file(settings.BASE_DIR / "fixtures" / RETIRED_FILE)
        rows = read_rows(text, frozenset({"kind", "key", "reason"}))
        for model in listing_models():
            mine = [row for row in rows if row["kind"] in model.importers]
            if number := retire(model, mine):
                name = model._meta.verbose_name_plural
                self.stdout.write(f"{number} {name} are not in the starter data now.")


@contextmanager
def _prepare_lock() -> Iterator[None]:
    """Let a second start on the same folder wait until the first is done."""
    folder = Path(settings.DATA_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "prepare.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _refuse_older_database() -> None:
    """Raise CommandError for a database made before 0.1.0, with other table names."""
    applied = MigrationRecorder(connection).applied_migrations()
    if any(app == "desk" for app, _name in applied):
        raise CommandError(
            "This database was made before the first release (0.1.0) and cannot be "
            "upgraded; move it away, and “make run” makes a new one."
        )


def _wait_for_database() -> None:
    """Give a server that starts at the same time a while. Raises CommandError."""
    ends = time.monotonic() + DATABASE_WAIT_SECONDS
    while True:
        try:
            connection.ensure_connection()
        except OperationalError as error:
            if connection.vendor == "sqlite" or time.monotonic() > ends:
                reason = " ".join(str(error).split())
                raise CommandError(
                    f"The database does not answer, see DATABASE_URL: {reason}"
                ) from None
            time.sleep(1)
        else:
            return
