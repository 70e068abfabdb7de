"""Text that is stored in one form, however somebody types it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models


class NormalizedFormField(forms.CharField):
    """A text box that cleans to the stored form, or says what is wrong beside it."""

    def __init__(
        self, *, read: Callable[[str], str], show: Callable[[str], str], **options: Any
    ) -> None:
        super().__init__(**options)
        self.read = read
        self.show = show

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        return self.read(text) if text else text

    def prepare_value(self, value: Any) -> Any:
        return self.show(value) if isinstance(value, str) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.clean(data) != (initial or "")
        except ValidationError:
            return True


class NormalizedCharField(models.CharField):  # type: ignore[type-arg]
    """A column of text with one form for each value.

    Subclasses give `read`, which turns typed text into the stored form or raises
    ValidationError, and may give `show`, which turns the stored form into what a
    person reads in a text box.
    """

    @staticmethod
    def read(typed: str, /) -> str:
        raise NotImplementedError

    @staticmethod
    def show(stored: str, /) -> str:
        return stored

    def normalized(self, typed: Any) -> Any:
        """The stored form, or the text itself where it cannot be read."""
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
        """Migrations see a plain text column, which is what the database has."""
        name, _path, args, options = super().deconstruct()
        return name, "django.db.models.CharField", args, options
