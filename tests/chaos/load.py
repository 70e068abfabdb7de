"""Load by fifty clients that request one page after the other."""

from __future__ import annotations

import http.client
import itertools
import json
import subprocess
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tests.chaos.proxies import HOST_NAME

CONNECTIONS = 50
# The headers of a proxy: the host name, and that the visitor uses HTTPS.
HEADERS = {"Host": HOST_NAME, "X-Forwarded-Proto": "https", "Connection": "close"}
ZIPS = "59301 83702 10001 60601 73301 90001 33101 98101 02108 30301".split()  # noqa: SIM905
PAGES = [
    *(f"/find/?near={code}" for code in ZIPS),
    *(f"/find/?near={code}&kind=cil" for code in ZIPS[:5]),
    "/find/?q=recovery",
    "/",
    "/es/",
    "/states/mt/",
    "/states/ny/",
    "/es/states/tx/",
    "/warmlines/",
    "/warmlines/?near=59301",
    "/online/",
    "/orgs/?page=3",
    "/guides/",
]


@dataclass(frozen=True)
class LoadAnswer:
    """A response. `status` is 0 if the connection broke. Times are in seconds."""

    path: str
    at: float
    seconds: float
    status: int
    text: str = ""
    location: str = ""


def ask(port, path, method="GET", body=None, tls=None, timeout=30, **headers):
    """Send a request, over HTTPS if `tls` is a context; return the response."""
    at, location = time.monotonic(), ""
    connection = (
        http.client.HTTPSConnection("127.0.0.1", port, timeout=timeout, context=tls)
        if tls
        else http.client.HTTPConnection("127.0.0.1", int(port), timeout=timeout)
    )
    try:
        connection.request(method, path, body, HEADERS | headers)
        answer = connection.getresponse()
        status, text = answer.status, answer.read().decode(errors="replace")
        location = answer.headers.get("Location", "")
    except (OSError, http.client.HTTPException):
        status, text = 0, ""
    finally:
        connection.close()
    return LoadAnswer(path, at, time.monotonic() - at, status, text, location)


class LoadResults:
    """All responses so far, with the text of errors only."""

    def __init__(self, tls):
        self.tls = tls
        self.answers, self.is_over = [], threading.Event()

    def visit(self, port, pages):
        for path in pages:
            if self.is_over.is_set():
                return
            found = ask(port, path, tls=self.tls)
            if found.status == 200:
                # Thousands of whole pages would need much memory.
                found = replace(found, text="")
            self.answers.append(found)

    def wait_for(self, number):
        """Wait for so many more responses."""
        enough = len(self.answers) + number
        while len(self.answers) < enough:
            time.sleep(0.05)

    def between(self, start, end=float("inf")):
        """The responses to requests that were sent and answered in this period."""
        return [a for a in self.answers if a.at >= start and a.at + a.seconds <= end]


@contextmanager
def running_load(port, pages=PAGES, tls=None, connections=CONNECTIONS):
    """Run clients that send requests until the block ends."""
    seen = LoadResults(tls)
    people = [
        threading.Thread(
            target=seen.visit, args=(port, itertools.cycle(pages[n:] + pages[:n]))
        )
        for n in (number % len(pages) for number in range(connections))
    ]
    for person in people:
        person.start()
    try:
        yield seen
    finally:
        seen.is_over.set()
        for person in people:
            person.join()


def run_load(port, seconds, pages=PAGES, connections=CONNECTIONS):
    """Run wrk; return a count of each status (0: the connection broke), and seconds.

    wrk needs about 3% of one core. The threads of running_load() would compete with the
    site for the cores.
    """
    header_options = [f"-H{name}: {value}" for name, value in HEADERS.items()]
    script = ["-s", str(Path(__file__).with_name("visits.lua"))]
    size = f"wrk -t1 -c{connections} -d{seconds}s --timeout 30s".split()
    address = f"http://127.0.0.1:{port}"
    found = subprocess.run(
        [*size, *header_options, *script, address, "--", *pages],
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(found.stdout.splitlines()[-1])


def statuses(answers):
    return dict(sorted(Counter(a.status for a in answers).items()))


def slowest(answers):
    return max((a.seconds for a in answers), default=0.0)


def percentile(answers, share):
    times = sorted(a.seconds for a in answers)
    return times[int(share * (len(times) - 1))]
