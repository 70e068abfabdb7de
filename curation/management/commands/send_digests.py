"""Mail each curator the queue of their states."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

from curation.mail import enqueue, find_digest_recipients


class Command(BaseCommand):
    help = "Mail each curator what waits for them; run it once a week."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="send nothing")

    def handle(self, *args: object, **options: Any) -> None:
        # After an error none is enqueued, so a second run sends no mail twice.
        with transaction.atomic():
            for user, sections in find_digest_recipients():
                if options["dry_run"]:
                    self.stdout.write(f"Would write to {user.email}")
                else:
                    context = {"person": user, "sections": sections}
                    subject = _("Your curation queue this week")
                    enqueue("digest", subject, user.email, context)
        if not options["dry_run"]:
            call_command("send_mails", stdout=self.stdout)
