"""Run the timed jobs that are due, such as mails, the backup and link checks."""

from __future__ import annotations

import logging
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, close_old_connections

from directory.operations.jobs import run_due

LOG = logging.getLogger(__name__)
CHECK_INTERVAL_SECONDS = 60


class Command(BaseCommand):
    help = "Run the timed jobs that are due. Start it every 5 minutes or with --loop."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--loop",
            action="store_true",
            help="check for due jobs every minute until stopped (for containers)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["loop"]:
            _loop()
            return
        failed = [row for row in run_due() if not row.succeeded]
        if failed:
            raise CommandError("\n".join(f"{row.name}: {row.result}" for row in failed))


def _loop() -> None:
    """Check for due jobs every minute. SIGTERM lets a running job finish first."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    while not stop.is_set():
        try:
            run_due(stop.is_set)
        except DatabaseError as error:
            # The database is unreachable or not migrated yet. Try again in a minute.
            LOG.warning("Could not check for due jobs: %s", type(error).__name__)
        close_old_connections()
        stop.wait(CHECK_INTERVAL_SECONDS)
