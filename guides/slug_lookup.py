"""A lookup that finds slugs that are valid in a URL."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.lookups import BuiltinLookup
from django.db.models.sql.compiler import SQLCompiler

from listings.text import SLUG_PATTERN


class IsValidSlug(BuiltinLookup):  # type: ignore[type-arg]  # none at run time
    """Matches slugs that are not empty and have only characters allowed in a URL.

    On SQLite this uses GLOB, because Django's REGEXP is a Python function, which SQLite
    cannot call with text that is not UTF-8.
    """

    lookup_name = "is_valid"
    prepare_rhs = False

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[str | int]]:
        slug, params = self.process_lhs(compiler, connection)
        return f"{slug} ~ %s", [*params, SLUG_PATTERN]

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[str | int]]:
        slug, params = self.process_lhs(compiler, connection)
        condition = f"{slug} NOT GLOB '*[^-a-zA-Z0-9_]*' AND {slug} <> ''"
        return condition, [*params, *params]
