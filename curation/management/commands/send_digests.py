"""Mail every curator what is due in their states."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

from curation.mail import digests, put


class Command(BaseCommand):
    help = "Mail each curator what waits for them; run it once a week."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="send nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        # All of them or none: a second run after a fault writes to nobody twice.
        with transaction.atomic():
            for person, waiting in digests():
                if options["dry_run"]:
                    self.stdout.write(f"Would write to {person.email}")
                else:
                    context = {"person": person, "heaps": waiting}
                    put("digest", _("What waits at the desk"), person.email, context)
        if not options["dry_run"]:
            call_command("send_mails", stdout=self.stdout)
