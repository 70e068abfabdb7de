"""Prepare a new or upgraded installation for serving. Quick if nothing has changed."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from directory.operations.fallback_numbers import write_fallback_numbers
from directory.operations.static_files import collect_files
from listings.cards import store_all
from listings.exchange.csv_rows import read_rows
from listings.exchange.drafts import retire
from listings.exchange.files.reading import read_file
from listings.exchange.workflow import import_file, importers
from listings.registry import listing_models
from listings.text_index import build
from orgs.models import Organization


class StarterFile(NamedTuple):
    """A file in fixtures/ with the rows that a new database begins with."""

    # A key of listings.exchange.workflow.importers().
    kind: str
    name: str
    # What its rows are, for the message.
    label: str


# In this order, because rows of a file may refer to rows of an earlier one.
STARTER_FILES = (
    StarterFile("cils", "cils.csv", "Centers for Independent Living"),
    StarterFile("organizations", "organizations.csv", "peer-run organizations"),
    StarterFile("warmlines", "warmlines.csv", "warmlines"),
    StarterFile("meetings", "meetings.csv", "meetings"),
    StarterFile("credentials", "state_guides.csv", "state credentials"),
    StarterFile("crisis_lines", "crisis_lines.csv", "crisis lines"),
    StarterFile("crisis_phrases", "trigger_words.csv", "phrases of distress"),
)
RETIRED_FILE = "retired.csv"
# On its first start, PostgreSQL creates its files before it accepts connections.
DATABASE_WAIT_SECONDS = 30


class Command(BaseCommand):
    help = "Prepare the site for serving: update the database, load missing data."

    def handle(self, *args: Any, **options: Any) -> None:
        with _prepare_lock():
            self._prepare()

    def _prepare(self) -> None:
        call_command("compile_words")
        _wait_for_database()
        _refuse_older_database()
        self.stdout.write("Updating the database …")
        call_command("migrate", verbosity=0)
        # SQLite loses the index when a migration recreates the table.
        build(connection, Organization._meta.db_table)
        call_command("load_places", if_empty=True)
        self._load_starter_files()
        self._retire_listings()
        call_command("load_guides", stdout=StringIO())
        call_command("delete_expired", stdout=StringIO())
        self.stdout.write("Preparing pages and static files …")
        store_all()
        collect_files()
        write_fallback_numbers(timezone.now())

    def _load_starter_files(self) -> None:
        """Load the files of every model that has no rows yet."""
        models = {file: importers()[file.kind].model for file in STARTER_FILES}
        empty = {m for m in models.values() if not m._default_manager.exists()}
        for file in STARTER_FILES:
            if models[file] in empty:
                path = settings.BASE_DIR / "fixtures" / file.name
                # In one transaction: a model with half of its rows is no longer empty,
                # so the rest would never be loaded.
                with transaction.atomic():
                    report = import_file(file.kind, path, quiet=False)
                self.stdout.write(f"Loaded {report.added:,} {file.label}.")

    def _retire_listings(self) -> None:
        """Turn listings that were removed from the starter files into drafts."""
        file = read_file(settings.BASE_DIR / "fixtures" / RETIRED_FILE)
        rows = read_rows(file.text, frozenset({"kind", "key", "reason"}))
        for model in listing_models():
            mine = [row for row in rows if row["kind"] in model.importers]
            if number := retire(model, mine):
                name = model._meta.verbose_name_plural
                self.stdout.write(
                    f"Turned {number} {name} that left the starter data into drafts."
                )


@contextmanager
def _prepare_lock() -> Iterator[None]:
    """Make a second start with the same data folder wait until the first is done."""
    folder = Path(settings.DATA_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "prepare.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _refuse_older_database() -> None:
    """Raise CommandError for a database made before 0.1.0, which has other tables."""
    applied = MigrationRecorder(connection).applied_migrations()
    if any(app == "desk" for app, _name in applied):
        raise CommandError(
            "This database was created before the first release (0.1.0) and cannot be "
            "upgraded. Move it away, and “make run” creates a new one."
        )


def _wait_for_database() -> None:
    """Wait for a database server that is still starting. Raises CommandError."""
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
