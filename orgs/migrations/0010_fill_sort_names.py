from django.db import migrations

from listings.words import fold

BATCH = 1_000


def fill(apps, schema_editor):
    """A batch at a time, so that no lock is long and memory stays small."""
    rows = apps.get_model("orgs", "Organization").objects.order_by("pk").only("name")
    last = 0
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        for row in batch:
            row.sort_name = fold(row.name)
        rows.bulk_update(batch, ["sort_name"])
        last = batch[-1].pk


class Migration(migrations.Migration):
    dependencies = [("orgs", "0009_sort_names")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
