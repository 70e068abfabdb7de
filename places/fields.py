"""Form fields that turn typed text into a place or a state."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from places.autocomplete import MAX_TEXT_LENGTH
from places.lookup import Problem, look_up
from places.models import Place
from places.name_keys import place_key
from places.readings import STATE_KEYS
from places.states import STATES

PROBLEM_MESSAGES = {
    Problem.UNKNOWN: _(
        "We could not find “%(text)s”. Try a ZIP code, or a town with its state, "
        "like “Circle, MT”. If the place is very small, try its county or the "
        "nearest town."
    ),
    Problem.AMBIGUOUS: _("There is more than one “%(text)s”. Which one do you mean?"),
    Problem.FOREIGN: _(
        "This directory covers the United States and its territories. "
        "We could not find “%(text)s” there."
    ),
    Problem.MILITARY: _(
        "“%(text)s” is a military or diplomatic address overseas, so we can't say what "
        "is near it. Here are phone lines and online groups for the whole country. "
        "If you're near a town in the United States, type its name or ZIP code."
    ),
    Problem.TOO_LONG: _("That is too long. Please type just a ZIP code or a town."),
    Problem.EMPTY: _("Please type a ZIP code or a town."),
}
NOT_A_PLACE_MESSAGE = _(
    "We couldn't match that to a place. Enter a ZIP code, or a town and state, like "
    "Circle, MT. If you want to talk with someone now, call a warmline, or call or "
    "text 988."
)
# Text of so many words may be a cry for help, so no error message repeats it.
MIN_SENTENCE_WORDS = 4
MAX_QUOTED_LENGTH = 60


class PlaceField(forms.CharField):
    """Cleans to a Place with its namesakes in `other_meanings`, or to None.

    An error has the value of a Problem as its code, and `candidates` in its params.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.widget.attrs |= {
            "autocomplete": "postal-code",
            "autocapitalize": "words",
            "spellcheck": "false",
            "maxlength": MAX_TEXT_LENGTH,
        }

    def clean(self, value: object) -> Place | None:
        text = self.to_python(value) or ""
        if not text and not self.required:
            return None
        result = look_up(text)
        if result.place is None:
            problem = result.problem or Problem.UNKNOWN
            raise ValidationError(
                _message(problem, text),
                code=problem.value,
                params={
                    "text": text[:MAX_QUOTED_LENGTH],
                    "candidates": result.candidates,
                },
            )
        result.place.other_meanings = result.candidates
        return result.place


def _message(problem: Problem, text: str) -> str:
    is_sentence = len(text.split()) >= MIN_SENTENCE_WORDS
    if is_sentence and problem is Problem.UNKNOWN:
        return str(NOT_A_PLACE_MESSAGE)
    return str(PROBLEM_MESSAGES[problem])


class StateField(forms.ChoiceField):
    """A list of states, or a text box that accepts "mt" and "Montana".

    Cleans to the two-letter code, or to "".
    """

    default_error_messages = {
        "invalid_choice": _("“%(value)s” is not a state. Enter it like Montana or MT."),
    }

    def __init__(self, **options: Any) -> None:
        states = [("", "–"), *((state.code, state.name) for state in STATES.values())]
        super().__init__(choices=states, **options)

    def to_python(self, value: object) -> str:
        return state_code(super().to_python(value))


def state_code(typed: str) -> str:
    """Return the two-letter code of a state, or the text itself if it names none."""
    return STATE_KEYS.get(place_key(typed), typed.strip())
