"""App configuration."""

from __future__ import annotations

from django.apps import AppConfig


class ListingsConfig(AppConfig):
    name = "listings"

    def ready(self) -> None:
        # Models are there only now.
        from listings.cards import connect_signals  # noqa: PLC0415

        connect_signals()
