"""The form of the catalog page."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from listings.fields import SearchWordsField
from places.forms import PlaceForm
from places.models import Place


class CatalogForm(PlaceForm):
    """Words, and a place to sort by distance from."""

    q = SearchWordsField(label=_("Name, town or word"), required=False, max_length=100)

    @property
    def place(self) -> Place | None:
        """The typed place; the parameter `state` is a filter of this page."""
        near = self.cleaned_data.get("near")
        return near if isinstance(near, Place) else None
