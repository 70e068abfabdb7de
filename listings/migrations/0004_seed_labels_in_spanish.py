from django.db import migrations

from listings.vocabulary import VOCABULARY


def seed(apps, schema_editor):
    """Labels that a curator has written stay."""
    Term = apps.get_model("listings", "Term")
    for kind, words in VOCABULARY.items():
        for slug, _label, spanish in words:
            unnamed = Term.objects.filter(kind=kind, slug=slug, label_es="")
            unnamed.update(label_es=spanish)


class Migration(migrations.Migration):
    dependencies = [("listings", "0003_labels_in_spanish")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
