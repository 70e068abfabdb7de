"""Bump the content version when a row is saved or deleted and visitors can see it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Self

from django.db import models

from caching import content_version
from caching.unreadable_values import (
    Placeholders,
    apply_placeholders,
    refuse_to_erase_unreadable,
)


class CacheInvalidatingModel(models.Model):
    """Abstract base of models whose rows visitors see."""

    # Fields that no visitor sees. Changing only these does not bump the version.
    internal_fields: ClassVar[frozenset[str]] = frozenset()
    # Whether cards of other rows show this row. A row that only its own card shows has
    # a `changed_at` field instead, which tells when that card is out of date.
    is_global: ClassVar[bool] = True
    # Values that a row in memory gets for fields whose stored value is unreadable.
    placeholders: ClassVar[Placeholders] = {}

    class Meta:
        abstract = True

    def save(self, **options: Any) -> None:
        if not self._state.adding and not options.get("update_fields"):
            refuse_to_erase_unreadable(self)
        if content_version.has_pending_bump(is_global=self.is_global):
            # The version will be bumped in any case, so there is nothing to compare.
            super().save(**options)
            return
        before = None if self._state.adding else self._stored_public_fields()
        super().save(**options)
        after = self.public_fields()
        saved = options.get("update_fields")
        if saved is not None and before and after:
            written = {n: after.get(n) for n in before if n in saved}
            after = before | written
        if after != before:
            content_version.bump(is_global=self.is_global)

    def delete(self, *args: Any, **options: Any) -> tuple[int, dict[str, int]]:
        if self.public_fields() is not None:
            content_version.bump(is_global=self.is_global)
        return super().delete(*args, **options)

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        row = super().from_db(*args, **kwargs)
        apply_placeholders(row, cls.placeholders)
        return row

    def clean(self) -> None:
        super().clean()
        if not self._state.adding:
            refuse_to_erase_unreadable(self)

    @property
    def is_public(self) -> bool:
        return True

    def public_fields(self) -> dict[str, Any] | None:
        """Every published fact, as the database stores it; None if none is public."""
        return self.serialize(exclude=self.internal_fields) if self.is_public else None

    def serialize(self, *, exclude: frozenset[str]) -> dict[str, Any]:
        """The row's values as the database stores them, by field name."""
        return {
            field.name: field.get_prep_value(getattr(self, field.attname))
            for field in self._meta.concrete_fields
            if field.name not in exclude
        }

    def _stored_public_fields(self) -> dict[str, Any] | None:
        """The published facts of the row in the database, before it is saved."""
        row: Any = type(self)._default_manager.filter(pk=self.pk).first()
        return row.public_fields() if row else None


@contextmanager
def track_m2m_changes(row: CacheInvalidatingModel, *names: str) -> Iterator[None]:
    """Bump the version if the block changes many-to-many fields of a public row.

    Saving the row does not notice such a change. Save it earlier in the same
    transaction, so that its `changed_at` is new.
    """
    if content_version.has_pending_bump(is_global=row.is_global):
        yield
        return
    before = _linked_ids(row, names)
    yield
    if row.is_public and _linked_ids(row, names) != before:
        content_version.bump(is_global=row.is_global)


def _linked_ids(
    row: CacheInvalidatingModel, names: tuple[str, ...]
) -> dict[str, set[Any]]:
    return {n: set(getattr(row, n).values_list("pk", flat=True)) for n in names}
