"""The strict harness: real parts, no network, no undefined template variable."""

from __future__ import annotations

import itertools
import os
import random
import socket
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from threading import BoundedSemaphore

import psycopg
import pytest
from django.conf import settings
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection, transaction
from django.template import engines

import search.current
from api import downloads
from caching import content_version, memory_cache
from directory.management.commands.compile_words import compile_file
from listings import hours
from tests import database_template
from tests.nominatim import Server

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
NUMBERS = itertools.count()
# Files of a minute: begun first, so that no worker ends long after the others.
LONGEST = (
    "test_crawl.py",
    "test_race.py",
    "test_scenarios.py",
    "test_distance_search.py",
    "test_monday.py",
)
STARTER = [("cils", 655), ("organizations", 733), ("warmlines", 122), ("meetings", 649)]
CREDENTIALS = ROOT / "fixtures/state_guides.csv"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.path.name not in LONGEST)


def pytest_configure(config):
    """The Spanish words as the site has them; once, before the workers start."""
    if not hasattr(config, "workerinput"):
        for words in ROOT.glob("locale/*/LC_MESSAGES/*.po"):
            compile_file(words)


def free_port():
    """Below the ports that systems give to outgoing connections: one of those may be
    taken between this look and the start of a server."""
    for port in random.SystemRandom().sample(range(20_000, 32_000), 50):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no free port was found")


@contextmanager
def own_database(folder):
    """The address of an empty database of the kind under test, outside the test's."""
    tested = settings.DATABASES["default"]
    if "sqlite" in tested["ENGINE"]:
        yield f"sqlite:///{folder}/db.sqlite3"
        return
    server = f"postgres://{tested['USER']}@{tested['HOST']}:{tested['PORT']}"
    name = f"own_{os.getpid()}_{next(NUMBERS)}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as session:
        session.execute(f"CREATE DATABASE {name}")
    yield f"{server}/{name}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as session:
        session.execute(f"DROP DATABASE {name} WITH (FORCE)")


class Undefined(str):
    """Stands for a variable that no view gave; printing it fails the test."""

    __slots__ = ()

    def __contains__(self, key):
        return key == "%s"

    def __mod__(self, name):
        raise AssertionError(f"undefined template variable: {name}")


@pytest.fixture(scope="session", autouse=True)
def undefined_variables_fail():
    engines["django"].engine.string_if_invalid = Undefined("%s")


@pytest.fixture(scope="session", autouse=True)
def no_network():
    """Connections leave this machine in no test."""
    connect = socket.socket.connect

    def guarded(self, address):
        is_remote = isinstance(address, tuple) and address[0] not in LOOPBACK
        if is_remote:
            raise AssertionError(f"a test reached for the network: {address}")
        return connect(self, address)

    socket.socket.connect = guarded
    yield
    socket.socket.connect = connect


@pytest.fixture(scope="session")
def template():
    """The content of a test database made before; None on PostgreSQL, or at first."""
    return database_template.read()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings, template):
    """A copy brings its tables along; nothing is to be migrated before it."""
    connection.settings_dict["TEST"]["MIGRATE"] = template is None


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, template):
    """The real gazetteer, once for each test database."""
    with django_db_blocker.unblock():
        if template is None:
            call_command("load_places", if_empty=True, quiet=True, stdout=StringIO())
            database_template.save()
        else:
            database_template.restore(template)


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    """A password takes half a second to hash, as it should; tests make hundreds."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def nothing_kept():
    """Each test begins with a process that has served nobody yet."""
    caches["pages"].clear()
    memory_cache.clear_all()
    content_version.clear()
    search.current.clear()
    hours._worked_out.clear()


@pytest.fixture(scope="session")
def rate_limit_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("rate-limits")


@pytest.fixture(autouse=True)
def rate_limit_file(settings, rate_limit_folder):
    """No test counts the requests of another."""
    settings.RATE_LIMIT_FILE = rate_limit_folder / f"{next(NUMBERS)}.sqlite3"
    return settings.RATE_LIMIT_FILE


@pytest.fixture(autouse=True)
def data_files(settings, tmp_path_factory, monkeypatch):
    """The folder of the open data's files; no test sends those of another, or waits
    for an answer that another has not read to its end."""
    settings.DATA_FILES_DIR = tmp_path_factory.getbasetemp() / f"files-{next(NUMBERS)}"
    monkeypatch.setattr(downloads, "_slot", BoundedSemaphore(1))
    return settings.DATA_FILES_DIR


@pytest.fixture(autouse=True)
def plain_static_files(settings):
    settings.STATIC_ROOT = settings.BASE_DIR / "static"
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {
            "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        }
    }


@pytest.fixture
def nominatim(settings):
    server = Server()
    settings.GEOCODER = "nominatim"
    settings.GEOCODER_DOMAIN = server.domain
    settings.GEOCODER_SCHEME = "http"
    settings.GEOCODER_TIMEOUT = 0.5
    yield server
    server.http.shutdown()
    server.http.server_close()


CRISIS = {"crisis_lines": "crisis_lines.csv", "crisis_phrases": "trigger_words.csv"}


def load_crisis_files():
    for kind, name in CRISIS.items():
        path = ROOT / "fixtures" / name
        call_command("import_listings", kind, path, quiet=True, stdout=StringIO())


@pytest.fixture(scope="module")
def crisis_rows(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        load_crisis_files()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def crisis(crisis_rows, db):
    """The shipped crisis lines and phrases, loaded once for a module."""


@pytest.fixture(scope="module")
def starter(django_db_setup, django_db_blocker):
    """The real starter data for a module's tests; taken back after the last."""
    with django_db_blocker.unblock(), transaction.atomic():
        for kind, _rows in STARTER:
            path = settings.BASE_DIR / "fixtures" / f"{kind}.csv"
            call_command("import_listings", kind, path, quiet=True, stdout=StringIO())
        call_command(
            "import_listings", "credentials", CREDENTIALS, quiet=True, stdout=StringIO()
        )
        load_crisis_files()
        call_command("load_guides", stdout=StringIO())
        yield
        transaction.set_rollback(True)
