"""A form field for search words, and a model field for a list of names."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models


class SearchWordsField(forms.CharField):
    """Search words. A null character becomes U+FFFD, which no listing contains."""

    def to_python(self, value: Any) -> str | None:
        text = super().to_python(value)
        return text.replace("\0", "\ufffd") if text else text


class NameListField(models.JSONField):
    """A list of strings as JSON. A stored value of another shape is read as NULL."""

    def deconstruct(self) -> Any:
        """Describe the field to migrations as the JSONField that the database sees."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        names = super().from_db_value(value, expression, connection)
        is_list = isinstance(names, list)
        return names if is_list and all(isinstance(n, str) for n in names) else None
