"""The base of every row that belongs to one listing."""

from __future__ import annotations

from typing import Self, TypeVar

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext_lazy as _

RowT = TypeVar("RowT", bound=models.Model)


class ListingRelatedQuerySet(models.QuerySet[RowT]):
    def for_listing(self, listing: models.Model) -> Self:
        kind = ContentType.objects.get_for_model(listing)
        return self.filter(content_type=kind, object_id=listing.pk)


class ListingRelated(models.Model):
    """Abstract: a row about one listing of any catalog, or about a guide or a state."""

    content_type = models.ForeignKey(
        ContentType, verbose_name=_("catalog"), on_delete=models.CASCADE
    )
    object_id = models.PositiveBigIntegerField(null=True, blank=True)
    listing = GenericForeignKey("content_type", "object_id")

    class Meta:
        abstract = True
