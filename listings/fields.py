"""A form field for words to look for."""

from __future__ import annotations

from typing import Any

from django import forms


class WordsField(forms.CharField):
    """Words of a search. A null character is a letter that no listing has."""

    def to_python(self, value: Any) -> str | None:
        text = super().to_python(value)
        return text.replace("\0", "\ufffd") if text else text
