"""Ask every website of a public listing whether it is still there."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from tqdm import tqdm

from curation.link_checker import ask_all, is_public, keep, targets
from listings.registry import listing_models

# Written down after each batch, so that a stopped run goes on from there.
BATCH = 24


class Command(BaseCommand):
    help = "Check websites; stop it at any time and it goes on where it was."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=30, help="ask again after")
        parser.add_argument("--limit", type=int, default=0, help="at most this many")
        parser.add_argument("--quiet", action="store_true", help="no progress bar")
        parser.add_argument(
            "--private", action="store_true", help="allow private networks (tests)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        before = timezone.now() - timedelta(days=options["days"])
        found = targets(listing_models(), before)
        found = found[: options["limit"]] if options["limit"] else found
        allowed = (lambda _address: True) if options["private"] else is_public
        fine = broken = 0
        bar = tqdm(total=len(found), unit=" link", disable=options["quiet"] or None)
        for start in range(0, len(found), BATCH):
            batch = found[start : start + BATCH]
            for target, answer in asyncio.run(ask_all(batch, allowed)):
                keep(target, answer)
                broken += bool(answer.problem)
                fine += not answer.problem
            bar.update(len(batch))
        bar.close()
        self.stdout.write(f"{fine} fine, {broken} broken.")
