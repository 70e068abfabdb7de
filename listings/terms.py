"""The terms of the four vocabularies."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from caching.invalidation import CacheInvalidatingModel
from caching.unreadable_values import Placeholders
from listings import vocabulary


class TermQuerySet(models.QuerySet["Term"]):
    def of_kind(self, kind: str) -> Self:
        return self.filter(kind=kind)


class Term(CacheInvalidatingModel):
    """A term of one of the four vocabularies, with its labels."""

    class Kind(models.TextChoices):
        SERVICE = "service", _("What they offer")
        COMMUNITY = "community", _("Who is welcomed by name")
        CONDITION = "condition", _("What it is about")
        LANGUAGE = "language", _("Languages")

    placeholders: ClassVar[Placeholders] = {"order": lambda _row: 100}

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    slug = models.SlugField(_("slug"), max_length=40)
    label = models.CharField(_("label"), max_length=80)
    label_es = models.CharField(_("label in Spanish"), max_length=80, blank=True)
    description = models.CharField(_("description"), max_length=300, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)

    objects = TermQuerySet.as_manager()

    class Meta:
        verbose_name = _("term")
        verbose_name_plural = _("terms")
        ordering = ["kind", "order", "label"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "slug"], name="term_unique"),
        ]

    def __str__(self) -> str:
        """Return the label in the active language, or in English if it has none."""
        return (self.label_es if get_language() == "es" else "") or self.label

    @property
    def inside_sentence(self) -> str:
        """The label as it is written within a sentence: "youth", "LGBTQ+ people"."""
        in_spanish = get_language() == "es" and bool(self.label_es)
        return vocabulary.inside_sentence(str(self), self.slug, in_spanish=in_spanish)
