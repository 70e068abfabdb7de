"""Forms that ask where someone is."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from places.cleaning import clean_text
from places.fields import PlaceField
from places.lookup import look_up
from places.models import Place
from places.readings import state_code

NUMBER_ERROR_CODES = ("invalid", "min_value", "max_value")
INVALID_LATITUDE = _(
    "We could not use this location. A latitude is a number from -90 to 90."
)
INVALID_LONGITUDE = _(
    "We could not use this location. A longitude is a number from -180 to 180."
)
INCOMPLETE_POINT = _(
    "We could not use this location. It needs both a latitude and a longitude."
)
POINT_ABROAD = _(
    "This location is outside the United States and its territories, which is what "
    "this directory covers. Try a ZIP code, or a town and state."
)


class StateForm(forms.Form):
    state = forms.CharField(label=_("State"), required=False, max_length=40)

    def clean_state(self) -> str:
        text = clean_text(str(self.cleaned_data["state"]))
        code = state_code(text)
        if text and not code:
            raise ValidationError(
                _("We do not know this state. Please choose one from the list."),
                code="unknown",
            )
        return code

    @property
    def place(self) -> Place | None:
        code = self.cleaned_data.get("state")
        return Place.objects.states().filter(code=code).first() if code else None


class PlaceForm(StateForm):
    """A place as typed text, a point from the browser, or a state."""

    near = PlaceField(label=_("ZIP code, town, county or state"), required=False)
    lat = forms.FloatField(
        required=False,
        min_value=-90,
        max_value=90,
        error_messages=dict.fromkeys(NUMBER_ERROR_CODES, INVALID_LATITUDE),
    )
    lon = forms.FloatField(
        required=False,
        min_value=-180,
        max_value=180,
        error_messages=dict.fromkeys(NUMBER_ERROR_CODES, INVALID_LONGITUDE),
    )

    def clean(self) -> dict[str, Any]:
        """Find the place at the point; a foreign or incomplete point is an error."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        latitude, longitude = cleaned.get("lat"), cleaned.get("lon")
        if latitude is not None and longitude is not None:
            cleaned["point_place"] = look_up(f"{latitude:.2f},{longitude:.2f}").place
            if cleaned["point_place"] is None:
                self.add_error("lat", ValidationError(POINT_ABROAD, code="foreign"))
        elif (latitude, longitude) != (None, None) and not self.errors:
            self.add_error("lat", ValidationError(INCOMPLETE_POINT, code="half"))
        return cleaned

    @property
    def hidden_field_errors(self) -> list[str]:
        """The errors of parameters that have no visible field on the page."""
        visible_fields = {"near", "radius"}
        return [
            str(error)
            for name, errors in self.errors.items()
            if name not in visible_fields
            for error in errors
        ]

    @property
    def place(self) -> Place | None:
        """The requested place: typed text before a point, a point before a state."""
        cleaned: dict[str, Any] = self.cleaned_data
        if "near" in self.errors:
            return None
        if isinstance(near := cleaned.get("near"), Place):
            return near
        return cleaned.get("point_place") or super().place

    @property
    def problem(self) -> str:
        """The value of a Problem if the text names no clear place, or ""."""
        errors = self.errors.as_data().get("near", [])
        return str(errors[0].code) if errors else ""

    @property
    def typed(self) -> str:
        """The text of the search box, unchanged."""
        return str(self["near"].value() or "").strip()

    @property
    def candidates(self) -> tuple[Place, ...]:
        """Places that ambiguous text may mean, or other meanings of clear text."""
        errors = self.errors.as_data().get("near", [])
        if errors:
            return tuple((errors[0].params or {}).get("candidates", ()))
        near = self.cleaned_data.get("near")
        return tuple(getattr(near, "other_meanings", ()))
