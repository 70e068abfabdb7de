"""Disturbances by one visitor or curator while others request pages."""

from __future__ import annotations

import itertools
import re
import secrets
import sqlite3
import threading
import time
from contextlib import contextmanager
from urllib.parse import urlencode

import httpx
import psycopg

from tests.chaos.curators import TOKEN
from tests.chaos.load import ask, run_load
from tests.chaos.proxies import HOST_NAME

FORM = "application/x-www-form-urlencoded"
# The site uses these cookie names with HTTPS.
HEADERS = {
    "Cookie": f"__Host-csrf={TOKEN}",
    "Content-Type": FORM,
    "Origin": f"https://{HOST_NAME}",
    "Referer": f"https://{HOST_NAME}/",
}
NUMBERS = itertools.count()


def next_client_address():
    """Return a new client address each time, so that no rate limit applies."""
    number = next(NUMBERS)
    return f"198.51.{number // 250 % 250}.{number % 250 + 1}"


def sign_in(port, name="nobody", **more):
    """Sign in with a wrong password; return the response."""
    form = {"username": name, "password": secrets.token_hex(8)}
    body = urlencode(form | {"csrfmiddlewaretoken": TOKEN})
    headers = HEADERS | {"X-Forwarded-For": next_client_address()} | more
    return ask(port, "/admin/login/", "POST", body, **headers)


@contextmanager
def repeat_in_background(act, people):
    """Repeat `act` in `people` threads; yield the list of responses so far."""
    answers, over = [], threading.Event()

    def go_on():
        while not over.is_set():
            answers.append(act())

    threads = [threading.Thread(target=go_on) for _person in range(people)]
    for thread in threads:
        thread.start()
    try:
        yield answers
    finally:
        over.set()
        for thread in threads:
            thread.join()


def hostile_sign_ins(port, seconds, people=30):
    """Sign in with a new name and address each time; return all responses."""
    with repeat_in_background(
        lambda: sign_in(port, secrets.token_hex(4)), people
    ) as answers:
        time.sleep(seconds)
    return answers


def downloads(port, path, seconds, people=20):
    """Count the responses by status."""
    found = run_load(port, seconds, [path], people)
    return {int(status): count for status, count in found["statuses"].items() if count}


def report(port):
    """Send a report; return the response to the form and how long it took."""
    page = ask(port, "/states/mt/report/").text
    stamp = re.search(r'name="stamp" value="([^"]+)"', page)
    assert stamp, page[-2_000:]
    # A form that is sent sooner counts as a robot's.
    time.sleep(3.2)
    form = {"stamp": stamp[1], "problem": "other", "words": "A made-up report."}
    headers = {"Content-Type": FORM, "Sec-Fetch-Site": "same-origin"}
    headers["X-Forwarded-For"] = next_client_address()
    return ask(port, "/states/mt/report/", "POST", urlencode(form), **headers)


def request_as_curator(port, session, path, form, files=None):
    """Send an admin form, which may take minutes; return the response."""
    form = form | {"csrfmiddlewaretoken": TOKEN}
    body, kind = multipart(form, files) if files else (urlencode(form), FORM)
    cookies = f"__Host-csrf={TOKEN}; __Host-session={session}"
    headers = HEADERS | {"Cookie": cookies, "Content-Type": kind}
    return ask(port, path, "POST", body, timeout=600, **headers)


def multipart(form, files):
    """Return (body, content type) of a form with files."""
    opened = {name: (path.name, path.read_bytes()) for name, path in files.items()}
    request = httpx.Request("POST", "https://example.org/", data=form, files=opened)
    return request.read(), request.headers["Content-Type"]


@contextmanager
def hold_write_lock(url, tables="orgs_organization"):
    """Lock the SQLite file for writers, or a PostgreSQL table for everyone."""
    if url.startswith("sqlite"):
        holder = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
    else:
        holder = psycopg.connect(url)
        holder.execute(f"LOCK TABLE {tables}")
    try:
        yield
    finally:
        holder.close()
