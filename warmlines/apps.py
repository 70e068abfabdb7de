"""App configuration."""

from __future__ import annotations

from django.apps import AppConfig


class WarmlinesConfig(AppConfig):
    name = "warmlines"
