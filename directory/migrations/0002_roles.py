"""Create the five roles with their permissions on the models of every app."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

APPS = [
    "auth",
    "curation",
    "directory",
    "guides",
    "listings",
    "meetings",
    "orgs",
    "places",
    "warmlines",
]


def create_roles(apps, schema_editor):
    from curation.roles import set_up_roles

    # Django creates permissions after the last migration; the roles need them now.
    for label in APPS:
        create_permissions(installed.get_app_config(label), verbosity=0)
    set_up_roles()


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        *((app, "0001_initial") for app in APPS if app != "auth"),
    ]
    operations = [migrations.RunPython(create_roles, migrations.RunPython.noop)]
