"""Back up the database. The site may keep running."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from directory.operations.backups.engines import get_engine
from directory.operations.backups.errors import BackupError
from directory.operations.backups.folder import (
    delete_old_backups,
    read_manifest,
    write_backup,
)


class Command(BaseCommand):
    help = "Write a checked backup into a folder. The site may keep running."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--keep",
            type=int,
            default=0,
            help="delete all but this many of the newest backups",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder, keep = options["folder"], options["keep"]
        try:
            engine = get_engine(connection)
            path = write_backup(engine, folder, timezone.now())
            manifest = read_manifest(path)
            removed = delete_old_backups(engine, folder, keep) if keep > 0 else 0
        except BackupError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            f"{path}: {manifest.size / 1e6:,.1f} MB, {len(manifest.tables)} tables, "
            f"{manifest.rows:,} rows, checked. {removed} older ones deleted."
        )
