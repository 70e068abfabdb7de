"""Rows a second of an import and of its undo, on SQLite and PostgreSQL.

    python -m bench.imports                            20,000 rows
    python -m bench.imports --before ../old-tree       and the ratio to another tree

CPU seconds hold on a busy machine; they are those of Python and SQLite, without
PostgreSQL's own.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
# The old undo took a minute for 1,000 rows.
ROWS, ROWS_BEFORE = 20_000, 2_000


def rows_of(number: int, mark: str) -> str:
    """The starter organizations again and again, each time under other names."""
    path = ROOT / "fixtures/organizations.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        rows, names = list(reader), list(reader.fieldnames or [])
    out = io.StringIO()
    writer = csv.DictWriter(out, names)
    writer.writeheader()
    for count in range(number):
        row = rows[count % len(rows)]
        name = f"{row['name']} {mark} {count // len(rows)}"
        writer.writerow(row | {"key": f"{mark}:{count}", "name": name})
    return out.getvalue()


def rate(number: int, act: Callable[[], Any]) -> dict[str, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    act()
    return {
        "rows_per_cpu_s": round(number / (time.process_time() - cpu)),
        "rows_per_s": round(number / (time.perf_counter() - wall)),
    }


def acts() -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    """How this tree applies an import and takes it back."""
    try:
        from curation.imports import apply_import  # noqa: PLC0415
        from curation.undo import undo_import  # noqa: PLC0415
    except ImportError:
        # Before imports were written in batches.
        from curation import workflow  # noqa: PLC0415
        from orgs.models import Organization  # noqa: PLC0415

        old: Any = workflow
        return old.apply_import, lambda run: old.undo_import(run, Organization)
    return apply_import, undo_import


def inside(number: int) -> dict[str, Any]:
    """What is measured, in the tree and on the database of this process."""
    # Of the tree to measure, not the folder of this file.
    sys.path[0] = str(Path.cwd())
    import django  # noqa: PLC0415

    django.setup()
    from django.contrib.auth import get_user_model  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    from curation.models import ImportRun  # noqa: PLC0415
    from orgs.models import Organization  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    call_command("load_places", if_empty=True, quiet=True, stdout=io.StringIO())
    apply_import, undo_import = acts()
    user = get_user_model().objects.create(username="bench")
    text = rows_of(number, "bench")
    changed = text.replace(",yes,", ",,")

    def import_of(content: str) -> Any:
        return ImportRun.objects.create(
            kind="organizations", file_name="bench.csv", content=content, by=user
        )

    def applied(content: str) -> tuple[Any, dict[str, float]]:
        run = import_of(content)
        return run, rate(number, lambda: apply_import(run))

    _first, added = applied(text)
    second, changed_rate = applied(changed)
    _third, unchanged = applied(changed)
    second.refresh_from_db()
    changed_back = rate(number, lambda: undo_import(second))
    fourth, _again = applied(rows_of(number, "other"))
    fourth.refresh_from_db()
    added_back = rate(number, lambda: undo_import(fourth))
    if Organization.objects.count() != number:
        raise SystemExit("The undo left rows of its own import.")
    return {
        "added": added,
        "changed": changed_rate,
        "unchanged": unchanged,
        "changed, undone": changed_back,
        "added, undone": added_back,
    }


def measured(tree: Path, url: str, number: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "PYTHONPATH": str(tree),
            "DATA_DIR": folder,
            "DATABASE_URL": url or f"sqlite:///{folder}/db.sqlite3",
            "DJANGO_SETTINGS_MODULE": "directory.settings",
            "SECRET_KEY": "only-for-measuring-" + "abcdefghijklmnopqrstuvwxyz" * 2,
        }
        done = subprocess.run(  # noqa: S603  # our own commands
            [sys.executable, str(Path(__file__)), "--inside", str(number)],
            cwd=tree,
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def compared(url: Callable[[], str], options: argparse.Namespace) -> dict[str, Any]:
    """Each figure of this tree, with the ratio to the one before."""
    now = measured(ROOT, url(), options.rows)
    if options.before is None:
        return now
    before = measured(options.before.resolve(), url(), options.rows_before)
    for name, figures in now.items():
        old = before[name]
        figures["before"] = old
        ratio = figures["rows_per_cpu_s"] / old["rows_per_cpu_s"]
        figures["ratio_of_cpu"] = round(ratio, 1)
        figures["ratio"] = round(figures["rows_per_s"] / old["rows_per_s"], 1)
    return now


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--rows-before", type=int, default=ROWS_BEFORE)
    parser.add_argument("--before", type=Path, help="another tree, to compare with")
    parser.add_argument("--inside", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        print(json.dumps(inside(options.inside)))
        return
    from bench.databases import postgresql  # noqa: PLC0415

    found = {"SQLite": compared(str, options)}
    with postgresql() as url:
        names = iter(("import_now", "import_before"))
        found["PostgreSQL"] = compared(lambda: new_database(url, next(names)), options)
    print(json.dumps(found, indent=2))


def new_database(url: str, name: str) -> str:
    import psycopg  # noqa: PLC0415

    with psycopg.connect(url, autocommit=True) as session:
        session.execute(f"CREATE DATABASE {name}")
    return f"{url.rpartition('/')[0]}/{name}"


if __name__ == "__main__":
    main()
