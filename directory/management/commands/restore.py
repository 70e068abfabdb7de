"""Replace the database by a backup."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from directory.operations.backups.engines import get_engine
from directory.operations.backups.errors import BackupError
from directory.operations.backups.folder import (
    restore_backup,
    verify_backup,
    write_backup,
)


class Command(BaseCommand):
    help = "Restore a backup. Stop the site first, and run “prepare” afterwards."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--replace",
            action="store_true",
            help="replace existing data, which is backed up first",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._restore(options["file"], replace=options["replace"])
        except BackupError as error:
            raise CommandError(str(error)) from None

    def _restore(self, path: Path, *, replace: bool) -> None:
        engine = get_engine(connection)
        manifest = verify_backup(engine, path)
        if engine.fingerprints():
            if not replace:
                raise BackupError(
                    "There is data in this database. Use --replace to replace it by "
                    "the backup; the existing data is then backed up first."
                )
            now = timezone.now()
            previous = write_backup(engine, settings.DATA_DIR, now, "before-restore")
            self.stdout.write(f"The previous data is in {previous}.")
        restore_backup(engine, path, manifest, settings.DATA_DIR)
        self.stdout.write(
            f"Restored {manifest.rows:,} rows of {manifest.created_at}. Every table is "
            "as it was. Run “manage.py prepare” next."
        )
