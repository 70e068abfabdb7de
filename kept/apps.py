"""What the server keeps between two requests, and until when it holds."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KeptConfig(AppConfig):
    name = "kept"
    verbose_name = _("Kept answers")
