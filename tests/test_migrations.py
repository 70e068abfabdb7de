"""Every migration can run while the site serves requests."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState

from listings.models import Term
from tests.migration_rules import find_problems
from tests.test_codebase import APPS


def refused_migrations():
    """Map (app, name) of each refused migration to the problems."""
    loader = MigrationLoader(None)
    found = {}
    for key, migration in sorted(loader.disk_migrations.items()):
        if key[0] in APPS:
            state = loader.project_state(key, at_end=False)
            if words := find_problems(migration.operations, state, key[0]):
                found[key] = words
    return found


def test_every_migration_follows_the_rules():
    assert refused_migrations() == {}


@pytest.fixture
def state_before():
    state = ProjectState()
    fields = [
        ("id", models.BigAutoField(primary_key=True)),
        ("name", models.CharField(max_length=80)),
        ("note", models.TextField(null=True)),
    ]
    state.add_model(ModelState("orgs", "thing", fields))
    return state


def add(field):
    return migrations.AddField("thing", "extra", field)


def alter(name, field):
    return migrations.AlterField("thing", name, field)


def do_nothing(*_args):
    pass


@pytest.mark.django_db
def test_seeded_terms_can_be_removed_and_restored():
    first = import_module("listings.migrations.0002_seed_terms")
    known = set(Term.objects.values_list("kind", "slug"))

    first.unseed(apps, None)
    left = Term.objects.count()
    first.seed(apps, None)

    assert left == 0
    assert set(Term.objects.values_list("kind", "slug")) == known


HARMLESS = [
    add(models.CharField(max_length=9, null=True)),
    add(models.CharField(max_length=9, blank=True, default="", db_default="")),
    add(models.ManyToManyField("orgs.thing")),
    alter("name", models.CharField("its name", max_length=80, choices=[("a", "A")])),
    alter("name", models.CharField(max_length=300)),
    migrations.AddIndex("thing", models.Index(fields=["name"], name="thing_name")),
    migrations.AddConstraint(
        "thing", models.CheckConstraint(condition=~models.Q(name=""), name="named")
    ),
    migrations.CreateModel("other", [("id", models.BigAutoField(primary_key=True))]),
    migrations.RunPython(do_nothing, migrations.RunPython.noop),
    migrations.RunSQL(
        "DROP INDEX a", "CREATE INDEX CONCURRENTLY a ON orgs_thing (name)"
    ),
]
RISKY = [
    (add(models.CharField(max_length=9, default="")), "db_default"),
    (add(models.BooleanField(default=False)), "db_default"),
    (migrations.RemoveField("thing", "note"), "one release later"),
    (migrations.DeleteModel("thing"), "one release later"),
    (migrations.RenameField("thing", "note", "words"), "old name"),
    (migrations.RenameModel("thing", "part"), "old name"),
    (alter("name", models.TextField()), "rewrites the table"),
    (alter("name", models.CharField(max_length=40)), "narrower"),
    (alter("note", models.TextField()), "tighten later"),
    (alter("name", models.CharField(max_length=80, unique=True)), "UniqueConstraint"),
    (alter("name", models.CharField(max_length=80, db_column="n")), "old name"),
    (migrations.AddIndex("thing", GinIndex(fields=["name"], name="g")), "CONCURRENTLY"),
    (migrations.RunPython(do_nothing), "make it reversible"),
    (migrations.RunSQL("SELECT 1"), "make it reversible"),
    (migrations.RunSQL("LOCK TABLE orgs_thing", ""), "for long"),
    (migrations.RunSQL("CREATE INDEX a ON orgs_thing (name)", ""), "for long"),
    (migrations.RunSQL("ALTER TABLE a ALTER b SET NOT NULL", ""), "for long"),
    (migrations.SeparateDatabaseAndState([], []), "no rule knows it"),
]


@pytest.mark.parametrize("operation", HARMLESS, ids=lambda o: o.describe())
def test_harmless_operation_is_accepted(operation, state_before):
    assert find_problems([operation], state_before, "orgs") == []


@pytest.mark.parametrize(
    ("operation", "words"), RISKY, ids=[o.describe() for o, _words in RISKY]
)
def test_risky_operation_is_refused_with_an_alternative(operation, words, state_before):
    [found] = find_problems([operation], state_before, "orgs")

    assert words in found


def test_operations_on_a_new_table_are_accepted(state_before):
    create = migrations.CreateModel(
        "fresh", [("id", models.BigAutoField(primary_key=True))]
    )
    more = migrations.AddField("fresh", "extra", models.BooleanField(default=False))
    fill = migrations.RunPython(do_nothing, migrations.RunPython.noop)

    assert find_problems([create, more, fill], state_before, "orgs") == []


def test_schema_and_data_in_one_migration_are_refused(state_before):
    both = [HARMLESS[0], migrations.RunPython(do_nothing, migrations.RunPython.noop)]

    [words] = find_problems(both, state_before, "orgs")

    assert words.startswith("Schema and data together")
