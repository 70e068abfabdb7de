"""App configuration: the desk, and Django's admin with the desk as its site."""

from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class DeskConfig(AppConfig):
    name = "desk"
    default = True


class DeskSiteConfig(admin_apps.AdminConfig):
    default = False
    default_site = "desk.site.DeskSite"
