"""Let go of senders, mailed links, wrong passwords and sessions; run it every day."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from curation.retention import forget


class Command(BaseCommand):
    help = "Delete what is kept of people outside the desk, once it has had its time."

    def handle(self, *args: Any, **options: Any) -> None:
        gone = forget(timezone.now())
        words = ", ".join(f"{number} {name}" for name, number in gone.items())
        self.stdout.write(f"Forgotten: {words}.")
