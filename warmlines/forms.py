"""The form of the warmlines page."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from places.forms import PlaceForm


class WarmlineForm(PlaceForm):
    open_now = forms.BooleanField(label=_("Open now"), required=False)
