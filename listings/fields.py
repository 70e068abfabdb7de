"""A form field for words to look for, and a column for a list of names."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models


class WordsField(forms.CharField):
    """Words of a search. A null character is a letter that no listing has."""

    def to_python(self, value: Any) -> str | None:
        text = super().to_python(value)
        return text.replace("\0", "\ufffd") if text else text


class NamesField(models.JSONField):
    """A list of names; what is stored in another shape is read as NULL."""

    def deconstruct(self) -> Any:
        """As the JSONField that it is to the database."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        names = super().from_db_value(value, expression, connection)
        is_list = isinstance(names, list)
        return names if is_list and all(isinstance(n, str) for n in names) else None
