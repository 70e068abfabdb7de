"""Mail organizations whose listing is due a link to confirm or correct it."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from curation.mail import enqueue_reminder, find_listings_to_remind


class Command(BaseCommand):
    help = "Mail a confirm link for listings that are due; each address at most once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="send nothing")
        parser.add_argument("--limit", type=int, default=50, help="most mails a run")

    def handle(self, *args: object, **options: Any) -> None:
        for listing in list(find_listings_to_remind(options["limit"])):
            if options["dry_run"]:
                self.stdout.write(f"Would ask {listing.name} <{listing.email}>")
            else:
                enqueue_reminder(listing)
        if not options["dry_run"]:
            call_command("send_mails", stdout=self.stdout)
