"""An index of words, in each database's own way; see listings/word_index.py."""

from django.db import migrations

from listings.word_index import build, drop


def make(apps, schema_editor):
    build(schema_editor.connection, "orgs_organization")


def unmake(apps, schema_editor):
    drop(schema_editor.connection, "orgs_organization")


class Migration(migrations.Migration):
    dependencies = [("orgs", "0002_desk")]

    operations = [migrations.RunPython(make, unmake)]
