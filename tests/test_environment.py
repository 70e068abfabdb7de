"""Every program reads `.env`, and `.env.example` explains every setting."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.test_codebase import python_files

pytestmark = pytest.mark.any_database

EXAMPLE = ROOT / ".env.example"
LINE = re.compile(r"^#?([A-Z][A-Z_]+)=(.*)$")
# Read, but not settings of the site: SCRIPT_NAME is refused at startup, and the user's
# desktop sets XDG_DATA_HOME.
NOT_SETTINGS = {"SCRIPT_NAME", "XDG_DATA_HOME"}
# The example has placeholders for secrets. Settings accept random values only.
SECRETS = {"SECRET_KEY": "a7Kq9" * 12}


def settings_in_use():
    """Yield the name of every environment variable that the code reads."""
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called, name = ast.unparse(node.func), node.args[0]
            is_read = re.fullmatch(r"env\.\w+|os\.(environ\.get|getenv)", called)
            if is_read and isinstance(name, ast.Constant):
                yield name.value


def documented_settings():
    """Map each name in the example to (comment above it, value)."""
    found, comment = {}, []
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        if match := LINE.match(line):
            found[match[1]] = (" ".join(comment), match[2])
        comment = [*comment, line.strip("# ")] if line.startswith("# ") else []
    return found


def run(*command, **environment):
    inherited = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "directory.settings",
    }
    return subprocess.run(
        command,
        env=inherited | environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )


def print_setting(expression, **environment):
    python_files = f"from django.conf import settings; print({expression})"
    return run(sys.executable, "-c", python_files, **environment)


def test_env_example_lists_exactly_the_settings_in_use():
    compose = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    read = {*settings_in_use(), *re.findall(r"\$\{([A-Z_]+)", compose)}

    documented = {*documented_settings(), "ENV_FILE"}
    assert len(read) > 30
    assert documented == read - NOT_SETTINGS


def test_env_example_explains_every_setting():
    for name, (comment, _value) in documented_settings().items():
        assert re.search(r"\w{3,} .*[.?:]", comment), name


def test_env_example_is_valid_with_every_line_enabled(tmp_path):
    file = tmp_path / "all.env"
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join(line.lstrip("#") for line in lines if LINE.match(line)))

    done = print_setting(
        "settings.DATABASES['replica']['HOST'], settings.EMAIL_HOST, settings.PORT",
        ENV_FILE=str(file),
        **SECRETS,
    )

    assert done.stdout.strip() == "127.0.0.2 mail.example.org 8000"


@pytest.fixture
def env_file(tmp_path):
    file = tmp_path / "my.env"
    file.write_text(
        'CONTACT_EMAIL="us@example.org"\nPORT=8123\nWEB_WORKERS=5\nBIND=::1\n'
        f"SECRET_KEY={SECRETS['SECRET_KEY']}\nMETRICS_BIND=127.0.0.1:9123\n"
    )
    return str(file)


def test_environment_takes_precedence_over_env_file(env_file):
    done = print_setting(
        "settings.CONTACT_EMAIL, settings.PORT", ENV_FILE=env_file, PORT="8456"
    )

    assert done.stdout.strip() == "us@example.org 8456"


def test_gunicorn_reads_env_file(env_file):
    python_files = (
        "from directory.operations import gunicorn_config as g;print(g.bind, g.workers)"
    )

    done = run(sys.executable, "-c", python_files, ENV_FILE=env_file)

    assert done.stdout.strip() == "['[::1]:8123', '127.0.0.1:9123'] 5"


def test_scripts_read_env_file(env_file):
    """`make run` reports the port in the file if it cannot be used."""
    with open(env_file, "a") as file:
        file.write("PORT=seven\n")

    done = run("/bin/sh", "scripts/run", "run", ENV_FILE=env_file, HOME="/nowhere")

    assert "Port seven on [::1] is taken or cannot be used" in done.stderr


def test_bad_value_in_env_file_is_named(tmp_path):
    file = tmp_path / "bad.env"
    file.write_text(f"SECRET_KEY={SECRETS['SECRET_KEY']}\nHTTPS=perhaps\n")

    done = print_setting("settings.HTTPS", ENV_FILE=str(file))

    assert "HTTPS" in done.stderr.splitlines()[-1]
