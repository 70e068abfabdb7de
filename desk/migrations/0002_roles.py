"""The five roles, with what each may do."""

from __future__ import annotations

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations


def make_roles(apps, schema_editor):
    from desk.roles import set_up_roles

    # Permissions are made after the last migration; the roles need them now.
    for label in ("auth", "places", "listings", "desk", "orgs", "warmlines"):
        create_permissions(installed.get_app_config(label), verbosity=0)
    set_up_roles()


class Migration(migrations.Migration):
    dependencies = [
        ("desk", "0001_initial"),
        ("listings", "0002_seed_terms"),
        ("orgs", "0002_desk"),
        ("warmlines", "0002_desk"),
        ("places", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
