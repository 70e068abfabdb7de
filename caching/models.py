"""Tables of the cache: the content version, and cards that are rendered in advance."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone


class DirectoryVersion(models.Model):
    """The content version, in one row. See caching.content_version.

    `global_changed_at` is when a fact last changed that the card of any listing may
    show, such as the name of a term or a place.
    """

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY)
    number = models.PositiveBigIntegerField(default=0)
    changed_at = models.DateTimeField(default=timezone.now)
    global_changed_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="directory_version_is_one")
        ]

    def __str__(self) -> str:
        return str(self.number)


class RenderedCard(models.Model):
    """The card of one listing in one language, rendered in advance.

    `key` names the listing, the template and the language. `stamp` names the revision
    that was rendered, so that an outdated card is not used.
    """

    key = models.CharField(max_length=120, primary_key=True)
    stamp = models.CharField(max_length=120)
    content = models.TextField()

    def __str__(self) -> str:
        return self.key
