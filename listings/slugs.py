"""Choose the slugs of listings, and redirect from the slugs that they once had."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Self, TypeVar

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Model
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from listings.models import Listing

ListingT = TypeVar("ListingT", bound=Model)
# The longest slug without a number, so that the column has room for one.
MAX_SLUG_CHARACTERS = 110


class SlugRedirectQuerySet(models.QuerySet["SlugRedirect"]):
    def record(self, listing: Model, slug: str) -> None:
        """Redirect `slug` to this listing; the newest owner of a slug wins."""
        self.update_or_create(
            content_type=ContentType.objects.get_for_model(listing),
            slug=slug,
            defaults={"object_id": listing.pk},
        )

    def for_model(self, model: type[Model]) -> Self:
        return self.filter(content_type=ContentType.objects.get_for_model(model))

    def resolve(self, model: type[ListingT], slug: str) -> ListingT | None:
        """Return the listing that this slug redirects to."""
        old = self.for_model(model).filter(slug=slug).first()
        return model._default_manager.filter(pk=old.object_id).first() if old else None


class SlugRedirect(models.Model):
    """A slug that a listing once had, so that old links still work."""

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    object_id = models.PositiveBigIntegerField()
    listing = GenericForeignKey("content_type", "object_id")
    slug = models.SlugField(max_length=120)

    objects = SlugRedirectQuerySet.as_manager()

    class Meta:
        verbose_name = _("old address")
        verbose_name_plural = _("old addresses")
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "slug"], name="slug_redirect_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.slug


def slug_candidates(name: str, qualifiers: list[str]) -> Iterator[str]:
    """Yield slugs: the name, then the name with qualifiers, then with numbers."""
    parts = [name, *qualifiers]
    slugs = [
        slugify(" ".join(parts[:count]))[:MAX_SLUG_CHARACTERS]
        for count in range(1, len(parts) + 1)
    ]
    yield from filter(None, slugs)
    stem = slugs[-1] or "listing"
    yield from (f"{stem}-{number}" for number in itertools.count(2))


def free_slug(listing: Listing, candidates: Iterable[str]) -> str:
    """Return the first candidate that no other listing has or had."""
    model = type(listing)
    others = model._default_manager.exclude(pk=listing.pk)
    redirects = SlugRedirect.objects.for_model(model).exclude(object_id=listing.pk)
    return next(
        slug
        for slug in candidates
        if not others.filter(slug=slug).exists()
        and not redirects.filter(slug=slug).exists()
    )


def used_slugs(
    model: type[Model], candidates: Collection[str] | None = None
) -> set[str]:
    """Return the slugs of listings and of redirects that are in use.

    With candidates, only those among them are returned.
    """
    slugs: set[str] = set()
    for rows in (model._default_manager.all(), SlugRedirect.objects.for_model(model)):
        found = rows if candidates is None else rows.filter(slug__in=candidates)
        slugs.update(found.values_list("slug", flat=True))
    return slugs


def is_merged(listing: Listing) -> bool:
    """Say whether the slug, as a merge sets it, redirects to another listing."""
    if f"-merged-{listing.pk}" not in listing.slug:
        return False
    redirects = SlugRedirect.objects.for_model(type(listing)).filter(slug=listing.slug)
    return redirects.exclude(object_id=listing.pk).exists()
