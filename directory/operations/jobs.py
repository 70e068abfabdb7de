"""The timed jobs of the site: when each one runs, and how.

`manage.py run_due` is started every few minutes and runs the jobs that are due. Each
job has a row (directory.models.TimedJob) that stores its last result and serves as a
lock: two processes or machines never run the same job at once.
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
# A Monday at midnight, from which planned times are counted.
EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
EVERY_DAY = range(7)
WORKING_DAYS = range(5)
# A job that failed runs again after this delay, or at its next planned time if that is
# earlier.
RETRY_DELAY = timedelta(hours=1)


def _is_always_enabled() -> bool:
    return True


@dataclass(frozen=True)
class Job:
    """A management command that runs every `period`, `offset` after midnight UTC.

    A run that takes longer than `max_duration` counts as dead. The job may then run
    again.
    """

    command: str
    purpose: str
    period: timedelta
    max_duration: timedelta
    offset: timedelta = timedelta()
    weekdays: range = EVERY_DAY
    arguments: Callable[[], list[str]] = list
    is_enabled: Callable[[], bool] = _is_always_enabled

    def last_planned(self, at: datetime) -> datetime:
        """The latest planned time that is not after `at`."""
        first = EPOCH + self.offset
        planned = first + (at - first) // self.period * self.period
        while planned.weekday() not in self.weekdays:
            planned -= self.period
        return planned


def _backup_arguments() -> list[str]:
    return [str(settings.BACKUP_DIR), "--keep", str(settings.BACKUPS_KEPT)]


DAY = timedelta(days=1)
# Jobs run in this order, so that mail and the backup never wait for a slow job.
JOBS = (
    Job(
        "send_mails",
        "Send the mails that the mail server did not take at once.",
        period=timedelta(minutes=5),
        max_duration=timedelta(minutes=30),
    ),
    Job(
        "backup",
        "Write a checked backup and delete the oldest.",
        period=DAY,
        offset=timedelta(hours=8),
        max_duration=timedelta(hours=2),
        arguments=_backup_arguments,
        is_enabled=lambda: settings.BACKUPS_KEPT > 0,
    ),
    Job(
        "delete_expired",
        "Delete senders, mailed links, sessions and failed sign-ins on time.",
        period=DAY,
        offset=timedelta(hours=7, minutes=30),
        max_duration=timedelta(hours=1),
    ),
    Job(
        "send_digests",
        "Mail each curator what is waiting for them.",
        period=7 * DAY,
        offset=timedelta(hours=13),
        max_duration=timedelta(hours=1),
    ),
    Job(
        "remind_checks",
        "Ask organizations to confirm their listing, on working days.",
        period=DAY,
        offset=timedelta(hours=15),
        weekdays=WORKING_DAYS,
        max_duration=timedelta(hours=1),
        is_enabled=lambda: settings.SEND_REMINDERS,
    ),
    Job(
        "find_duplicates",
        "Look for listings that may be the same.",
        period=7 * DAY,
        offset=6 * DAY + timedelta(hours=10),
        max_duration=timedelta(hours=2),
    ),
    # A few at a time: a hundred slow websites take under five minutes.
    Job(
        "check_links",
        "Ask a hundred websites of listings whether they still answer.",
        period=timedelta(hours=1),
        max_duration=timedelta(hours=1),
        arguments=lambda: ["--limit", "100", "--quiet"],
    ),
)


def jobs_with_rows() -> list[tuple[Job, TimedJob | None]]:
    """Each job that the settings enable, with its row if it ever ran."""
    rows = {row.name: row for row in TimedJob.objects.all()}
    return [(job, rows.get(job.command)) for job in JOBS if job.is_enabled()]


def is_due(job: Job, row: TimedJob, at: datetime) -> bool:
    """Whether it is time to run the job and no other process is running it."""
    if row.started_at is None:
        return True
    if row.finished_at is None:
        return at >= row.started_at + job.max_duration
    if row.succeeded is False and at >= row.finished_at + RETRY_DELAY:
        return True
    return row.started_at < job.last_planned(at)


def status_text(job: Job, row: TimedJob | None, at: datetime) -> str:
    """The state of the job in a word or two, for the status page."""
    if row is None or row.started_at is None:
        return _("has never run")
    if row.finished_at is None:
        is_alive = at < row.started_at + job.max_duration
        return _("is running") if is_alive else _("was cut off")
    return _("succeeded") if row.succeeded else _("failed")


def run_due(should_stop: Callable[[], bool] = lambda: False) -> list[TimedJob]:
    """Run every due job, one after the other; return the rows of those that ran.

    `should_stop` is called before each job; if it returns True, no further job runs.
    """
    done = []
    for job, known in jobs_with_rows():
        if should_stop():
            break
        row = known or TimedJob.objects.get_or_create(name=job.command)[0]
        at = timezone.now()
        if is_due(job, row, at) and row.claim(at):
            succeeded, result = _run(job)
            _close_dead_connections()
            row.finish(at, timezone.now(), succeeded=succeeded, result=result)
            row.refresh_from_db()
            numbers = {"seconds": row.seconds}
            LOG.info("%s: %s", job.command, result, extra={"numbers": numbers})
            done.append(row)
    return done


def _close_dead_connections() -> None:
    """Close connections to the database that broke during a long job."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()


def _run(job: Job) -> tuple[bool, str]:
    """Run the command; return whether it succeeded, and a sentence about the result.

    The message of an unexpected error may quote a row, so only its class is shown.
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
