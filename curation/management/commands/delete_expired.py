"""Delete expired personal data: senders, mailed links, failed sign-ins, sessions."""

from __future__ import annotations

from django.core.management.base import BaseCommand
from django.utils import timezone

from curation.retention import delete_expired


class Command(BaseCommand):
    help = "Delete senders, mailed links, sessions and sign-ins that have expired."

    def handle(self, *args: object, **options: object) -> None:
        deleted = delete_expired(timezone.now())
        counts = ", ".join(f"{number} {name}" for name, number in deleted.items())
        self.stdout.write(f"Forgotten: {counts}.")
