"""Imported files, and what each did to every row."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportRun(models.Model):
    """One import of a file: previewed, applied, and undone if need be."""

    class State(models.TextChoices):
        PREVIEWED = "previewed", _("Previewed")
        # It is still running, or it was interrupted.
        APPLYING = "applying", _("Not finished")
        APPLIED = "applied", _("Applied")
        UNDOING = "undoing", _("Not finished undoing")
        UNDONE = "undone", _("Undone")

    kind = models.CharField(_("kind"), max_length=30)
    file_name = models.CharField(_("file"), max_length=200)
    # The text of the file; empty if a management command read it.
    content = models.TextField(_("content"))
    # None if a management command imported it.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.PREVIEWED
    )
    # Every process that takes the run over raises it; a process with a lower one stops.
    takeovers = models.PositiveIntegerField(default=0, db_default=0)
    # The last row of the file whose batch is committed.
    last_written_row = models.PositiveIntegerField(default=0, db_default=0)
    # What the person chose for this file: listings.exchange.choices as JSON.
    choices = models.JSONField(default=dict)
    # The counts, the refused rows, the likely duplicates and the protected facts.
    preview = models.JSONField(null=True)
    # The first steps of the preview: listings.exchange.importing.Step as JSON.
    steps = models.JSONField(default=list)
    summary = models.CharField(_("result"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.file_name


class ImportedRow(models.Model):
    """What an import changed in one row. It is deleted when that is undone."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rows")
    # These fields are those of listings.exchange.importing.Step.
    row = models.PositiveIntegerField()
    object_id = models.PositiveBigIntegerField()
    name = models.CharField(max_length=200)
    added = models.BooleanField()
    version = models.PositiveIntegerField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    parents = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "object_id"], name="imported_row_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name
