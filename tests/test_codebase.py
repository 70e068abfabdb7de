"""Rules of the code base that no other tool checks."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib

import pytest
from django.conf import settings

from directory.urls import EXPLANATORY_PAGES
from tests.conftest import ROOT

APPS = (
    "caching",
    "places",
    "listings",
    "curation",
    "search",
    "orgs",
    "warmlines",
    "meetings",
    "guides",
    "api",
    "directory",
)


def python_files():
    return [path for app in APPS for path in (ROOT / app).rglob("*.py")]


def read_all(paths):
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def test_every_template_is_used():
    root = settings.BASE_DIR / "templates"
    names = {str(path.relative_to(root)) for path in root.rglob("*.html")}
    used = read_all([*python_files(), *root.rglob("*.html")])
    # These are found by the name of a section or by Django.
    by_rule = {f"{name}.html" for name in ("403", "404", "500")} | {
        n for n in names if "/sections/" in n or "/mail/" in n
    }
    by_rule |= {f"directory/{page}.html" for page in EXPLANATORY_PAGES}

    assert {n for n in names if f'"{n}"' not in used} - by_rule == set()


def test_templates_load_their_libraries_in_order():
    for path in (settings.BASE_DIR / "templates").rglob("*.html"):
        loads = re.findall(r"{% load (\w+) %}", path.read_text(encoding="utf-8"))
        assert loads == sorted(loads), path


def test_every_class_of_the_style_sheet_is_used():
    css = (ROOT / "static/css/site.css").read_text(encoding="utf-8")
    classes = set(re.findall(r"\.([a-z][\w-]*)(?=[^{}]*\{)", css))
    markup = read_all((settings.BASE_DIR / "templates").rglob("*.html")) + read_all(
        python_files()
    )
    used = {
        word
        for names in re.findall(r'class="([^"]*)"', markup)
        for word in re.findall(r"[a-z][\w-]*", names)
    }

    assert classes - used == set()


def test_locked_requirements_have_hashes_and_no_index():
    for name in ("requirements.txt", "requirements-dev.txt"):
        lock = (ROOT / name).read_text(encoding="utf-8")
        packages = re.findall(r"^[a-z0-9][\w.-]*==", lock, re.MULTILINE)
        assert packages
        assert lock.count("--hash=sha256:") >= len(packages)
        assert not re.search(r"https?://|--(extra-)?index-url", lock)


def test_the_license_of_every_dependency_is_listed():
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    listed = (ROOT / "docs/licenses.md").read_text(encoding="utf-8")
    locked = re.findall(r"^([a-z0-9][\w.-]*)==([\w.]+)", lock, re.MULTILINE)
    rows = re.findall(r"^\| (\S+) \| (\S+) \| \S.* \|$", listed, re.MULTILINE)

    # make licenses
    assert rows == [("package", "version"), *locked]


def test_the_readme_fits_in_150_lines_and_leads_with_two_commands():
    readme = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    commands = [line.strip() for line in readme if line.strip().startswith("make ")]

    assert len(readme) < 150
    assert commands[0].startswith("make run")
    assert commands[1].startswith("make test")


def test_no_translation_is_inside_an_f_string():
    """xgettext does not find it there, so it would never be translated."""
    found = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in python_files()
        for string in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", "") in {"_", "gettext", "ngettext", "pgettext"}
    ]

    assert found == []


def test_the_architecture_page_lists_the_packages_in_their_layers():
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    lines = re.findall(r"^\d\. (`\w+`(?: · `\w+`)*) –", page, re.MULTILINE)
    layers = [line.replace("`", "").replace(" · ", " | ") for line in lines]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    packages = {path.parent.name for path in ROOT.glob("*/apps.py")} | set(APPS)

    assert layers == contracts[0]["layers"]
    assert {name for layer in layers for name in layer.split(" | ")} == packages
    for name in re.findall(r"`([a-z_]+/[a-z_./]+)`", page):
        assert (ROOT / name).exists(), name


def test_links_in_documents_lead_to_files():
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_decisions_are_numbered_without_gaps_and_listed_in_their_index():
    folder = ROOT / "docs/decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| \[(\d+)\]\((.+?)\) \| (.+?) \|", index, re.MULTILINE)
    records = sorted(folder.glob("[0-9]*.md"))

    assert [path.name for path in records] == [name for _n, name, _title in listed]
    for number, (path, (listed_number, _name, title)) in enumerate(
        zip(records, listed, strict=True), start=1
    ):
        text = path.read_text(encoding="utf-8")
        assert path.name.startswith(f"{number:04}-")
        assert listed_number == str(number)
        assert text.startswith(f"# {number}. {title}\n")
        parts = re.findall(r"^## (.+)$", text, re.MULTILINE)
        assert parts == ["Context", "Decision", "Consequences", "Status"], path.name


@pytest.mark.parametrize("name", ["site.js", "save.js"])
def test_scripts_store_nothing_and_send_no_requests(name):
    script = (ROOT / "static/js" / name).read_text(encoding="utf-8")

    for word in ("localStorage", "sessionStorage", "cookie", "XMLHttp", "://"):
        assert word not in script


def find_slow_patterns(paths):
    """Return (number of patterns, those that a hostile text makes slow)."""
    judge = [sys.executable, "-m", "regexploit.bin.regexploit_python_ast"]
    done = subprocess.run(
        [*judge, *map(str, paths)], capture_output=True, text=True, check=True
    )
    numbers = re.findall(r"Processed (\d+) regexes", done.stdout)
    return int(numbers[0]), re.findall(r"Vulnerable regex in (\S+)", done.stdout)


def test_no_regular_expression_is_slow_on_hostile_text(tmp_path):
    (tmp_path / "bad.py").write_text('import re\nBAD = re.compile(r"^(a+)+$")\n')
    assert find_slow_patterns([tmp_path / "bad.py"])[1] == [str(tmp_path / "bad.py")]

    number, slow = find_slow_patterns(python_files())
    assert number > 50
    assert slow == []


# Calls that write without a history row. Each use needs a reason in the list below.
UNRECORDED_WRITES = {
    "update", "bulk_update", "bulk_create", "delete", "raw", "execute", "executemany",
    "save_without_historical_record", "skip_history_when_saving",
}  # fmt: skip
ALLOWED_WRITES = {
    "places/management/commands/load_places.py": "the gazetteer, which is a file",
    "places/area_rows.py": "the areas of the gazetteer, which are a file too",
    "listings/exchange/bulk_writes.py": "writes history in the same transaction",
    "listings/exchange/statements.py": "for bulk_writes.py and history.py",
    "listings/exchange/workflow.py:import_rows": "ANALYZE writes no row",
    "curation/imports.py:_store": "what an import changed has no history",
    "curation/undo.py": "listings by bulk_writes.py; the rest has no history",
    "caching/invalidation.py:delete": "tells the version, then deletes as Django does",
    "caching/content_version.py:_increment": "the directory's version has no history",
    "curation/reference_admin.py:delete_queryset": "one by one: each tells the version",
    "listings/text_index.py": "an index, not a fact",
    "listings/rate_limit.py": "counts of requests, in a file of their own or Redis",
    "listings/cards.py": "rendered cards, made again from the facts",
    "curation/workflow/claims.py:_set_claim": "a claim is not a fact",
    "curation/workflow/merging.py": "checks, suggestions and reminders have no history",
    "curation/nightly_findings.py": "link checks and pairs have no history",
    "curation/admin.py:dismiss_selected": "pairs have no history",
    "curation/bulk_actions.py:assign_selected": "who works on it is no fact",
    "curation/bulk_actions.py:act": "who works on it is no fact",
    "curation/second_factor.py": "phones and codes: their history would be of secrets",
    "curation/unsent_forms.py:pop": "a form that is restored",
    "curation/mail.py:deliver": "a mail that was sent",
    "curation/mail.py:_handle_refused_recipient": "a mail that was refused",
    "curation/models/mail.py:claim": "which process sends a mail is not a fact",
    "curation/sessions.py:end_sessions_of": "sessions",
    "directory/operations/backups/postgresql.py": "reads and restores everything",
    "directory/operations/sqlite/base.py": "begins a transaction",
    "directory/operations/postgresql/base.py": "sets how long a query may wait",
    "directory/operations/backups/sqlite.py": "copies the whole database",
    "directory/models.py:claim": "when a timed job ran is no fact",
    "directory/models.py:finish": "when a timed job ran is no fact",
    "curation/retention.py:delete_expired": "personal data that has expired",
    "curation/imports.py:discard_preview": "a preview has changed no fact",
}


def unrecorded_writes(path):
    """Yield (function, called name) of each call that bypasses history."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        for node in ast.walk(function):
            name = getattr(node, "attr", "") if isinstance(node, ast.Attribute) else ""
            if name in UNRECORDED_WRITES:
                yield function.name, name


def is_of_a_dict(path, function, name):
    """Whether it is update() of a dict, set or progress bar, which take a value."""
    if name != "update":
        return False
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [
        call
        for outer in ast.walk(tree)
        if isinstance(outer, ast.FunctionDef) and outer.name == function
        for call in ast.walk(outer)
        if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "update"
    ]
    return all(call.args and not call.keywords for call in calls)


def test_every_write_records_history_or_has_a_reason():
    found = {}
    for path in python_files():
        where = path.relative_to(ROOT).as_posix()
        if "/migrations/" in where:
            continue
        for function, name in unrecorded_writes(path):
            key = where if where in ALLOWED_WRITES else f"{where}:{function}"
            if not is_of_a_dict(path, function, name):
                found.setdefault(key, set()).add(name)

    assert {
        key: names for key, names in found.items() if key not in ALLOWED_WRITES
    } == {}
    assert set(ALLOWED_WRITES) <= set(found)
