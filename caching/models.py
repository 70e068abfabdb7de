"""The directory's version, and markup that is rendered before anybody asks for it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone


class DirectoryVersion(models.Model):
    """One row: how often a published fact has changed, and when it last did.

    `shared_at` is when one did that cards of any listing may show: a term, a place.
    """

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY)
    number = models.PositiveBigIntegerField(default=0)
    changed_at = models.DateTimeField(default=timezone.now)
    shared_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="directory_version_is_one")
        ]

    def __str__(self) -> str:
        return str(self.number)


class RenderedCard(models.Model):
    """A listing as lists show it, in one language; the database's rows say the same.

    `key` names the listing, the template and the language. `stamp` says of which
    revision it was rendered, so that one that is out of date is not used.
    """

    key = models.CharField(max_length=120, primary_key=True)
    stamp = models.CharField(max_length=120)
    content = models.TextField()

    def __str__(self) -> str:
        return self.key
