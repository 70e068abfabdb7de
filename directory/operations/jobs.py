"""The timed jobs of the site: what runs when, and the run itself.

`manage.py run_due` is started every few minutes and runs what is due. Each job is a
row (directory.models.TimedJob): the row is the lock, so that two processes or two
machines never run one job at the same time, and it remembers the last result.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import StringIO

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.models import TimedJob

LOG = logging.getLogger(__name__)
# A Monday at midnight; planned moments are counted from here.
EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
EVERY_DAY = range(7)
WORKING_DAYS = range(5)
# A job that failed is tried again after this, or at its next planned moment.
RETRY_AFTER = timedelta(hours=1)


def _always() -> bool:
    return True


@dataclass(frozen=True)
class Job:
    """One management command and its plan: every `period`, `offset` after midnight UTC.

    A run that takes longer than `longest` is believed dead, and the job may run again.
    """

    command: str
    purpose: str
    period: timedelta
    longest: timedelta
    offset: timedelta = timedelta()
    weekdays: range = EVERY_DAY
    arguments: Callable[[], list[str]] = list
    is_enabled: Callable[[], bool] = _always

    def last_planned(self, at: datetime) -> datetime:
        """The newest planned moment that is not after `at`."""
        first = EPOCH + self.offset
        planned = first + (at - first) // self.period * self.period
        while planned.weekday() not in self.weekdays:
            planned -= self.period
        return planned


def _backup_arguments() -> list[str]:
    return [str(settings.BACKUP_DIR), "--keep", str(settings.BACKUPS_KEPT)]


DAY = timedelta(days=1)
# In this order, so that mail and the backup never wait for a slow job.
JOBS = (
    Job(
        "send_mails",
        "Send the mails that the mail server did not take at once.",
        period=timedelta(minutes=5),
        longest=timedelta(minutes=30),
    ),
    Job(
        "backup",
        "Write a checked backup and delete the oldest.",
        period=DAY,
        offset=timedelta(hours=8),
        longest=timedelta(hours=2),
        arguments=_backup_arguments,
        is_enabled=lambda: settings.BACKUPS_KEPT > 0,
    ),
    Job(
        "forget",
        "Delete senders, mailed links, sessions and failed sign-ins on time.",
        period=DAY,
        offset=timedelta(hours=7, minutes=30),
        longest=timedelta(hours=1),
    ),
    Job(
        "send_digests",
        "Mail each curator what is waiting for them.",
        period=7 * DAY,
        offset=timedelta(hours=13),
        longest=timedelta(hours=1),
    ),
    Job(
        "remind_checks",
        "Ask organizations to confirm their listing, on working days.",
        period=DAY,
        offset=timedelta(hours=15),
        weekdays=WORKING_DAYS,
        longest=timedelta(hours=1),
        is_enabled=lambda: settings.SEND_REMINDERS,
    ),
    Job(
        "find_duplicates",
        "Look for listings that may be the same.",
        period=7 * DAY,
        offset=6 * DAY + timedelta(hours=10),
        longest=timedelta(hours=2),
    ),
    # A few at a time: a hundred slow websites take under five minutes.
    Job(
        "check_links",
        "Ask a hundred websites of listings whether they still answer.",
        period=timedelta(hours=1),
        longest=timedelta(hours=1),
        arguments=lambda: ["--limit", "100", "--quiet"],
    ),
)


def jobs_with_rows() -> list[tuple[Job, TimedJob | None]]:
    """Each job that the settings allow, with its row if it ever ran."""
    rows = {row.name: row for row in TimedJob.objects.all()}
    return [(job, rows.get(job.command)) for job in JOBS if job.is_enabled()]


def is_due(job: Job, row: TimedJob, at: datetime) -> bool:
    """Is it time for the job, and does nobody run it?"""
    if row.started_at is None:
        return True
    if row.finished_at is None:
        return at >= row.started_at + job.longest
    if row.succeeded is False and at >= row.finished_at + RETRY_AFTER:
        return True
    return row.started_at < job.last_planned(at)


def state_of(job: Job, row: TimedJob | None, at: datetime) -> str:
    """How the job is doing, in a word or two for the status page."""
    if row is None or row.started_at is None:
        return _("has never run")
    if row.finished_at is None:
        is_alive = at < row.started_at + job.longest
        return _("is running") if is_alive else _("was cut off")
    return _("succeeded") if row.succeeded else _("failed")


def run_due(should_stop: Callable[[], bool] = lambda: False) -> list[TimedJob]:
    """Run every job that is due, one after the other; return the rows of those run."""
    done = []
    for job, known in jobs_with_rows():
        if should_stop():
            break
        row = known or TimedJob.objects.get_or_create(name=job.command)[0]
        at = timezone.now()
        if is_due(job, row, at) and row.claim(at):
            succeeded, result = _run(job)
            _let_go_of_dead_connections()
            row.finish(at, timezone.now(), succeeded=succeeded, result=result)
            row.refresh_from_db()
            numbers = {"seconds": row.seconds}
            LOG.info("%s: %s", job.command, result, extra={"numbers": numbers})
            done.append(row)
    return done


def _let_go_of_dead_connections() -> None:
    """A long job may have outlived its connection to the database."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()


def _run(job: Job) -> tuple[bool, str]:
    """Whether the command succeeded, and a sentence without anybody's data.

    The text of an unforeseen error may quote a row, so only its kind is shown.
    """
    output = StringIO()
    try:
        call_command(job.command, *job.arguments(), stdout=output)
    except CommandError as error:
        return False, str(error)
    except Exception as error:
        LOG.exception("%s failed", job.command)
        return False, f"It failed with {type(error).__name__}; the log says where."
    return True, output.getvalue().strip().rpartition("\n")[2]
