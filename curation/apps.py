"""App configuration, and Django's admin with our site class."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class CurationConfig(AppConfig):
    name = "curation"
    default = True

    def ready(self) -> None:
        # Importing them registers the deployment checks and a receiver of signals.
        import_module("curation.checks")
        import_module("curation.sign_in")


class CurationAdminConfig(admin_apps.AdminConfig):
    default = False
    default_site = "curation.admin_site.DeskSite"
