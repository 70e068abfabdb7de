"""Fixtures for all tests: no network and no undefined template variables."""

from __future__ import annotations

import itertools
import random
import socket
from io import StringIO
from pathlib import Path
from threading import BoundedSemaphore

import pytest
from django.apps import apps
from django.conf import settings
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection, transaction
from django.template import engines
from django.test import override_settings

import search.current
from api import downloads
from caching import content_version, memory_cache
from directory.management.commands.compile_words import compile_file
from listings import hours
from tests import database_template
from tests.answering import answering
from tests.caching.transactions import commit
from tests.nominatim import NominatimServer

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
NUMBERS = itertools.count()
# Slow files, which start first so that all workers finish at about the same time.
SLOWEST_FILES = (
    "test_bad_rows.py",
    "test_bad_shared_rows.py",
    "test_crawl.py",
    "test_concurrent_saves.py",
    "test_distress.py",
    "test_lock_waits.py",
    "test_scenarios.py",
    "test_serving.py",
)
DATABASE_FIXTURES = {"db", "django_db_setup", "own_database"}
STARTER_FILES = [
    ("cils", 655),
    ("organizations", 733),
    ("warmlines", 122),
    ("meetings", 649),
]
CREDENTIALS = ROOT / "fixtures/state_guides.csv"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.path.name not in SLOWEST_FILES)


def pytest_itemcollected(item):
    """Mark tests without a database, which need not run on each kind of database."""
    is_used = item.get_closest_marker("django_db")
    if not is_used and DATABASE_FIXTURES.isdisjoint(item.fixturenames):
        item.add_marker("any_database")


def pytest_configure(config):
    """Compile the translations once, before the workers start."""
    if not hasattr(config, "workerinput"):
        for words in ROOT.glob("locale/*/LC_MESSAGES/*.po"):
            compile_file(words)


def free_port():
    """Return a free port below the range that systems use for outgoing connections.

    A port in that range could be taken before the server of the test starts.
    """
    for port in random.SystemRandom().sample(range(20_000, 32_000), 50):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no free port was found")


class UndefinedVariable(str):
    """Replaces an undefined template variable. Printing it fails the test."""

    __slots__ = ()

    def __contains__(self, key):
        return key == "%s"

    def __mod__(self, name):
        raise AssertionError(f"undefined template variable: {name}")


@pytest.fixture(scope="session", autouse=True)
def undefined_variables_fail():
    engines["django"].engine.string_if_invalid = UndefinedVariable("%s")


@pytest.fixture(scope="session", autouse=True)
def no_network():
    """Fail every connection to another machine."""
    connect = socket.socket.connect

    def guarded(self, address):
        is_remote = isinstance(address, tuple) and address[0] not in LOOPBACK
        if is_remote:
            raise AssertionError(f"a test reached for the network: {address}")
        return connect(self, address)

    socket.socket.connect = guarded
    yield
    socket.socket.connect = connect


def check_the_gazetteer_only_where_written():
    """Skip the foreign key check of the unchanged gazetteer after each SQLite test."""
    check = connection.check_constraints
    gazetteer = {
        model._meta.db_table
        for model in apps.get_app_config("places").get_models(include_auto_created=True)
    }
    others = sorted(set(connection.introspection.table_names()) - gazetteer)
    is_written = False

    def note(execute, sql, params, many, context):
        nonlocal is_written
        if "places_" in sql and not sql.startswith("SELECT"):
            is_written = True
        return execute(sql, params, many, context)

    def check_constraints(table_names=None):
        nonlocal is_written
        tables = None if is_written else others
        is_written = False
        check(table_names or tables)

    connection.execute_wrappers.append(note)
    connection.check_constraints = check_constraints


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    """The copied database has its tables, so no migration runs."""
    test = connection.settings_dict["TEST"]
    test["MIGRATE"] = False
    if not database_template.is_sqlite():
        test["TEMPLATE"] = database_template.postgresql_template()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Load the real gazetteer once per test database."""
    if database_template.is_sqlite():
        with django_db_blocker.unblock():
            database_template.fill_sqlite(database_template.GAZETTEER)
            check_the_gazetteer_only_where_written()


@pytest.fixture(scope="session")
def own_database():
    """A context manager that creates a database for another process: its URL."""
    return database_template.own_database


@pytest.fixture(scope="session", autouse=True)
def settings_of_tests(tmp_path_factory):
    """Use plain static files, fast password hashing and temporary folders."""
    folder = tmp_path_factory.mktemp("settings")
    static = "django.contrib.staticfiles.storage.StaticFilesStorage"
    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        STATIC_ROOT=ROOT / "static",
        STORAGES=settings.STORAGES | {"staticfiles": {"BACKEND": static}},
        RATE_LIMIT_FILE=folder / "rate-limits.sqlite3",
        DATA_FILES_DIR=folder / "data-files",
    ):
        yield


@pytest.fixture(autouse=True)
def empty_caches():
    """Empty all caches before each test."""
    caches["pages"].clear()
    memory_cache.clear_all()
    content_version.clear()
    search.current.clear()
    hours._status_cache.clear()


@pytest.fixture(scope="session")
def rate_limit_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("rate-limits")


@pytest.fixture(autouse=True)
def rate_limit_file(settings, rate_limit_folder):
    """Use a new file of request counts for each test."""
    settings.RATE_LIMIT_FILE = rate_limit_folder / f"{next(NUMBERS)}.sqlite3"
    return settings.RATE_LIMIT_FILE


@pytest.fixture(autouse=True)
def data_files(settings, tmp_path_factory, monkeypatch):
    """Use a new folder of open data files, and no download slot of another test."""
    settings.DATA_FILES_DIR = tmp_path_factory.getbasetemp() / f"files-{next(NUMBERS)}"
    monkeypatch.setattr(downloads, "_slot", BoundedSemaphore(1))
    return settings.DATA_FILES_DIR


@pytest.fixture
def nominatim(settings):
    server = NominatimServer()
    settings.GEOCODER = "nominatim"
    settings.GEOCODER_DOMAIN = server.domain
    settings.GEOCODER_SCHEME = "http"
    settings.GEOCODER_TIMEOUT = 0.5
    with answering(server.http):
        yield server


CRISIS = {"crisis_lines": "crisis_lines.csv", "crisis_phrases": "trigger_words.csv"}


def load_crisis_files():
    for kind, name in CRISIS.items():
        path = ROOT / "fixtures" / name
        call_command("import_listings", kind, path, quiet=True, stdout=StringIO())


@pytest.fixture(scope="module")
def crisis_rows(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        load_crisis_files()
        commit()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def crisis(crisis_rows, db):
    """The shipped crisis lines and phrases, loaded once per module."""


@pytest.fixture(scope="module")
def starter(django_db_setup, django_db_blocker):
    """The real starter data, for all tests of the module."""
    with django_db_blocker.unblock(), database_template.starter_database():
        content_version.clear()
        yield
