"""The results of the link checker."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from curation.models.base import ListingRelated, ListingRelatedQuerySet


class LinkCheck(ListingRelated):
    """The result of the last request to one web address of a listing."""

    field = models.CharField(_("which"), max_length=20)
    url = models.URLField(_("address"), max_length=300)
    checked_at = models.DateTimeField(_("asked"))
    status = models.PositiveSmallIntegerField(_("status"), null=True, blank=True)
    problem = models.CharField(_("problem"), max_length=200, blank=True)
    moved_to = models.URLField(_("moved to"), max_length=500, blank=True)
    failures = models.PositiveSmallIntegerField(_("times in a row"), default=0)

    objects = ListingRelatedQuerySet["LinkCheck"].as_manager()

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        ordering = ["-failures", "url"]
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "field"], name="link_once"
            ),
        ]

    def __str__(self) -> str:
        return self.url
