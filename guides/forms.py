"""The form of the page about becoming a peer supporter."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from guides.models import Credential
from places.states import STATES


def _states() -> list[tuple[str, str]]:
    return [("", "–"), *((state.code, state.name) for state in STATES.values())]


class BecomeForm(forms.Form):
    """One state or two states to compare, and a kind of experience."""

    state = forms.ChoiceField(label=_("State"), choices=_states, required=False)
    other = forms.ChoiceField(label=_("Compare with"), choices=_states, required=False)
    focus = forms.ChoiceField(
        label=_("Experience"),
        choices=[("", _("Any")), *Credential.Focus.choices],
        required=False,
    )

    def clean(self) -> dict[str, str]:
        """Make a single or repeated state the first one."""
        cleaned: dict[str, str] = super().clean() or {}
        first, second = cleaned.get("state", ""), cleaned.get("other", "")
        cleaned["state"] = first or second
        cleaned["other"] = second if first and second != first else ""
        return cleaned

    @property
    def state_codes(self) -> list[str]:
        """Codes of the chosen states: none, one or two."""
        chosen = (self.cleaned_data.get("state"), self.cleaned_data.get("other"))
        return [code for code in chosen if code]

    @property
    def chosen_focus(self) -> str:
        return str(self.cleaned_data.get("focus") or "")
