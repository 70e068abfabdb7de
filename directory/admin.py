"""The admin's status page: the timed jobs and the health figures."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import localize
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from curation.base_admin import ReadOnlyAdmin
from directory.models import TimedJob
from directory.operations.health_figures import (
    TIMESTAMP_SUFFIX,
    HealthFigure,
    health_figures,
)
from directory.operations.jobs import jobs_with_rows, status_text
from directory.operations.request_counts import read_counts


@admin.register(TimedJob)
class TimedJobAdmin(ReadOnlyAdmin):
    """The change list is the status page; it also shows jobs that never ran."""

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
                (job, row, status_text(job, row, at)) for job, row in jobs_with_rows()
            ],
            "answers": request_figures(),
            "numbers": [
                line for number in health_figures(at) for line in figure_rows(number)
            ],
        }
        return super().changelist_view(request, {**context, **(extra_context or {})})


def request_figures() -> list[tuple[str, str]]:
    """(label, value) of figures about this machine's requests since its start."""
    counts = read_counts()
    total, p95 = counts.within[-1], counts.quantile(0.95)
    return [
        (_("Answers since the last start"), localize(total)),
        (_("Of those, errors of the site (5xx)"), localize(counts.by_status["5xx"])),
        (
            _("95 of 100 answers took at most"),
            _("%(seconds)s seconds") % {"seconds": localize(p95)} if p95 else "–",
        ),
    ]


def figure_rows(number: HealthFigure) -> list[tuple[str, str]]:
    """(meaning and labels, value) of each sample of a figure."""
    return [
        (
            " · ".join([number.meaning, *labels.values()]),
            _formatted_value(number, value),
        )
        for labels, value in number.samples
    ]


def _formatted_value(number: HealthFigure, value: float) -> str:
    if not number.name.endswith(TIMESTAMP_SUFFIX):
        return localize(value)
    if not value:
        return _("never")
    return localize(localtime(datetime.fromtimestamp(value, UTC)))
