"""Print Lighthouse's four scores and the Nu HTML checker's errors of public pages.

They need Node, Chromium and Java. Both tools are installed into var/, not into the
project. Except for that download, nothing leaves this machine.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.served import serve_starter_data

TOOLS_DIR = Path(os.environ.get("DATA_DIR", ROOT / "var")) / "browser-checks"
NPM_PACKAGES = ["lighthouse@12.8.2", "vnu-jar@26.9.27"]
SCORED_PAGES = {
    "home": "/",
    "find": "/find/?near=59301",
    "state": "/states/mt/",
    "warmlines": "/warmlines/",
    "listing": "/orgs/montanas-peer-network/",
}
VALIDATED_PATHS = [
    *SCORED_PAGES.values(),
    "/es/",
    "/es/find/?near=59301",
    "/states/",
    "/states/mt/print/",
    "/online/",
    "/orgs/",
    "/warmlines/mha-montana-warmline/",
    "/warmlines/mha-montana-warmline/report/",
    "/suggest/?what=organization",
    "/centers-for-independent-living/",
    "/guides/",
    "/guides/rural-areas/",
    "/es/guides/rural-areas/",
    "/become-a-peer-supporter/?state=IL&other=SD",
    "/states/mt/report/",
    "/about/",
    "/contact/",
    "/privacy/",
    "/accessibility/",
    "/freshness/",
    "/leaving/",
    "/saved/",
]
CATEGORIES = ["performance", "accessibility", "best-practices", "seo"]
CHROMIUM_FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
)


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(  # our own commands
        command,
        cwd=TOOLS_DIR,
        env=os.environ | environment,
        check=True,
        capture_output=True,
    )


def install() -> None:
    for tool in ("npm", "java", "chromium"):
        if shutil.which(tool) is None:
            raise SystemExit(f"{tool} is needed for this, and was not found.")
    TOOLS_DIR.mkdir(parents=True, exist_ok=True)
    if not (TOOLS_DIR / "node_modules").exists():
        run("npm", "install", "--no-audit", "--no-fund", "--prefix", ".", *NPM_PACKAGES)


def lighthouse_scores(address: str) -> list[int]:
    """Return scores up to 100, in the order of CATEGORIES, for Lighthouse's slow phone.

    Search results are not for search engines, so the audit for that is skipped.
    """
    skipped = ["--skip-audits=is-crawlable"] if "?" in address else []
    with tempfile.TemporaryDirectory() as profile:
        report = f"{profile}/report.json"
        run(
            "node_modules/.bin/lighthouse",
            address,
            "--quiet",
            "--no-enable-error-reporting",
            "--output=json",
            f"--output-path={report}",
            *skipped,
            f"--only-categories={','.join(CATEGORIES)}",
            f"--chrome-flags={CHROMIUM_FLAGS} --user-data-dir={profile}",
            CHROME_PATH=shutil.which("chromium") or "",
        )
        found = json.loads(Path(report).read_text(encoding="utf-8"))["categories"]
    return [round(found[name]["score"] * 100) for name in CATEGORIES]


def html_errors(address: str) -> list[str]:
    """Return what the Nu checker calls errors, for all pages."""
    with tempfile.TemporaryDirectory() as folder:
        for number, path in enumerate(VALIDATED_PATHS):
            with urllib.request.urlopen(address + path) as answer:
                page = answer.read()
            Path(folder, f"{number}.html").write_bytes(page)
        jar = "node_modules/vnu-jar/build/dist/vnu.jar"
        options = ("--format", "json", "--exit-zero-always", "--skip-non-html")
        report = run("java", "-Xss4m", "-jar", jar, *options, folder).stderr
    return [
        f"{VALIDATED_PATHS[int(Path(m['url']).stem)]}: {m['message']}"
        for m in json.loads(report)["messages"]
        if m["type"] == "error"
    ]


def main() -> None:
    install()
    with serve_starter_data(settings="directory.settings") as address:
        print(f"{'page':<12}", *CATEGORIES)
        faults = html_errors(address)
        for name, path in SCORED_PAGES.items():
            found = lighthouse_scores(address + path)
            print(f"{name:<12}", *found)
            if min(found) < 100:
                faults.append(f"{name}: {found}")
    print(f"HTML: {len(VALIDATED_PATHS)} pages checked.")
    raise SystemExit("\n".join(faults) if faults else 0)


if __name__ == "__main__":
    main()
