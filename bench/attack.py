"""Attack the site as it is deployed, on this machine only: `make attack`.

It sends hostile requests and measures their time, and runs sqlmap, wapiti, and every
property test with 10,000 examples.
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

from bench.served import serve_starter_data
from tests.trust.hostile import find_faults, random_requests

REQUEST_COUNT = int(os.environ.get("REQUESTS", "11000"))
MAX_RESPONSE_SECONDS = 2.0
# Search pages with every parameter, and one address of every other page with any.
SEARCH_PATHS = [
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
# The proxy in front adds HSTS; OWASP advises against X-XSS-Protection.
IGNORED_HEADERS = ("Strict-Transport-Security", "X-XSS-Protection")
TOOL_TIMEOUT_SECONDS = 1_800
CLEAN_OUTPUT = "do not appear to be injectable"


def main() -> None:
    found: list[str] = []
    with tempfile.TemporaryDirectory() as folder, serve_starter_data() as address:
        found += send_hostile_requests(address)
        found += run_sqlmap(address, Path(folder))
        found += run_wapiti(address, Path(folder))
        # Check that the site still answers; otherwise the tools could find nothing.
        found += send_hostile_requests(address, 100)
    found += run_property_tests()
    for fault in found:
        print(f"FAULT {fault}")
    sys.exit(bool(found))


def send_hostile_requests(address: str, number: int = REQUEST_COUNT) -> list[str]:
    """Check that each answer is in time and has no error, echo or foreign redirect."""
    host = urlsplit(address).netloc
    connection = http.client.HTTPConnection(host, timeout=60)
    found, slowest = [], (0.0, "")
    for path in random_requests(random.Random(11), number):
        if len(path) > 8_000:
            continue
        start = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        page = answer.read().decode("utf-8", "replace")
        slowest = max(slowest, (time.perf_counter() - start, path))
        where = answer.headers.get("Location", "")
        problems = find_faults(path, answer.status, where, page)
        found += [f"{path[:200]}: {problem}" for problem in problems]
    connection.close()
    print(f"{number} hostile requests, {len(found)} faults", end=", ")
    print(f"slowest {slowest[0] * 1000:.0f} ms ({slowest[1][:100]})")
    if slowest[0] > MAX_RESPONSE_SECONDS:
        found.append(f"{slowest[1][:200]} took {slowest[0]:.1f} s")
    return found


def run_sqlmap(address: str, folder: Path) -> list[str]:
    """Test every parameter of every search path; sqlmap's exit code is useless."""
    if not shutil.which("sqlmap"):
        return [missing_tool("sqlmap")]
    found = []
    options = ["--batch", "--level", "3", "--risk", "2", "--flush-session"]
    # The site runs on SQLite here, so attacks on other databases would prove nothing.
    options += ["--dbms", "SQLite"]
    options += ["--disable-coloring", "--threads", "4", "--skip", "Host,Referer"]
    options += ["--output-dir", str(folder)]
    for path in SEARCH_PATHS:
        command = ["sqlmap", "-u", f"{address}{path}", *options]
        output = run_tool(command, folder)
        is_clean = CLEAN_OUTPUT in output and "is vulnerable" not in output
        print(f"sqlmap {path}: {'clean' if is_clean else 'look'}", flush=True)
        if not is_clean:
            found.append(f"sqlmap {path}: {output[-500:]}")
    return found


def run_wapiti(address: str, folder: Path) -> list[str]:
    if not shutil.which("wapiti"):
        return [missing_tool("wapiti")]
    report = folder / "wapiti.json"
    command = [
        "wapiti",
        "-u",
        f"{address}{SEARCH_PATHS[0]}",
        "--scope",
        "folder",
        "-d",
        "2",
    ]
    command += ["-m", "sql,xss,redirect,csp,http_headers,cookieflags"]
    # It must write its report before the timeout: three minutes for the scan, and as
    # many for each kind of attack.
    command += ["--max-scan-time", "180", "--max-attack-time", "180"]
    command += ["--max-links-per-page", "20"]
    command += ["--flush-session", "--no-bugreport", "-f", "json", "-o", str(report)]
    # Each request is a line of the output.
    output = run_tool([*command, "-v", "1"], folder)
    number, cut = output.count("[+] "), output.count("Max attack time was reached")
    if not report.exists():
        return ["wapiti wrote no report"]
    results = json.loads(report.read_text(encoding="utf-8"))
    findings = {**results["vulnerabilities"], **results["anomalies"]}
    found = [
        f"wapiti {name}: {one['method']} {one['path']} {one['info']}"
        for name, rows in findings.items()
        for one in rows
        if not any(name in one["info"] for name in IGNORED_HEADERS)
    ]
    print(f"wapiti: {number} requests, {len(found)} findings, {cut} kinds cut short")
    return found if number > 1 else ["wapiti reached no page but its first"]


def run_tool(command: list[str], folder: Path) -> str:
    """Return a tool's output, read from a file as child processes may outlive it."""
    output = folder / "output"
    with output.open("wb") as file, suppress(subprocess.TimeoutExpired):
        subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            timeout=TOOL_TIMEOUT_SECONDS,
            check=False,
        )
    return output.read_text(encoding="utf-8", errors="replace")


def run_property_tests() -> list[str]:
    examples = os.environ.get("EXAMPLES", "10000")
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "tests/trust"]
    command += ["--ignore", "tests/trust/test_served.py"]
    environment = os.environ | {"EXAMPLES": examples}
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False)
    return [f"property tests, {examples} examples"] if done.returncode else []


def missing_tool(name: str) -> str:
    return f"{name} is needed; on Debian: apt-get install {name}"


if __name__ == "__main__":
    main()
