"""Send the mails that wait in the outbox."""

from __future__ import annotations

from django.core.management.base import BaseCommand
from django.utils import timezone

from curation.mail import deliver
from curation.models import OutgoingMail


class Command(BaseCommand):
    help = "Try the mails that wait in the outbox; run it every five minutes."

    def handle(self, *args: object, **options: object) -> None:
        at = timezone.now()
        sent = deliver(OutgoingMail.objects.due(at), at)
        waiting = OutgoingMail.objects.count()
        self.stdout.write(f"{sent} mails sent, {waiting} wait.")
