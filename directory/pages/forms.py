"""The form of the find page."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from listings.fields import SearchWordsField
from places.forms import PlaceForm

# Farther apart than any two points of the United States and its territories.
MAX_RADIUS_MILES = 12_500
RADIUS_CHOICES_MILES = (10, 25, 50, 100, 250)


class FindForm(PlaceForm):
    """The fields of the find page that are not filters of the catalog."""

    radius = forms.IntegerField(
        label=_("Distance"),
        required=False,
        min_value=1,
        max_value=MAX_RADIUS_MILES,
        error_messages={
            "invalid": _("Please give the distance in whole miles, like 25."),
            "min_value": _("Please choose a distance of at least 1 mile."),
            "max_value": _("Please choose a distance of at most 12,500 miles."),
        },
    )
    open_now = forms.BooleanField(label=_("Open now"), required=False)
    q = SearchWordsField(label=_("Name or word"), required=False, max_length=100)
