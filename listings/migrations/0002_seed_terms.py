from django.db import migrations

from listings.vocabulary import VOCABULARY


def seed(apps, schema_editor):
    Term = apps.get_model("listings", "Term")
    for kind, words in VOCABULARY.items():
        for number, (slug, label, label_es) in enumerate(words, start=1):
            Term.objects.create(
                kind=kind, slug=slug, label=label, label_es=label_es, order=number * 10
            )


def unseed(apps, schema_editor):
    """Delete the seeded terms that no listing has; the others go with their table."""
    Term = apps.get_model("listings", "Term")
    for kind, words in VOCABULARY.items():
        Term.objects.filter(kind=kind, slug__in=[slug for slug, *_ in words]).delete()


class Migration(migrations.Migration):
    dependencies = [("listings", "0001_initial")]
    operations = [migrations.RunPython(seed, unseed)]
