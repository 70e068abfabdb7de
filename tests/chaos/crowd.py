"""Many visitors and one curator at once, and what each was answered."""

from __future__ import annotations

import http.client
import itertools
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

VISITORS = 50
LONGEST = 30
TOKEN = "a" * 32


@dataclass
class Told:
    """Answers so far: how many, how slow, and those that were none."""

    answered: int = 0
    slowest: float = 0.0
    failed: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, seconds, fault=""):
        with self.lock:
            self.answered += 1
            self.slowest = max(self.slowest, seconds)
            if fault:
                self.failed.append(fault)

    def begin_anew(self):
        """The slowest so far; from now on only later ones are looked at."""
        with self.lock:
            before, self.slowest = self.slowest, 0.0
        return before

    def reach(self, number):
        """Wait until so many were answered."""
        give_up = time.monotonic() + 240
        while self.answered < number:
            assert time.monotonic() < give_up, f"only {self.answered} answers"
            time.sleep(0.05)


def ask(port, method, path, body=None, headers=()):
    """(status, text) over a connection of its own, as a proxy asks."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LONGEST)
    try:
        connection.request(method, path, body, dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    finally:
        connection.close()


@contextmanager
def visitors(port, paths):
    """Fifty people who read one page after the other until the block ends."""
    told, over, following = Told(), threading.Event(), itertools.cycle(paths)

    def read():
        while not over.is_set():
            with told.lock:
                path = next(following)
            started = time.monotonic()
            try:
                status, text = ask(port, "GET", path)
                fault = "" if status == 200 and "988" in text else f"{status} {path}"
            except (OSError, http.client.HTTPException) as error:
                fault = f"{error!r} {path}"
            told.add(time.monotonic() - started, fault)

    threads = [threading.Thread(target=read) for _ in range(VISITORS)]
    for thread in threads:
        thread.start()
    try:
        yield told
    finally:
        over.set()
        for thread in threads:
            thread.join()


@dataclass
class Written:
    """Which writes were acknowledged, and when; what the others were told."""

    acknowledged: dict[str, float] = field(default_factory=dict)
    refused: list[tuple[int, str]] = field(default_factory=list)


@contextmanager
def curator(port, session):
    """Somebody of the staff who adds one word after the other until the block ends."""
    written, over = Written(), threading.Event()
    headers = {
        "Cookie": f"session={session}; csrf={TOKEN}",
        "Content-Type": "application/x-www-form-urlencoded",
        "Origin": f"http://127.0.0.1:{port}",
    }

    def write():
        for number in itertools.count():
            if over.is_set():
                return
            slug = f"word-{number}"
            word = {"kind": "service", "slug": slug, "label": slug, "order": "0"}
            form = urlencode(word | {"csrfmiddlewaretoken": TOKEN})
            status, text = ask(port, "POST", "/admin/listings/term/add/", form, headers)
            if status == 302:
                written.acknowledged[slug] = time.monotonic()
            else:
                written.refused.append((status, text))
                time.sleep(0.05)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield written
    finally:
        over.set()
        thread.join()
