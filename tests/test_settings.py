"""Settings from environment variables, and their error messages."""

from __future__ import annotations

import os
import stat
import subprocess
import sys

import pytest
from django.core.checks import run_checks

from tests.conftest import ROOT

VALID_ENVIRONMENT = {"SECRET_KEY": "x" * 50, "PATH": os.environ["PATH"]}


def print_setting(expression, **environment):
    """Print an expression in a new process with only these variables."""
    code = f"from django.conf import settings; print({expression})"
    return subprocess.run(
        [sys.executable, "-c", code],
        env={
            **VALID_ENVIRONMENT,
            "DJANGO_SETTINGS_MODULE": "directory.settings",
            **environment,
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("DATABASE_URL", "mysql://x/y", "must begin with sqlite:// or postgres://"),
        ("DATABASE_URL", "postgres://u@a:5432,/x", "DATABASE_URL must look like"),
        ("DATABASE_URL", "postgres://u@a:99999/x", "DATABASE_URL must look like"),
        ("DATABASE_URL", "postgres://u@a:5432,b:x/x", "commas between several"),
        ("DATABASE_REPLICA_URL", "sqlite:///x", "needs a DATABASE_URL that begins"),
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
def test_bad_value_is_named(name, value, words):
    run = print_setting("settings.DEBUG", **{name: value})

    assert run.returncode != 0
    assert words in run.stderr.splitlines()[-1]


def test_unreadable_key_file_is_named(tmp_path):
    missing = tmp_path / "none"
    run = print_setting("settings.DEBUG", SECRET_KEY="", SECRET_KEY_FILE=str(missing))

    assert "SECRET_KEY_FILE cannot be read" in run.stderr


def test_empty_key_file_is_named(tmp_path):
    empty = tmp_path / "empty"
    empty.touch()
    run = print_setting("settings.DEBUG", SECRET_KEY="", SECRET_KEY_FILE=str(empty))

    assert f"The file for the secret key is empty: {empty}" in run.stderr


def test_without_any_key_settings_say_how_to_get_one(tmp_path):
    run = print_setting("settings.DEBUG", SECRET_KEY="", XDG_DATA_HOME=str(tmp_path))

    assert "There is no secret key yet." in run.stderr.splitlines()[-1]


def test_settings_read_the_key_that_make_run_created(tmp_path):
    home = {"SECRET_KEY": "", "XDG_DATA_HOME": str(tmp_path)}
    create = [sys.executable, "-m", "directory.operations.secret_keys"]
    subprocess.run(create, env={**VALID_ENVIRONMENT, **home}, cwd=ROOT, check=True)
    [file] = tmp_path.rglob("secret-key")
    first = print_setting("settings.SECRET_KEY", **home)
    subprocess.run(create, env={**VALID_ENVIRONMENT, **home}, cwd=ROOT, check=True)
    second = print_setting("settings.SECRET_KEY", **home)

    assert first.stdout.strip() == second.stdout.strip() == file.read_text()
    assert len(file.read_text()) >= 64
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_first_key_signs_and_others_verify(tmp_path):
    file = tmp_path / "keys"
    new, old = "new-key-" + "x" * 50, "old-key-" + "y" * 50
    file.write_text(f"{new}\n{old}\n")

    run = print_setting(
        "settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS",
        SECRET_KEY="",
        SECRET_KEY_FILE=str(file),
    )

    assert run.stdout.strip() == f"{new} ['{old}']"


def test_default_database_is_sqlite_with_immediate_transactions(tmp_path):
    run = print_setting("settings.DATABASES['default']", DATA_DIR=str(tmp_path))

    assert "directory.operations.sqlite" in run.stdout
    assert "IMMEDIATE" in run.stdout
    assert "journal_mode=WAL" in run.stdout


PRIMARY = "postgres://ada:s%2Fcret@[::1]:5433,db.example.org/rows?sslmode=require"


def test_several_servers_select_the_writable_one():
    run = print_setting(
        "[settings.DATABASES['default'][n] for n in ('HOST', 'PORT', 'NAME', "
        "'PASSWORD', 'CONN_HEALTH_CHECKS', 'OPTIONS')], settings.DATABASE_ROUTERS",
        DATABASE_URL=PRIMARY,
    )

    assert "['::1,db.example.org', '5433,5432', 'rows', 's/cret', True" in run.stdout
    assert "'target_session_attrs': 'read-write'" in run.stdout
    assert "'sslmode': 'require'" in run.stdout
    assert run.stdout.endswith("[]\n")


def test_single_server_has_no_server_selection():
    run = print_setting(
        "settings.DATABASES['default']", DATABASE_URL="postgres://u@db.example.org/rows"
    )

    assert "'HOST': 'db.example.org'" in run.stdout
    assert "target_session_attrs" not in run.stdout
    assert "'connect_timeout': 2" in run.stdout


def test_replica_url_prefers_a_standby():
    run = print_setting(
        "settings.DATABASES['replica'], settings.DATABASE_ROUTERS",
        DATABASE_URL=PRIMARY,
        DATABASE_REPLICA_URL="postgres://ada@a:1,b:2/rows",
    )

    for words in (
        "'HOST': 'a,b', 'PORT': '1,2'",
        "'target_session_attrs': 'prefer-standby'",
        "'load_balance_hosts': 'random'",
        "'CONN_HEALTH_CHECKS': False",
        "['caching.db_router.ReplicaRouter']",
    ):
        assert words in run.stdout


@pytest.mark.parametrize("url", ["sqlite:///x", "mysql://a/b"])
def test_replica_must_be_postgresql(url):
    run = print_setting(
        "settings.DEBUG", DATABASE_URL=PRIMARY, DATABASE_REPLICA_URL=url
    )

    words = "DATABASE_REPLICA_URL must begin with postgres://"
    assert words in run.stderr.splitlines()[-1]


@pytest.mark.parametrize("name", ["DATABASE_URL", "DATABASE_REPLICA_URL"])
def test_url_error_does_not_quote_password(name):
    environment = {"DATABASE_URL": PRIMARY} | {
        name: "postgres://ada:pass/word@a:1,b:2/rows"
    }

    run = print_setting("settings.DEBUG", **environment)

    last = run.stderr.splitlines()[-1]
    assert f"{name} must look like postgres://" in last
    assert "pass" not in run.stderr.replace("password", "")


def test_https_enables_secure_settings():
    run = print_setting(
        "settings.SECURE_SSL_REDIRECT, settings.SESSION_COOKIE_NAME, "
        "settings.SECURE_HSTS_SECONDS",
        HTTPS="1",
    )

    assert run.stdout.strip() == "True __Host-session 86400"


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
def test_unsafe_public_settings_are_refused(environment, words):
    run = print_setting("settings.DEBUG", **environment)

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
def test_safe_settings_are_accepted(environment):
    assert print_setting("settings.ALLOWED_HOSTS", **environment).returncode == 0


def test_staff_cookies_are_bound_to_the_host_under_https():
    run = print_setting(
        "settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, "
        "settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, "
        "settings.SESSION_COOKIE_PATH, settings.SESSION_COOKIE_DOMAIN, "
        "settings.SESSION_COOKIE_HTTPONLY",
        HTTPS="1",
    )

    assert run.stdout.strip() == "__Host-session __Host-csrf True True / None True"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "False"),
        ({"HTTPS": "1"}, "True"),
        ({"BIND": "0.0.0.0"}, "True"),  # noqa: S104  # a value to read, not to bind
        ({"HTTPS": "1", "SECOND_FACTOR": "0"}, "False"),
    ],
)
def test_public_site_requires_second_factor(environment, expected):
    run = print_setting("settings.SECOND_FACTOR", **environment)

    assert run.stdout.strip() == expected


@pytest.mark.django_db  # Some of Django's own checks look at the database.
def test_deploy_check_warns_about_missing_second_factor(settings):
    settings.IS_PUBLIC, settings.SECOND_FACTOR = True, False
    warned = [m.id for m in run_checks(include_deployment_checks=True)]
    settings.SECOND_FACTOR = True
    content = [m.id for m in run_checks(include_deployment_checks=True)]

    assert "curation.W001" in warned
    assert "curation.W001" not in content
