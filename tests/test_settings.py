"""Settings: what a bad value says, and what a good one does."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT

GOOD = {"SECRET_KEY": "x" * 50, "PATH": os.environ["PATH"]}


def show(expression, **environment):
    """The expression's value in a fresh process with only these variables."""
    code = f"from django.conf import settings; print({expression})"
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**GOOD, "DJANGO_SETTINGS_MODULE": "directory.settings", **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SECRET_KEY", "", "Set SECRET_KEY, or SECRET_KEY_FILE"),
        ("DATABASE_URL", "mysql://x/y", "must begin with sqlite:// or postgres://"),
        ("DEBUG", "perhaps", "DEBUG"),
        ("HTTPS", "maybe", "HTTPS"),
        ("CACHE_URL", "memcached://127.0.0.1", "must begin with redis://"),
        ("EXIT_URL", "http://example.org/", "EXIT_URL"),
        ("GEOCODER", "everything", "GEOCODER"),
        ("GEOCODER_TIMEOUT", "soon", "GEOCODER_TIMEOUT"),
        ("LOG_FORMAT", "xml", "LOG_FORMAT"),
        ("METRICS_BIND", "9100", "METRICS_BIND"),
    ],
)
def test_a_bad_value_is_named(name, value, words):
    run = show("settings.DEBUG", **{name: value})

    assert run.returncode != 0
    assert words in run.stderr.splitlines()[-1]


def test_a_key_file_that_cannot_be_read_is_named(tmp_path):
    missing = tmp_path / "none"
    run = show("settings.DEBUG", SECRET_KEY="", SECRET_KEY_FILE=str(missing))

    assert "SECRET_KEY_FILE cannot be read" in run.stderr


def test_an_empty_key_file_is_named(tmp_path):
    empty = tmp_path / "empty"
    empty.touch()
    run = show("settings.DEBUG", SECRET_KEY="", SECRET_KEY_FILE=str(empty))

    assert f"SECRET_KEY_FILE is empty: {empty}" in run.stderr


def test_the_first_key_of_a_file_signs_and_the_others_are_believed(tmp_path):
    file = tmp_path / "keys"
    new, old = "new-key-" + "x" * 50, "old-key-" + "y" * 50
    file.write_text(f"{new}\n{old}\n")

    run = show(
        "settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS",
        SECRET_KEY="",
        SECRET_KEY_FILE=str(file),
    )

    assert run.stdout.strip() == f"{new} ['{old}']"


def test_without_a_database_url_it_is_sqlite_with_immediate_writes(tmp_path):
    run = show("settings.DATABASES['default']", DATA_DIR=str(tmp_path))

    assert "django.db.backends.sqlite3" in run.stdout
    assert "IMMEDIATE" in run.stdout
    assert "journal_mode=WAL" in run.stdout


def test_https_turns_on_what_needs_it():
    run = show(
        "settings.SECURE_SSL_REDIRECT, settings.SESSION_COOKIE_NAME, "
        "settings.SECURE_HSTS_SECONDS",
        HTTPS="1",
    )

    assert run.stdout.strip() == "True __Host-session 63072000"


SAMPLE = "only-for-checks-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEF"
PUBLIC = {"ALLOWED_HOSTS": "directory.example.org"}


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"SECRET_KEY": "short"}, "SECRET_KEY has 5 characters"),
        ({"SECRET_KEY": SAMPLE, **PUBLIC}, "SECRET_KEY is a sample"),
        ({"SECRET_KEY": "django-insecure-" + "q7" * 30, **PUBLIC}, "is a sample"),
        ({"SECRET_KEY": "x" * 60, **PUBLIC}, "is a sample"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS may not be *"),
        ({"DEBUG": "1", "SECRET_KEY": "a7Kq9" * 12, **PUBLIC}, "DEBUG shows"),
        ({"DEBUG": "1", "BIND": "0.0.0.0"}, "DEBUG shows"),  # noqa: S104
    ],
)
def test_it_does_not_start_where_strangers_could_use_it(environment, words):
    run = show("settings.DEBUG", **environment)

    assert run.returncode != 0
    assert words in run.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    "environment",
    [
        {"SECRET_KEY": SAMPLE},
        {"DEBUG": "1", "BIND": "127.0.0.1"},
        {"SECRET_KEY": "a7Kq9" * 12, **PUBLIC},
    ],
)
def test_it_starts_on_this_machine_and_with_a_key_of_chance(environment):
    assert show("settings.ALLOWED_HOSTS", **environment).returncode == 0


def test_staff_cookies_are_bound_to_the_host_under_https():
    run = show(
        "settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, "
        "settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, "
        "settings.SESSION_COOKIE_PATH, settings.SESSION_COOKIE_DOMAIN, "
        "settings.SESSION_COOKIE_HTTPONLY",
        HTTPS="1",
    )

    assert run.stdout.strip() == "__Host-session __Host-csrf True True / None True"
