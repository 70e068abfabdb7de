"""Table of the site's timed jobs."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _


class TimedJob(models.Model):
    """The last run of a timed job. directory.operations.jobs says when it is due."""

    name = models.CharField(_("job"), max_length=40, unique=True)
    # Null until the first run. A run that has started and not finished locks the job.
    started_at = models.DateTimeField(_("started"), null=True, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, editable=False)
    last_success_at = models.DateTimeField(_("last success"), null=True, editable=False)
    # Whether the last run that finished succeeded.
    succeeded = models.BooleanField(_("succeeded"), null=True, editable=False)
    seconds = models.FloatField(_("seconds"), null=True, editable=False)
    result = models.TextField(_("result"), blank=True, editable=False)

    class Meta:
        verbose_name = _("timed job")
        verbose_name_plural = _("timed jobs")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name

    def claim(self, at: datetime) -> bool:
        """Begin a run; return False if another process began one first."""
        unchanged = TimedJob.objects.filter(pk=self.pk, started_at=self.started_at)
        return bool(unchanged.update(started_at=at, finished_at=None))

    def finish(
        self, started_at: datetime, at: datetime, *, succeeded: bool, result: str
    ) -> None:
        """Record the end of the run begun at `started_at`, unless a newer one began."""
        ended: dict[str, object] = {
            "finished_at": at,
            "seconds": (at - started_at).total_seconds(),
            "succeeded": succeeded,
            "result": result,
        }
        if succeeded:
            ended["last_success_at"] = at
        TimedJob.objects.filter(pk=self.pk, started_at=started_at).update(**ended)
