"""Rows that come from a source outside: where from, and how an import knows them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from caching.invalidation import CacheInvalidatingModel
from caching.unreadable_values import PLACEHOLDER_DATETIME, Placeholders

PARTIAL_DATE = r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"


class Sourced(CacheInvalidatingModel):
    """Abstract: a row of a file, under a key that stays, with its source."""

    # Kinds of files that bring rows in, and the importers that read them.
    importers: ClassVar[dict[str, str]] = {}
    # Facts that people may compare, in the order of a page; empty: values.FACTS.
    facts: ClassVar[tuple[str, ...]] = ()
    # Fields that fold_words() makes of the others.
    derived: ClassVar[frozenset[str]] = frozenset()
    internal_fields = frozenset(
        {"key", "version", "created_at", "changed_at", "checked_by"}
    )

    placeholders: ClassVar[Placeholders] = {
        "version": lambda _row: 1,
        "created_at": lambda _row: PLACEHOLDER_DATETIME,
        "changed_at": lambda _row: PLACEHOLDER_DATETIME,
    }

    # The history stores it with the next save.
    _change_reason: str

    key = models.CharField(_("source key"), max_length=200, blank=True)
    source_name = models.CharField(_("source"), max_length=200, blank=True)
    source_url = models.URLField(_("source address"), max_length=500, blank=True)
    source_seen = models.CharField(
        _("date of the source"),
        max_length=10,
        blank=True,
        validators=[
            RegexValidator(
                PARTIAL_DATE,
                _("Enter a year, a month or a day, like 2026, 2026-11 or 2026-11-24."),
                code="partial_date",
            )
        ],
        help_text=_("A date, a month (2022-05) or a year. Empty means undated."),
    )
    source_license = models.CharField(_("licence"), max_length=100, blank=True)

    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["key"],
                condition=~Q(key=""),
                name="%(app_label)s_%(class)s_key_unique",
                violation_error_message=_("Another listing has this source key."),
            ),
            models.CheckConstraint(
                condition=Q(source_seen="") | Q(source_seen__regex=PARTIAL_DATE),
                name="%(app_label)s_%(class)s_source_seen_is_date",
                violation_error_message=_(
                    "Write the date of the source as 2026, 2026-11 or 2026-11-24."
                ),
            ),
        ]

    def fold_words(self) -> None:
        """Fill the fields that searches and lists compare."""

    @classmethod
    def taken_slugs(cls, among: Collection[str] | None = None) -> set[str]:
        """The addresses that other rows have, of all or `among` some; none where rows
        have no page."""
        return set()

    @property
    def file_key(self) -> str:
        """What files know the row by; "" where none can."""
        return self.key

    def enter(self, taken: set[str], wishes: Mapping[str, Any]) -> None:
        """What a new row needs before an import saves it; `wishes` are its file's."""
