"""Rows that the public sees: saving or deleting one counts if that shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Self

from django.db import models

from caching import content_version
from caching.unreadable_values import StandIns, fill_in, refuse_to_erase


class Published(models.Model):
    """Abstract: says what of a row is shown, and when that becomes different."""

    # Fields that no visitor sees: a change of them alone is no news.
    internal: ClassVar[frozenset[str]] = frozenset()
    # Do cards of other rows show it? One that they do not has a `changed_at`, new with
    # every change, by which its own card is known to be old.
    is_shared: ClassVar[bool] = True
    # What a row is given in memory for a field that is stored unreadably.
    stand_ins: ClassVar[StandIns] = {}

    class Meta:
        abstract = True

    def save(self, **options: Any) -> None:
        if not self._state.adding and not options.get("update_fields"):
            refuse_to_erase(self)
        if content_version.is_changing(shared=self.is_shared):
            # Counted already, so there is nothing to compare.
            super().save(**options)
            return
        before = None if self._state.adding else self._stored()
        super().save(**options)
        after = self.shown()
        saved = options.get("update_fields")
        if saved is not None and before and after:
            written = {n: after.get(n) for n in before if n in saved}
            after = before | written
        if after != before:
            content_version.changed(shared=self.is_shared)

    def delete(self, *args: Any, **options: Any) -> tuple[int, dict[str, int]]:
        if self.shown() is not None:
            content_version.changed(shared=self.is_shared)
        return super().delete(*args, **options)

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        row = super().from_db(*args, **kwargs)
        fill_in(row, cls.stand_ins)
        return row

    def clean(self) -> None:
        super().clean()
        if not self._state.adding:
            refuse_to_erase(self)

    @property
    def is_public(self) -> bool:
        return True

    def shown(self) -> dict[str, Any] | None:
        """Every published fact as the database holds it; None where nothing is."""
        return self.told(but=self.internal) if self.is_public else None

    def told(self, *, but: frozenset[str]) -> dict[str, Any]:
        return {
            field.name: field.get_prep_value(getattr(self, field.attname))
            for field in self._meta.concrete_fields
            if field.name not in but
        }

    def _stored(self) -> dict[str, Any] | None:
        """What the public sees of the row until it is saved."""
        row: Any = type(self)._default_manager.filter(pk=self.pk).first()
        return row.shown() if row else None


@contextmanager
def links_told(row: Published, *names: str) -> Iterator[None]:
    """Around a change of many-to-many fields, which no save of the row can see.

    The same transaction saves the row before, so that its `changed_at` is new.
    """
    if content_version.is_changing(shared=row.is_shared):
        yield
        return
    before = _links(row, names)
    yield
    if row.is_public and _links(row, names) != before:
        content_version.changed(shared=row.is_shared)


def _links(row: Published, names: tuple[str, ...]) -> dict[str, set[Any]]:
    return {n: set(getattr(row, n).values_list("pk", flat=True)) for n in names}
