"""Attack the site as it is deployed, on this machine alone: `make attack`.

Hostile requests with the time each takes, sqlmap, wapiti, the HTTP Observatory where
its package is at hand, and every property test with 10,000 examples.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.served import site  # noqa: E402
from tests.trust.hostile import faults, requests  # noqa: E402

REQUESTS = int(os.environ.get("REQUESTS", "11000"))
SLOWEST = 2.0
# An address with every parameter of a search, and one of each other page that has any.
SEARCHED = [
    "/find/?near=59301&radius=50&kind=cil&service=respite&q=peer&page=1&open_now=1",
    "/find/?lat=46.41&lon=-105.84&state=MT&how=phone&community=veterans&language=es",
    "/warmlines/?near=59301&state=MT&open_now=1&language=es&community=veterans",
    "/orgs/?q=peer&kind=cil&state=MT&page=1",
    "/centers-for-independent-living/?near=59301&state=MT&page=1",
    "/online/?state=MT&community=veterans&page=1",
    "/become-a-peer-supporter/?state=MT&other=WY&focus=both",
    "/places/suggest/?q=mil",
    "/suggest/?what=organization",
]
# HSTS is for HTTPS, which the proxy in front speaks; OWASP advises against the other.
NOT_OURS = ("Strict-Transport-Security", "X-XSS-Protection")
# Seconds for one run of a tool.
PATIENCE = 1_800
CLEAN = "do not appear to be injectable"


def main() -> None:
    found: list[str] = []
    with tempfile.TemporaryDirectory() as folder, site() as address:
        found += hostile_requests(address)
        found += sqlmap(address, Path(folder))
        found += wapiti(address, Path(folder))
        # A tool that the site no longer answers finds nothing.
        found += hostile_requests(address, 100)
    found += property_tests()
    for fault in found:
        print(f"FAULT {fault}")
    sys.exit(bool(found))


def hostile_requests(address: str, number: int = REQUESTS) -> list[str]:
    """Each must be answered in time, without a fault, an echo or a way off the site."""
    host = urlsplit(address).netloc
    connection = http.client.HTTPConnection(host, timeout=60)
    found, slowest = [], (0.0, "")
    for path in requests(random.Random(11), number):  # noqa: S311
        if len(path) > 8_000:
            continue
        start = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        page = answer.read().decode("utf-8", "replace")
        slowest = max(slowest, (time.perf_counter() - start, path))
        where = answer.headers.get("Location", "")
        problems = faults(path, answer.status, where, page)
        found += [f"{path[:200]}: {problem}" for problem in problems]
    connection.close()
    print(f"{number} hostile requests, {len(found)} faults", end=", ")
    print(f"slowest {slowest[0] * 1000:.0f} ms ({slowest[1][:100]})")
    if slowest[0] > SLOWEST:
        found.append(f"{slowest[1][:200]} took {slowest[0]:.1f} s")
    return found


def sqlmap(address: str, folder: Path) -> list[str]:
    """Every parameter of every address above; its exit code says nothing."""
    if not shutil.which("sqlmap"):
        return [missing("sqlmap")]
    found = []
    options = ["--batch", "--level", "3", "--risk", "2", "--flush-session"]
    # What is served here is SQLite; the tricks of other databases say nothing.
    options += ["--dbms", "SQLite"]
    options += ["--disable-coloring", "--threads", "4", "--skip", "Host,Referer"]
    options += ["--output-dir", str(folder)]
    for path in SEARCHED:
        command = ["sqlmap", "-u", f"{address}{path}", *options]
        told = run(command, folder)
        clean = CLEAN in told and "is vulnerable" not in told
        print(f"sqlmap {path}: {'clean' if clean else 'look'}", flush=True)
        if not clean:
            found.append(f"sqlmap {path}: {told[-500:]}")
    return found


def wapiti(address: str, folder: Path) -> list[str]:
    if not shutil.which("wapiti"):
        return [missing("wapiti")]
    report = folder / "wapiti.json"
    command = [
        "wapiti",
        "-u",
        f"{address}{SEARCHED[0]}",
        "--scope",
        "folder",
        "-d",
        "2",
    ]
    command += ["-m", "sql,xss,redirect,csp,http_headers,cookieflags"]
    # It must write its report within PATIENCE: three minutes to look around, as many
    # for each kind of attack.
    command += ["--max-scan-time", "180", "--max-attack-time", "180"]
    command += ["--max-links-per-page", "20"]
    command += ["--flush-session", "--no-bugreport", "-f", "json", "-o", str(report)]
    # Each request is a line.
    said = run([*command, "-v", "1"], folder)
    number, cut = said.count("[+] "), said.count("Max attack time was reached")
    if not report.exists():
        return ["wapiti wrote no report"]
    told = json.loads(report.read_text(encoding="utf-8"))
    several = {**told["vulnerabilities"], **told["anomalies"]}
    found = [
        f"wapiti {name}: {one['method']} {one['path']} {one['info']}"
        for name, rows in several.items()
        for one in rows
        if not any(name in one["info"] for name in NOT_OURS)
    ]
    print(f"wapiti: {number} requests, {len(found)} findings, {cut} kinds cut short")
    return found if number > 1 else ["wapiti reached no page but its first"]


def run(command: list[str], folder: Path) -> str:
    """What a tool says; through a file, since its helpers may outlive it."""
    said = folder / "said"
    with said.open("wb") as file, suppress(subprocess.TimeoutExpired):
        subprocess.run(  # noqa: S603
            command,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            timeout=PATIENCE,
            check=False,
        )
    return said.read_text(encoding="utf-8", errors="replace")


def property_tests() -> list[str]:
    examples = os.environ.get("EXAMPLES", "10000")
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "tests/trust"]
    command += ["--ignore", "tests/trust/test_served.py"]
    environment = os.environ | {"EXAMPLES": examples}
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False)  # noqa: S603
    return [f"property tests, {examples} examples"] if done.returncode else []


def missing(name: str) -> str:
    return f"{name} is needed; on Debian: apt-get install {name}"


if __name__ == "__main__":
    main()
