"""Pairs of listings that may be the same."""

from __future__ import annotations

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class DuplicatePair(models.Model):
    """Two listings of one catalog that may be the same."""

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    first_id = models.PositiveBigIntegerField()
    second_id = models.PositiveBigIntegerField()
    first = GenericForeignKey("content_type", "first_id")
    second = GenericForeignKey("content_type", "second_id")
    reason = models.CharField(_("reason"), max_length=200)
    dismissed = models.BooleanField(_("not the same"), default=False)
    found_at = models.DateTimeField(_("found"), auto_now_add=True)

    class Meta:
        verbose_name = _("duplicate suspect")
        verbose_name_plural = _("duplicate suspects")
        ordering = ["found_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "first_id", "second_id"], name="pair_once"
            ),
            models.CheckConstraint(
                condition=Q(first_id__lt=models.F("second_id")), name="pair_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first} / {self.second}"
