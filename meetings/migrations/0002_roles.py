"""Meetings join what the roles may see and edit."""

from __future__ import annotations

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations


def widen_roles(apps, schema_editor):
    from desk.roles import set_up_roles

    # Permissions are made after the last migration; the roles need them now.
    create_permissions(installed.get_app_config("meetings"), verbosity=0)
    set_up_roles()


class Migration(migrations.Migration):
    dependencies = [("meetings", "0001_initial"), ("desk", "0006_crisis_roles")]
    operations = [migrations.RunPython(widen_roles, migrations.RunPython.noop)]
