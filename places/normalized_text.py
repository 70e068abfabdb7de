"""Fields for text that people write in several ways and we store in one form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models


class NormalizedFormField(forms.CharField):
    """A text box that cleans to the stored form."""

    def __init__(
        self, *, read: Callable[[str], str], show: Callable[[str], str], **options: Any
    ) -> None:
        super().__init__(**options)
        self.read = read
        self.show = show

    def clean(self, value: object) -> str:
        text: str = super().clean(value)
        return self.read(text) if text else text

    def prepare_value(self, value: object) -> object:
        return self.show(value) if isinstance(value, str) else value

    def has_changed(self, initial: object, data: object) -> bool:
        try:
            return self.clean(data) != (initial or "")
        except ValidationError:
            return True


class NormalizedCharField(models.CharField):  # type: ignore[type-arg]
    """A text column with one stored form for each value.

    Subclasses define `read`, which converts typed text to the stored form or raises
    ValidationError. They may define `show`, which converts the stored form to the text
    of a form field.
    """

    @staticmethod
    def read(typed: str, /) -> str:
        raise NotImplementedError

    @staticmethod
    def show(stored: str, /) -> str:
        return stored

    def normalized(self, typed: Any) -> Any:
        """Return the stored form, or the text itself if it is invalid."""
        try:
            return self.read(typed) if typed else typed
        except ValidationError:
            return typed

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        return super().clean(self.read(value) if value else value, model_instance)

    def formfield(self, **options: Any) -> Any:  # type: ignore[override]
        form: dict[str, Any] = {
            "form_class": NormalizedFormField,
            "read": self.read,
            "show": self.show,
        }
        return super().formfield(**form | options)

    def deconstruct(self) -> Any:
        """Describe a plain text column, so that migrations do not import this class."""
        name, _path, args, options = super().deconstruct()
        return name, "django.db.models.CharField", args, options
