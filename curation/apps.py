"""The app, and the configuration of Django's admin with our admin site."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class CurationConfig(AppConfig):
    name = "curation"
    default = True

    def ready(self) -> None:
        # Importing these registers the system checks and a signal receiver.
        import_module("curation.system_checks")
        import_module("curation.sign_in")


class CurationAdminConfig(admin_apps.AdminConfig):
    default = False
    default_site = "curation.admin_site.CurationAdminSite"
