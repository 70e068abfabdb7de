"""The source of a row, and the key by which imports find it again."""

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


class ProvenanceModel(CacheInvalidatingModel):
    """Abstract model for rows that come from a source, with a stable import key."""

    # Kinds of import files, and the dotted paths of their importers.
    importers: ClassVar[dict[str, str]] = {}
    # The facts that people may compare, in page order. If empty, the model has those of
    # field_values.FACT_NAMES that are its fields.
    facts: ClassVar[tuple[str, ...]] = ()
    # Fields that update_derived_fields() computes from other fields.
    derived_fields: ClassVar[frozenset[str]] = frozenset()
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
    source_license = models.CharField(_("license"), max_length=100, blank=True)

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

    def update_derived_fields(self) -> None:
        """Compute the fields that searches and sorted lists use."""

    @classmethod
    def used_slugs(cls, candidates: Collection[str] | None = None) -> set[str]:
        """Return the slugs in use: all of them, or those among the candidates.

        A model without pages has none.
        """
        return set()

    @property
    def import_key(self) -> str:
        """The key by which import files name the row; "" where they cannot."""
        return self.key

    def prepare_new(
        self, used_slugs: set[str], new_only_fields: Mapping[str, Any]
    ) -> None:
        """Prepare a new row before an import saves it.

        `used_slugs` are the slugs that it may not have. `new_only_fields` are values
        that a file sets on new rows and never changes on existing ones.
        """
