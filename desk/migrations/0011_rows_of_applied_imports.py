from django.db import migrations


def copy(apps, schema_editor):
    """What imports of before did, as rows: an undo reads these."""
    run_model = apps.get_model("desk", "ImportRun")
    row_model = apps.get_model("desk", "ImportedRow")
    for run in run_model.objects.filter(state="applied").defer("content").iterator():
        row_model.objects.bulk_create(
            [
                row_model(
                    run=run,
                    row=step.get("row", 0),
                    object_id=step["pk"],
                    name=step.get("name", ""),
                    added=step["added"],
                    version=step.get("version", 0),
                    before=step["before"],
                    after=step["after"],
                    parents=step.get("parents", []),
                )
                for step in run.steps
            ],
            batch_size=500,
        )


class Migration(migrations.Migration):
    dependencies = [("desk", "0010_imported_rows")]

    operations = [migrations.RunPython(copy, migrations.RunPython.noop)]
