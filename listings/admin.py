"""Vocabularies and removals at the desk."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from listings.models import Term, Tombstone


@admin.register(Term)
class TermAdmin(admin.ModelAdmin):
    list_display = ("label", "label_es", "slug", "kind", "order")
    list_filter = ("kind",)
    search_fields = ("label", "slug")

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """One by one: only a row itself tells the directory's version."""
        for term in queryset:
            term.delete()


@admin.register(Tombstone)
class TombstoneAdmin(admin.ModelAdmin):
    list_display = ("name", "reason", "created_at")
    search_fields = ("name", "key")
    formfield_overrides: ClassVar = {models.URLField: {"assume_scheme": "https"}}
