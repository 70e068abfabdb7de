"""App configuration: the desk, and Django's admin with the desk as its site."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class DeskConfig(AppConfig):
    name = "desk"
    default = True

    def ready(self) -> None:
        # Importing them registers the deployment checks and a receiver of signals.
        import_module("desk.checks")
        import_module("desk.sign_in")


class DeskSiteConfig(admin_apps.AdminConfig):
    default = False
    default_site = "desk.site.DeskSite"
