"""The form of the catalog page."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from listings.fields import SearchWordsField


class CatalogForm(forms.Form):
    q = SearchWordsField(label=_("Name, town or word"), required=False, max_length=100)
