"""What somebody asks of the catalogue."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class CatalogueForm(forms.Form):
    q = forms.CharField(label=_("Name, town or word"), required=False, max_length=100)
