from django.db import migrations

from listings.vocabulary import VOCABULARY


def seed(apps, schema_editor):
    Term = apps.get_model("listings", "Term")
    for kind, words in VOCABULARY.items():
        for number, (slug, label, _spanish) in enumerate(words, start=1):
            Term.objects.get_or_create(
                kind=kind, slug=slug, defaults={"label": label, "order": number * 10}
            )


def unseed(apps, schema_editor):
    """Terms that no listing carries; the others go with their listings."""
    Term = apps.get_model("listings", "Term")
    for kind, words in VOCABULARY.items():
        Term.objects.filter(kind=kind, slug__in=[slug for slug, *_ in words]).delete()


class Migration(migrations.Migration):
    dependencies = [("listings", "0001_initial")]
    operations = [migrations.RunPython(seed, unseed)]
