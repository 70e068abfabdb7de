"""The checks of listings."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from curation.models.base import ListingRelated, ListingRelatedQuerySet
from listings.models import Listing


class Check(ListingRelated):
    """A record that a person verified some facts on one day. It is never changed."""

    class Outcome(models.TextChoices):
        RIGHT = "right", _("Right")
        CORRECTED = "corrected", _("Corrected")
        NO_ANSWER = "no_answer", _("No answer")
        MESSAGE = "message", _("No answer, left a message")
        PAUSED = "paused", _("Closed for now")
        REOPENED = "reopened", _("Open again")
        CLOSED = "closed", _("Closed for good")
        REMOVED = "removed", _("Asks not to be listed")

    on = models.DateField(_("on"))
    how = models.CharField(_("how"), max_length=10, choices=Listing.CheckedHow)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    facts = models.JSONField(_("facts"), default=list)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    note = models.CharField(_("note"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    objects = ListingRelatedQuerySet["Check"].as_manager()

    class Meta:
        verbose_name = _("check")
        verbose_name_plural = _("checks")
        ordering = ["-on", "-pk"]
        indexes = [models.Index(fields=["content_type", "object_id"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(by__isnull=False) | Q(how="confirmed"),
                name="check_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on}: {self.get_outcome_display()}"
