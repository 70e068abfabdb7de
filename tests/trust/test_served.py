"""The site as deployed: what it stores about visitors, and which headers it trusts."""

from __future__ import annotations

import base64
import http.client
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from urllib.parse import urlencode, urlsplit

import psycopg
import pytest

from tests.conftest import ROOT, free_port

MARKER = "zzyzxmark"
ADDRESS = "203.0.113."
FORM_WAIT_SECONDS = 3.2  # a form that comes quicker is taken for a robot's
SEED_SCRIPT = """
from tests.factories import organization
organization(slug="ours", name="Example One", state="MT")
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory, own_database):
    """Serve the site as behind an HTTPS proxy; yield (port, folder, database)."""
    folder = tmp_path_factory.mktemp("served")
    (folder / "tmp").mkdir()
    with own_database(folder) as database:
        port = free_port()
        inherited = {
            name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ
        }
        environment = inherited | {
            "SECRET_KEY": "a7Kq9" * 12,
            "DATA_DIR": str(folder),
            "TMPDIR": str(folder / "tmp"),
            "DATABASE_URL": database,
            "HTTPS": "1",
            "PORT": str(port),
            "SECOND_FACTOR": "0",
            "PYTHONPATH": str(ROOT),
        }
        manage = [sys.executable, "manage.py"]
        for command in (
            ["collectstatic", "--no-input", "--verbosity", "0"],
            ["shell", "--verbosity", "0", "-c", SEED_SCRIPT],
        ):
            subprocess.run([*manage, *command], cwd=ROOT, env=environment, check=True)
        serve = [
            sys.executable,
            "-m",
            "gunicorn",
            "--config",
            "directory/operations/gunicorn_config.py",
        ]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                serve, cwd=ROOT, env=environment, stdout=log, stderr=log
            )
        try:
            _wait(port)
            yield port, folder, database
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=40)


def _wait(port):
    for _try in range(100):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2):
                return
        except OSError:
            time.sleep(0.2)


def send_request(port, path, method="GET", form=None, **headers):
    """Send a request as the proxy does; return (status, headers, page)."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    given = {"X-Forwarded-Proto": "https"}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    body = None
    if form is not None:
        body = urlencode(form)
        given["Content-Type"] = "application/x-www-form-urlencoded"
    connection.request(method, path, body, given)
    answer = connection.getresponse()
    page = answer.read().decode("utf-8", "replace")
    connection.close()
    return answer.status, answer.headers, page


