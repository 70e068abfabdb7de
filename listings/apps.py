"""App configuration."""

from __future__ import annotations

from django.apps import AppConfig


class ListingsConfig(AppConfig):
    name = "listings"

    def ready(self) -> None:
        from listings import cards  # noqa: F401, PLC0415  # its signals
