"""Record a small database of this release, for later ones to upgrade.

“python -m tests.upgrades.record 0.1.0” writes tests/upgrades/0.1.0.json. All rows are
synthetic, except for a few places of the gazetteer.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

FOLDER = Path(__file__).parent
EXCLUDED_TABLES = {"django_migrations", "django_session"}


def record(release):
    """Migrate an empty SQLite file, fill it and write its rows to JSON."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    call_command("migrate", verbosity=0)
    fill()
    # Triggers fill the text index, so its tables are left out.
    tables = sorted(
        name
        for name in set(connection.introspection.table_names()) - EXCLUDED_TABLES
        if "_words" not in name
    )
    path = FOLDER / f"{release}.json"
    recorded = {
        "release": release,
        "migrations": MigrationLoader(connection).graph.leaf_nodes(),
        "tables": {name: read_rows(connection, name) for name in tables},
    }
    path.write_text(format_rows(recorded), encoding="utf-8")
    return path


def format_rows(recorded):
    """Format as JSON with one row per line, for readable diffs."""
    head = json.dumps({k: recorded[k] for k in ("release", "migrations")})
    tables = [
        f'{json.dumps(name)}: {{"columns": {json.dumps(table["columns"])}, "rows": ['
        + ",".join(
            "\n  " + json.dumps(row, ensure_ascii=False) for row in table["rows"]
        )
        + "]}"
        for name, table in recorded["tables"].items()
    ]
    return f'{head[:-1]},\n"tables": {{\n' + ",\n".join(tables) + "\n}}\n"


def read_rows(connection, table):
    """The columns and rows of a table, as SQLite stores them."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')
        columns = [column[0] for column in cursor.description]
        rows = [[to_json_value(value) for value in row] for row in cursor.fetchall()]
    return {"columns": columns, "rows": rows}


def to_json_value(value):
    return value if isinstance(value, int | float | None) else str(value)


def fill():
    """Create one or two rows of every kind."""
    from django.contrib.admin.models import CHANGE, LogEntry
    from django.contrib.contenttypes.models import ContentType
    from django.utils import timezone
    from django_otp.plugins.otp_totp.models import TOTPDevice

    from curation import models as curation
    from listings.removals import RemovalRequest
    from listings.slugs import SlugRedirect
    from orgs.models import Organization
    from tests import factories as make

    fill_places()
    town, state = make.place("59301"), make.state("MT")
    spanish = make.term("language", "es")
    ours = make.organization(
        at=town,
        slug="ours",
        name="Café for Peers",
        service_area=[state],
        terms=[spanish],
    )
    make.organization(slug="theirs", parent=ours, hours="24/7", timezone="UTC")
    line = make.warmline(slug="line", service_area=[state], terms=[spanish])
    make.guide(slug="a-guide")
    make.credential(key="credential:one")
    ada = make.person("ada", states=["MT"])
    kind = ContentType.objects.get_for_model(Organization)
    now = timezone.now()

    curation.Check.objects.create(
        listing=ours,
        on=date(2026, 11, 1),
        how="called",
        by=ada,
        facts=["phone"],
        outcome="right",
        note="Ñandú",
    )
    ours.checked_on, ours.checked_how, ours.checked_by = (
        date(2026, 11, 1),
        "called",
        ada,
    )
    ours.save()
    curation.Suggestion.objects.create(
        listing=ours,
        kind="problem",
        problem="moved",
        words="They moved.",
        sender_email="visitor@example.org",
    )
    curation.Suggestion.objects.create(
        listing=line,
        kind="change",
        changes={"phone": "+14065550103"},
        state="declined",
        decided_by=ada,
        decided_at=now,
        reason="Not so.",
    )
    curation.Reminder.objects.create(listing=ours, sent_to="office@example.org")
    curation.OptOut.objects.create(email="nomore@example.org")
    curation.LinkCheck.objects.create(
        listing=ours,
        field="website",
        url="https://example.org/",
        checked_at=now,
        status=200,
    )
    first, second = sorted(Organization.objects.values_list("pk", flat=True))
    curation.DuplicatePair.objects.create(
        content_type=kind, first_id=first, second_id=second, reason="same name"
    )
    curation.ImportRun.objects.create(
        kind="cils",
        file_name="cils.csv",
        content="key,name\n",
        by=ada,
    )
    SlugRedirect.objects.create(content_type=kind, object_id=ours.pk, slug="before")
    RemovalRequest.objects.create(key="gone:1", name="Example that left")
    TOTPDevice.objects.create(user=ada, name="phone", confirmed=True)
    LogEntry.objects.create(
        user=ada,
        content_type=kind,
        object_id=str(ours.pk),
        object_repr="ours",
        action_flag=CHANGE,
        change_message="[]",
    )


def fill_places():
    """Create Montana, one county, its cities and ZIP codes."""
    from django.conf import settings

    from places.management.commands import load_places as gazetteer
    from places.models import Place

    rows = gazetteer.read_rows(settings.BASE_DIR / "fixtures" / gazetteer.PLACES_FILE)
    montana = [row for row in rows if row["state"] == "MT"]
    custer = [row for row in montana if row["county_fips"] == "30017"]
    counties = [row for row in montana if row["kind"] == "county"]
    [state] = [p for p in gazetteer.build_states(county_rows(rows)) if p.code == "MT"]
    gazetteer.save_places([state])
    gazetteer.save_places(
        gazetteer.to_place(row, None) for row in counties if row["code"] == "30017"
    )
    county = Place.objects.counties().get(code="30017")
    gazetteer.save_places(
        gazetteer.to_place(row, county.pk) for row in custer if row["kind"] != "county"
    )
    gazetteer.save_aliases()


def county_rows(rows):
    return [row for row in rows if row["kind"] == "county"]


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        os.environ |= {"DATA_DIR": folder, "DATABASE_URL": ""}
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "directory.settings")
        import django

        django.setup()
        sys.stdout.write(f"{record(sys.argv[1])}\n")