def send_raw(port, content):
    """Send raw bytes; return the first line of the response."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(content)
        connection.shutdown(socket.SHUT_WR)
        return connection.recv(200).split(b"\r\n")[0]


def all_stored_data(folder, database):
    """Yield (location, text) of every file and every database cell."""
    for path in folder.rglob("*"):
        is_own = path.is_file() and "static" not in path.parts
        # The file is read whole too, because free pages may contain deleted rows.
        if is_own:
            yield path.name, path.read_bytes().decode("utf-8", "replace")
    for table, columns, rows in _tables(database):
        for row in rows:
            for column, cell in zip(columns, row, strict=True):
                yield f"{table}.{column}", _readable(cell)


def _tables(database):
    if database.startswith("sqlite"):
        names = "SELECT name FROM sqlite_master WHERE type = 'table'"
        connection = sqlite3.connect(urlsplit(database).path)
    else:
        names = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        connection = psycopg.connect(database)
    for (table,) in connection.execute(names).fetchall():
        found = connection.execute(f'SELECT * FROM "{table}"')  # noqa: S608
        yield table, [column[0] for column in found.description], found.fetchall()
    connection.close()


def _readable(cell):
    """The text of a cell, decoded if it is base64."""
    text = str(cell)
    try:
        return text + base64.b64decode(text, validate=True).decode("latin-1")
    except ValueError:
        return text


def marked_words(number):
    return f"{MARKER}{number}"


def search_a_hundred_times(port):
    pages = ["find", "warmlines", "orgs", "online", "centers-for-independent-living"]
    for number in range(100):
        word = marked_words(number)
        query = urlencode({"near": word, "q": word, "state": word, "kind": word})
        path = f"/{pages[number % 5]}/?{query}"
        if number % 7 == 0:
            path = f"/orgs/{word}/?{query}"
        if number % 11 == 0:
            path = f"/places/suggest/?q={word}"
        send_request(
            port,
            path,
            User_Agent=word,
            Referer=f"https://example.org/{word}",
            X_Forwarded_For=f"{ADDRESS}{number}",
            Cookie=f"x={word}",
            Accept_Language=word,
        )


def send_malformed_requests(port):
    send_raw(port, f"GET /find/?near={MARKER} HTTP/9.9\r\n\r\n".encode())
    send_raw(port, f"{MARKER} / HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    send_raw(port, f"GET /?near={MARKER}{'a' * 9_000} HTTP/1.1\r\n\r\n".encode())
    send_raw(port, f"GET / HTTP/1.1\r\nHost: {MARKER}\r\n\r\n".encode())
    send_raw(port, f"GET / HTTP/1.1\r\nHost: x\r\n{MARKER}\r\n\r\n".encode())
    send_request(port, f"/?{'a=' + MARKER + '&'}" + "a=1&" * 1_001)
    send_request(
        port, f"/find/?near={MARKER}", Content_Type=f"text/plain; charset={MARKER}"
    )


def send_forms(port):
    """Send two valid forms, an invalid one and a wrong password."""
    path = "/orgs/ours/report/"
    _status, _headers, page = send_request(port, path)
    stamp = page.partition('name="stamp" value="')[2].partition('"')[0]
    time.sleep(FORM_WAIT_SECONDS)
    who = {
        "Sec_Fetch_Site": "same-origin",
        "User_Agent": marked_words("agent"),
        "X_Forwarded_For": f"{ADDRESS}200",
    }
    stored_texts = {
        "words": marked_words("words"),
        "sender_email": f"{MARKER}@example.org",
    }
    form = {"problem": "closed", "stamp": stamp, **stored_texts}
    _status, _headers, page = send_request(port, path, "POST", form, **who)
    assert "Thank you" in page
    wrong = {
        "problem": marked_words("bad"),
        "stamp": stamp,
        "words": marked_words("lost"),
    }
    _status, _headers, page = send_request(port, path, "POST", wrong, **who)
    assert "Thank you" not in page


def test_no_trace_of_visits_is_stored(site):
    port, folder, database = site
    search_a_hundred_times(port)
    send_malformed_requests(port)
    send_forms(port)

    marked_texts = [
        (where, text)
        for where, text in all_stored_data(folder, database)
        if MARKER in text or ADDRESS in text
    ]
    found = {where for where, _text in marked_texts}
    # The privacy page says that reports and their e-mail addresses are stored.
    expected = {"curation_suggestion.words", "curation_suggestion.sender_email"}
    files = {name for name in found if name.startswith("db.sqlite3")}
    assert found - files == expected
    log = (folder / "log").read_text(encoding="utf-8")
    assert "Invalid request" in log
    assert "GET 200" in log
    # SQLite may have deleted its journal files in the meantime.
    for whole in (text for where, text in marked_texts if where in files):
        for word in (marked_words("words"), f"{MARKER}@example.org"):
            whole = whole.replace(word, "")
        assert MARKER not in whole
        assert ADDRESS not in whole


def test_headers_cannot_redirect_the_site(site):
    port, _folder, _database = site
    honest = send_request(port, "/states/")[2]
    for claimed in (
        {"X_Forwarded_Host": "evil.example"},
        {"Forwarded": "host=evil.example;proto=http"},
        {"X_Original_URL": "/admin/", "X_Rewrite_URL": "/admin/"},
        {"X_Forwarded_Prefix": "/evil", "X_Script_Name": "/evil"},
        {"X_Forwarded_Port": "81", "X_Forwarded_Server": "evil.example"},
        {"X_HTTP_Method_Override": "DELETE"},
    ):
        assert send_request(port, "/states/", **claimed)[2] == honest
    for name in ("SCRIPT_NAME", "PATH_INFO", "REMOTE_ADDR", "X_FORWARDED_PROTO"):
        sent = f"GET /states/ HTTP/1.1\r\nHost: 127.0.0.1\r\n{name}: /evil\r\n\r\n"
        # Without the proxy's header it is plain HTTP, and redirected to HTTPS.
        assert send_raw(port, sent.encode()).startswith(b"HTTP/1.1 301")


@pytest.mark.parametrize("codec", ["rot13", "hex", "idna", "punycode", "utf-7", "none"])
def test_codec_in_header_is_ignored(site, codec):
    port, _folder, _database = site
    kind = f"text/html; charset={codec}"

    status, _headers, page = send_request(
        port, "/find/?near=%2BADw-..%ff", Content_Type=kind
    )

    assert status == 200
    assert "+ADw-" in page


def test_long_body_is_refused_unread(site):
    port, folder, _database = site
    head = (
        "POST /suggest/?what=organization HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        "X-Forwarded-Proto: https\r\nContent-Type: multipart/form-data; boundary=b\r\n"
        "Content-Length: 9000000000\r\n\r\n--b\r\n"
    )

    assert send_raw(port, head.encode()).startswith(b"HTTP/1.1 413")
    assert not list((folder / "tmp").iterdir())
