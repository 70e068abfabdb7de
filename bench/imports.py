"""Measure imports and undos in rows per second, on SQLite and PostgreSQL.

    python -m bench.imports                            20,000 rows
    python -m bench.imports --before ../old-tree       and the ratio to another tree

CPU seconds are reliable on a busy machine. They include Python and SQLite, but not the
PostgreSQL server.
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
DEFAULT_ROWS, DEFAULT_ROWS_BEFORE = 20_000, 2_000


def synthetic_csv(number: int, mark: str) -> str:
    """Return a CSV with the starter organizations repeated under different names."""
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


def measure_rate(number: int, act: Callable[[], Any]) -> dict[str, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    act()
    return {
        "rows_per_cpu_s": round(number / (time.process_time() - cpu)),
        "rows_per_s": round(number / (time.perf_counter() - wall)),
    }


def import_functions() -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    """Return the functions of this tree that apply and undo an import."""
    try:
        from curation.imports import apply_import
        from curation.undo import undo_import
    except ImportError:
        # A tree from before imports were written in batches.
        from curation import workflow
        from orgs.models import Organization

        old: Any = workflow
        return old.apply_import, lambda run: old.undo_import(run, Organization)
    return apply_import, undo_import


def measure_in_process(number: int) -> dict[str, Any]:
    """Measure the tree and the database of this process."""
    # Import from the tree to measure, not from the folder of this file.
    sys.path[0] = str(Path.cwd())
    import django

    django.setup()
    from django.contrib.auth import get_user_model
    from django.core.management import call_command

    from curation.models import ImportRun
    from orgs.models import Organization

    call_command("migrate", verbosity=0)
    call_command("load_places", if_empty=True, quiet=True, stdout=io.StringIO())
    apply_import, undo_import = import_functions()
    user = get_user_model().objects.create(username="bench")
    text = synthetic_csv(number, "bench")
    changed = text.replace(",yes,", ",,")

    def import_of(content: str) -> Any:
        return ImportRun.objects.create(
            kind="organizations", file_name="bench.csv", content=content, by=user
        )

    def applied(content: str) -> tuple[Any, dict[str, float]]:
        run = import_of(content)
        return run, measure_rate(number, lambda: apply_import(run))

    _first, added = applied(text)
    second, changed_rate = applied(changed)
    _third, unchanged = applied(changed)
    second.refresh_from_db()
    changed_back = measure_rate(number, lambda: undo_import(second))
    fourth, _again = applied(synthetic_csv(number, "other"))
    fourth.refresh_from_db()
    added_back = measure_rate(number, lambda: undo_import(fourth))
    if Organization.objects.count() != number:
        raise SystemExit("The undo left rows of its own import.")
    return {
        "added": added,
        "changed": changed_rate,
        "unchanged": unchanged,
        "changed, undone": changed_back,
        "added, undone": added_back,
    }


def measure_tree(tree: Path, url: str, number: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "PYTHONPATH": str(tree),
            "DATA_DIR": folder,
            "DATABASE_URL": url or f"sqlite:///{folder}/db.sqlite3",
            "DJANGO_SETTINGS_MODULE": "directory.settings",
            "SECRET_KEY": "only-for-measuring-" + "abcdefghijklmnopqrstuvwxyz" * 2,
        }
        done = subprocess.run(  # our own commands
            [sys.executable, str(Path(__file__)), "--inside", str(number)],
            cwd=tree,
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def compare_trees(
    url: Callable[[], str], options: argparse.Namespace
) -> dict[str, Any]:
    """Measure this tree, and add ratios to the other tree if there is one."""
    now = measure_tree(ROOT, url(), options.rows)
    if options.before is None:
        return now
    before = measure_tree(options.before.resolve(), url(), options.rows_before)
    for name, figures in now.items():
        old = before[name]
        figures["before"] = old
        ratio = figures["rows_per_cpu_s"] / old["rows_per_cpu_s"]
        figures["ratio_of_cpu"] = round(ratio, 1)
        figures["ratio"] = round(figures["rows_per_s"] / old["rows_per_s"], 1)
    return now


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=DEFAULT_ROWS)
    parser.add_argument("--rows-before", type=int, default=DEFAULT_ROWS_BEFORE)
    parser.add_argument("--before", type=Path, help="another tree, to compare with")
    parser.add_argument("--inside", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        print(json.dumps(measure_in_process(options.inside)))
        return
    from bench.databases import temporary_postgresql

    found = {"SQLite": compare_trees(str, options)}
    with temporary_postgresql() as url:
        names = iter(("import_now", "import_before"))
        found["PostgreSQL"] = compare_trees(
            lambda: create_database(url, next(names)), options
        )
    print(json.dumps(found, indent=2))


def create_database(url: str, name: str) -> str:
    import psycopg

    with psycopg.connect(url, autocommit=True) as session:
        session.execute(f"CREATE DATABASE {name}")
    return f"{url.rpartition('/')[0]}/{name}"


if __name__ == "__main__":
    main()
