"""Mail every curator what is due in their states."""

from __future__ import annotations

from smtplib import SMTPException
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from desk.mail import digests, send


class Command(BaseCommand):
    help = "Mail each curator what waits for them; run it once a week."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="send nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        sent = 0
        for person, waiting in digests():
            if options["dry_run"]:
                self.stdout.write(f"Would write to {person.email}")
                continue
            context = {"person": person, "heaps": waiting}
            try:
                send("digest", _("What waits at the desk"), person.email, context)
            except (OSError, SMTPException) as error:
                self.stderr.write(f"{person.email}: not sent, {error}")
            else:
                sent += 1
        self.stdout.write(f"{sent} mails sent.")
