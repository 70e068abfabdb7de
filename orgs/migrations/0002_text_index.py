"""Add the index for text search, made in each database's own way by listings/text_index.py."""

from django.db import migrations

from listings.text_index import build, drop


def make(apps, schema_editor):
    build(schema_editor.connection, "orgs_organization")


def unmake(apps, schema_editor):
    drop(schema_editor.connection, "orgs_organization")


class Migration(migrations.Migration):
    dependencies = [("orgs", "0001_initial")]
    operations = [migrations.RunPython(make, unmake)]
