"""Ask organizations whose listing is due to confirm or correct it."""

from __future__ import annotations

from smtplib import SMTPException
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from desk.mail import remind, to_remind


class Command(BaseCommand):
    help = "Mail a confirm link for listings that are due; each address at most once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="send nothing")
        parser.add_argument("--limit", type=int, default=50, help="most mails a run")

    def handle(self, *args: Any, **options: Any) -> None:
        sent = 0
        for listing in list(to_remind(options["limit"])):
            if options["dry_run"]:
                self.stdout.write(f"Would ask {listing.name} <{listing.email}>")
                continue
            try:
                remind(listing)
            except (OSError, SMTPException) as error:
                self.stderr.write(f"{listing.name}: not sent, {error}")
            else:
                sent += 1
        self.stdout.write(f"{sent} mails sent.")
