"""The status page of the site, for staff: its timed jobs and its numbers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import localize
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from curation.admin import OnlyToRead
from directory.models import TimedJob
from directory.operations.health_figures import TIMESTAMP, Number, site_numbers
from directory.operations.jobs import jobs_with_rows, state_of
from directory.operations.request_counts import counted


@admin.register(TimedJob)
class TimedJobAdmin(OnlyToRead):
    """The list of jobs is the status page; a job that never ran is in it too."""

    change_list_template = "admin/directory/timedjob/change_list.html"
    list_display = ("name", "started_at", "seconds", "succeeded", "result")
    list_display_links = None

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        at = timezone.now()
        context = {
            "title": _("Status of the site"),
            "jobs": [
                (job, row, state_of(job, row, at)) for job, row in jobs_with_rows()
            ],
            "answers": answers(),
            "numbers": [line for number in site_numbers(at) for line in lines(number)],
        }
        return super().changelist_view(request, {**context, **(extra_context or {})})


def answers() -> list[tuple[str, str]]:
    """What this machine answered since it was started."""
    seen = counted()
    total, p95 = seen.within[-1], seen.quantile(0.95)
    return [
        (_("Answers since the last start"), localize(total)),
        (_("Of those, errors of the site (5xx)"), localize(seen.by_status["5xx"])),
        (
            _("95 of 100 answers took at most"),
            _("%(seconds)s seconds") % {"seconds": localize(p95)} if p95 else "–",
        ),
    ]


def lines(number: Number) -> list[tuple[str, str]]:
    """(meaning and labels, value) of each sample of a number."""
    return [
        (" · ".join([number.meaning, *labels.values()]), _readable(number, value))
        for labels, value in number.samples
    ]


def _readable(number: Number, value: float) -> str:
    if not number.name.endswith(TIMESTAMP):
        return localize(value)
    if not value:
        return _("never")
    return localize(localtime(datetime.fromtimestamp(value, UTC)))
