"""The numbers that say how the site is doing, for /metrics and the status page.

None of them says anything about a visitor.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from curation.models import OutgoingMail, Suggestion
from curation.work_queue import LISTING_HEAPS
from directory.operations.jobs import jobs_with_rows
from listings.freshness import DAYS, tally
from listings.registry import listing_models

Sample = tuple[dict[str, str], float]
# How the name of a number ends that is a moment, in seconds since 1970.
TIMESTAMP = "_timestamp_seconds"


@dataclass(frozen=True)
class Number:
    """One gauge of Prometheus: its name, what it means, a value for each label."""

    name: str
    meaning: str
    samples: list[Sample]


def site_numbers(at: datetime) -> Iterator[Number]:
    """Everything that the database knows. Raises DatabaseError where it is away."""
    yield from _queues()
    yield from _listings(at)
    yield from _jobs()


def _queues() -> Iterator[Number]:
    suggestions = Suggestion.objects.open()
    oldest_suggestion = suggestions.order_by("made_at").first()
    yield _plain("suggestions_open", "Suggestions to decide on.", suggestions.count())
    yield _plain(
        f"suggestion_oldest{TIMESTAMP}",
        "When the oldest open suggestion came in.",
        *([oldest_suggestion.made_at.timestamp()] if oldest_suggestion else []),
    )
    mails = OutgoingMail.objects.order_by("made_at")
    oldest_mail = mails.first()
    yield _plain("mails_waiting", "Mails that no server has taken yet.", mails.count())
    yield _plain(
        f"mail_oldest{TIMESTAMP}",
        "When the oldest mail that is waiting was written.",
        *([oldest_mail.made_at.timestamp()] if oldest_mail else []),
    )


def _listings(at: datetime) -> Iterator[Number]:
    today = timezone.localdate(at)
    public: list[Sample] = []
    checked: list[Sample] = []
    waiting: list[Sample] = []
    for model in listing_models():
        catalogue = str(model._meta.model_name)
        listings: Any = model._default_manager.all()
        total, *within = tally(listings.public(), None, today)[""]
        public.append(({"catalogue": catalogue}, total))
        for days, number in zip(DAYS, within, strict=True):
            checked.append(({"catalogue": catalogue, "days": str(days)}, number))
        for reason, heap in LISTING_HEAPS.items():
            number = heap(listings, today).count()
            waiting.append(({"catalogue": catalogue, "why": reason}, number))
    yield Number("listings_public", "Listings that visitors can see.", public)
    yield Number("listings_checked", "Of those, checked within so many days.", checked)
    yield Number("listings_waiting", "Listings that need a curator, by why.", waiting)


def _jobs() -> Iterator[Number]:
    """A job that never ran has 0 as its last success, so that an alert sees it."""
    success: list[Sample] = []
    succeeded: list[Sample] = []
    seconds: list[Sample] = []
    for job, row in jobs_with_rows():
        label = {"job": job.command}
        last = row.last_success_at if row else None
        success.append((label, last.timestamp() if last else 0))
        if row and row.seconds is not None:
            succeeded.append((label, int(bool(row.succeeded))))
            seconds.append((label, row.seconds))
    yield Number(
        f"job_last_success{TIMESTAMP}", "When each job last succeeded.", success
    )
    yield Number("job_succeeded", "Did the last run of each job succeed?", succeeded)
    yield Number("job_seconds", "How long the last run of each job took.", seconds)


def _plain(name: str, meaning: str, *values: float) -> Number:
    """A number without labels; without a value where there is nothing to measure."""
    return Number(name, meaning, [({}, value) for value in values])
