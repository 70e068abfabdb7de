from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("listings", "0002_seed_terms")]
    operations = [
        migrations.AddField(
            model_name="term",
            name="label_es",
            field=models.CharField(
                blank=True,
                default="",
                max_length=80,
                verbose_name="label in Spanish",
            ),
            preserve_default=False,
        ),
    ]
