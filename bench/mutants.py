"""Measure how many small faults the tests notice; mutmut makes them in a copy.

    make mutants                        all four modules, about half an hour
    make mutants ARGS=places/lookup.py  one of them

mutmut changes functions and methods without a decorator. Each change is tested with the
tests of its module, in a process forked from one that has loaded the gazetteer.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The most important modules, and the tests that define what is right.
TESTS_OF = {
    "search/relevance.py": ["search/test_index.py"],
    "places/lookup.py": ["places/test_lookup.py"],
    "listings/hours.py": [
        "listings/test_hours.py",
        "listings/test_hours_tags.py",
        "listings/test_typical_hours.py",
    ],
    "listings/exchange/workflow.py": [
        "listings/test_importing.py",
        "listings/test_csv_round_trip.py::test_export_and_import_restore_every_fact_in_an_empty_catalog",
        "listings/test_csv_round_trip.py::test_import_explains_a_violated_constraint",
    ],
}
SOURCE_DIRS = [
    "api",
    "curation",
    "directory",
    "guides",
    "caching",
    "listings",
    "orgs",
    "places",
    "search",
    "warmlines",
    "meetings",
]
OTHER_FILES = [
    "bench",
    "deploy",
    "docs",
    "fixtures",
    "locale",
    "manage.py",
    "static",
    "templates",
]
# After this time, the remaining changes of a module are reported as untested.
MAX_MODULE_SECONDS = 1_800
SURVIVED, UNTESTED, NO_TEST = (0,), (None, 2), (5, 33)


def main(modules: list[str]) -> None:
    for module in modules or list(TESTS_OF):
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder)
            copy_project(copy)
            configure_mutmut(copy, module)
            report(module, run_mutmut(copy, module), copy)


def copy_project(copy: Path) -> None:
    names = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in filter(None, names.split("\0")):
        target = copy / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)


def configure_mutmut(copy: Path, module: str) -> None:
    """Configure mutmut. A JSON list is also a TOML list."""
    tests = [f"tests/{name}" for name in TESTS_OF[module]]
    options = {
        "source_paths": SOURCE_DIRS,
        "also_copy": OTHER_FILES,
        "only_mutate": [module],
        "pytest_add_cli_args": ["--reuse-db"],
        "pytest_add_cli_args_test_selection": tests,
        "timeout_multiplier": 5.0,
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in options.items()]
    with (copy / "pyproject.toml").open("a", encoding="utf-8") as settings:
        settings.write("\n[tool.mutmut]\n" + "\n".join(lines) + "\n")


def run_mutmut(copy: Path, module: str) -> dict[str, int | None]:
    """Return {name of the change: exit code of pytest}."""
    # One at a time, because parallel processes would compete for the cores.
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", "1"]
    # Use the database in memory: forks would share a file or a server.
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    try:
        subprocess.run(
            command,
            cwd=copy,
            env=environment,
            stdout=subprocess.DEVNULL,
            timeout=MAX_MODULE_SECONDS,
            check=True,
        )
    except subprocess.TimeoutExpired:
        print(f"{module}: cut after {MAX_MODULE_SECONDS} s")
    found = json.loads((copy / "mutants" / f"{module}.meta").read_text())
    codes: dict[str, int | None] = found["exit_code_by_key"]
    return codes


def report(module: str, codes: dict[str, int | None], copy: Path) -> None:
    alive = [name for name, code in codes.items() if code in SURVIVED + NO_TEST]
    tried = [name for name, code in codes.items() if code not in UNTESTED]
    noticed = len(tried) - len(alive)
    for name in alive:
        print(changed_lines(name, copy))
    share = 100 * noticed / len(tried) if tried else 0
    print(
        f"{module}: {noticed} of {len(tried)} faults noticed, {share:.1f}%;"
        f" {len(codes) - len(tried)} of {len(codes)} not tried",
        flush=True,
    )


def changed_lines(name: str, copy: Path) -> str:
    shown = subprocess.run(
        [sys.executable, "-m", "mutmut", "show", name],
        cwd=copy,
        capture_output=True,
        text=True,
    ).stdout
    lines = [line for line in shown.splitlines() if line[:1] in ("+", "-")]
    return "\n".join([name, *lines[2:]])


if __name__ == "__main__":
    main(sys.argv[1:])
