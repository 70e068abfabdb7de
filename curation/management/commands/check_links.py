"""Check the websites of public listings."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from tqdm import tqdm

from curation.link_checker import check_links, find_targets, is_public, store_result
from listings.registry import listing_models

# Results are stored after each batch, so that an interrupted run can resume.
BATCH_SIZE = 24


class Command(BaseCommand):
    help = "Check websites; stop it at any time and it goes on where it was."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=30, help="ask again after")
        parser.add_argument("--limit", type=int, default=0, help="at most this many")
        parser.add_argument("--quiet", action="store_true", help="no progress bar")
        parser.add_argument(
            "--private", action="store_true", help="allow private networks (tests)"
        )

    def handle(self, *args: object, **options: Any) -> None:
        before = timezone.now() - timedelta(days=options["days"])
        targets = find_targets(listing_models(), before)
        targets = targets[: options["limit"]] if options["limit"] else targets
        allowed = (lambda _address: True) if options["private"] else is_public
        fine = broken = 0
        bar = tqdm(total=len(targets), unit=" link", disable=options["quiet"] or None)
        for start in range(0, len(targets), BATCH_SIZE):
            batch = targets[start : start + BATCH_SIZE]
            for target, result in asyncio.run(check_links(batch, allowed)):
                store_result(target, result)
                broken += bool(result.problem)
                fine += not result.problem
            bar.update(len(batch))
        bar.close()
        self.stdout.write(f"{fine} fine, {broken} broken.")
