"""Figures about the state of the site, for /metrics and the admin's status page.

None of them says anything about a visitor.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from curation.models import OutgoingMail, Suggestion
from curation.queue.conditions import LISTING_SECTIONS
from directory.operations.jobs import jobs_with_rows
from listings.freshness import CHECKED_WITHIN_DAYS, count_checked
from listings.registry import listing_models

Sample = tuple[dict[str, str], float]
# The names of figures that are times, in seconds since 1970, end with this.
TIMESTAMP_SUFFIX = "_timestamp_seconds"


@dataclass(frozen=True)
class HealthFigure:
    """A gauge in Prometheus's terms: name, meaning, and a value for each label set."""

    name: str
    meaning: str
    samples: list[Sample]


def health_figures(at: datetime) -> Iterator[HealthFigure]:
    """Every figure that comes from the database. Raises DatabaseError."""
    yield from _queue_figures()
    yield from _listing_figures(at)
    yield from _job_figures()


def _queue_figures() -> Iterator[HealthFigure]:
    suggestions = Suggestion.objects.open()
    oldest_suggestion = suggestions.order_by("created_at").first()
    yield _unlabeled(
        "suggestions_open", "Suggestions to decide on.", suggestions.count()
    )
    yield _unlabeled(
        f"suggestion_oldest{TIMESTAMP_SUFFIX}",
        "When the oldest open suggestion arrived.",
        *([oldest_suggestion.created_at.timestamp()] if oldest_suggestion else []),
    )
    mails = OutgoingMail.objects.order_by("created_at")
    oldest_mail = mails.first()
    yield _unlabeled(
        "mails_waiting", "Mails that no mail server has accepted yet.", mails.count()
    )
    yield _unlabeled(
        f"mail_oldest{TIMESTAMP_SUFFIX}",
        "When the oldest waiting mail was written.",
        *([oldest_mail.created_at.timestamp()] if oldest_mail else []),
    )


def _listing_figures(at: datetime) -> Iterator[HealthFigure]:
    today = timezone.localdate(at)
    public: list[Sample] = []
    checked: list[Sample] = []
    waiting: list[Sample] = []
    for model in listing_models():
        catalog = str(model._meta.model_name)
        listings: Any = model._default_manager.all()
        total, *within = count_checked(listings.public(), None, today)[""]
        public.append(({"catalog": catalog}, total))
        for days, number in zip(CHECKED_WITHIN_DAYS, within, strict=True):
            checked.append(({"catalog": catalog, "days": str(days)}, number))
        for reason, section in LISTING_SECTIONS.items():
            if section.applies_to(model):
                number = section.rows(listings, today).count()
                waiting.append(({"catalog": catalog, "reason": reason}, number))
    yield HealthFigure("listings_public", "Listings that visitors can see.", public)
    yield HealthFigure(
        "listings_checked", "Of those, checked within so many days.", checked
    )
    yield HealthFigure(
        "listings_waiting", "Listings that need a curator, by reason.", waiting
    )


def _job_figures() -> Iterator[HealthFigure]:
    """A job that never ran has 0 as its last success, which triggers an alert."""
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
    yield HealthFigure(
        f"job_last_success{TIMESTAMP_SUFFIX}", "When each job last succeeded.", success
    )
    yield HealthFigure(
        "job_succeeded", "Did the last run of each job succeed?", succeeded
    )
    yield HealthFigure(
        "job_seconds", "How long the last run of each job took.", seconds
    )


def _unlabeled(name: str, meaning: str, *values: float) -> HealthFigure:
    """A figure without labels; without a value if there is nothing to measure."""
    return HealthFigure(name, meaning, [({}, value) for value in values])
