"""Where somebody is: typed words, a point of the browser, or a state."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from places.fields import PlaceField
from places.lookup import look_up
from places.models import Place
from places.states import STATES


class StateForm(forms.Form):
    """A state alone."""

    state = forms.CharField(label=_("State"), required=False, max_length=40)

    def clean_state(self) -> str:
        code = str(self.cleaned_data["state"]).strip().upper()
        if code and code not in STATES:
            raise forms.ValidationError(
                _("We do not know this state. Please choose one from the list."),
                code="unknown",
            )
        return code

    @property
    def place(self) -> Place | None:
        code = self.cleaned_data.get("state")
        return Place.objects.states().filter(code=code).first() if code else None


class PlaceForm(StateForm):
    """Where: typed words, a point of the browser, or a state."""

    near = PlaceField(label=_("ZIP code, town, county or state"), required=False)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180)

    @property
    def place(self) -> Place | None:
        """The place asked for: words before a point, a point before a state."""
        cleaned: dict[str, Any] = self.cleaned_data
        if "near" in self.errors:
            return None
        if near := cleaned.get("near"):
            return near  # type: ignore[no-any-return]
        if cleaned.get("lat") is not None and cleaned.get("lon") is not None:
            return look_up(f"{cleaned['lat']:.2f},{cleaned['lon']:.2f}").place
        return super().place

    @property
    def problem(self) -> str:
        """Why there is no place: "ambiguous", "unknown", "foreign" …, or ""."""
        errors = self.errors.as_data().get("near", [])
        return str(errors[0].code) if errors else ""

    @property
    def typed(self) -> str:
        """The words as they were typed."""
        return str(self["near"].value() or "").strip()

    @property
    def candidates(self) -> tuple[Place, ...]:
        """What the words may have meant, or what else they may mean."""
        errors = self.errors.as_data().get("near", [])
        if errors:
            return tuple((errors[0].params or {}).get("candidates", ()))
        near = self.cleaned_data.get("near")
        return tuple(getattr(near, "other_meanings", ()))
