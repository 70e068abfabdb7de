"""Rules of the house that no other tool holds."""

from __future__ import annotations

import re

import pytest
from django.conf import settings

from directory.urls import EXPLAINED
from tests.conftest import ROOT

APPS = (
    "places",
    "listings",
    "desk",
    "orgs",
    "warmlines",
    "guides",
    "api",
    "directory",
)


def code():
    return [path for app in APPS for path in (ROOT / app).rglob("*.py")]


def texts(paths):
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def test_every_template_is_used():
    root = settings.BASE_DIR / "templates"
    names = {str(path.relative_to(root)) for path in root.rglob("*.html")}
    used = texts([*code(), *root.rglob("*.html")])
    # Chosen by the name of a section, or found by Django itself.
    by_rule = {f"{name}.html" for name in ("403", "403_csrf", "404", "500")} | {
        n for n in names if "/sections/" in n or "/mail/" in n
    }
    by_rule |= {f"directory/{page}.html" for page in EXPLAINED}

    assert {n for n in names if f'"{n}"' not in used} - by_rule == set()


def test_templates_load_their_libraries_in_order():
    for path in (settings.BASE_DIR / "templates").rglob("*.html"):
        loads = re.findall(r"{% load (\w+) %}", path.read_text(encoding="utf-8"))
        assert loads == sorted(loads), path


def test_every_class_of_the_style_sheet_is_used():
    css = (ROOT / "static/css/site.css").read_text(encoding="utf-8")
    classes = set(re.findall(r"\.([a-z][\w-]*)(?=[^{}]*\{)", css))
    markup = texts((settings.BASE_DIR / "templates").rglob("*.html")) + texts(code())
    used = {
        word
        for names in re.findall(r'class="([^"]*)"', markup)
        for word in re.findall(r"[a-z][\w-]*", names)
    }

    assert classes - used == set()


def test_locked_requirements_carry_hashes_and_no_index():
    for name in ("requirements.txt", "requirements-dev.txt"):
        lock = (ROOT / name).read_text(encoding="utf-8")
        packages = re.findall(r"^[a-z0-9][\w.-]*==", lock, re.MULTILINE)
        assert packages
        assert lock.count("--hash=sha256:") >= len(packages)
        assert not re.search(r"https?://|--(extra-)?index-url", lock)


def test_the_readme_fits_in_150_lines_and_leads_with_two_commands():
    readme = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    commands = [line.strip() for line in readme if line.strip().startswith("make ")]

    assert len(readme) < 150
    assert commands[0].startswith("make run")
    assert commands[1].startswith("make test")


def test_every_link_of_the_documents_leads_to_a_file():
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


@pytest.mark.parametrize("name", ["site.js", "keep.js"])
def test_scripts_keep_nothing_and_call_nobody(name):
    script = (ROOT / "static/js" / name).read_text(encoding="utf-8")

    for word in ("localStorage", "sessionStorage", "cookie", "XMLHttp", "://"):
        assert word not in script
