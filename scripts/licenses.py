"""Write docs/licenses.md: the license of every package that the site needs.

The licenses are read from the installed packages. Run it with: make licenses
"""

from __future__ import annotations

import re
from email.message import Message
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import cast

ROOT = Path(__file__).resolve().parent.parent
HEAD = """# Licenses of the dependencies

Everything that the site is run with (`requirements.txt`), as each package says of
itself. Written by `make licenses`; a test holds that it is up to date. Our own code is
under the [MIT license](../LICENSE); the data has its own ([NOTICE](NOTICE)).

| package | version | license |
|---|---|---|
"""
# Packages for other systems or Python versions, whose licenses were read on PyPI.
NOT_INSTALLED = {"async-timeout": "Apache-2.0", "colorama": "BSD-3-Clause"}


def locked_packages(text: str) -> list[tuple[str, str]]:
    """(name, version) of each package of a lock file."""
    return re.findall(r"^([a-z0-9][\w.-]*)==([\w.]+)", text, re.MULTILINE)


def license_of(name: str) -> str:
    """The package's SPDX license expression, or else its other license metadata.

    Raises KeyError for a package that is not installed and not in NOT_INSTALLED.
    """
    try:
        # metadata() returns a Message, but its declared type is narrower.
        package = cast(Message, metadata(name))
    except PackageNotFoundError:
        return NOT_INSTALLED[name]
    if expression := package.get("License-Expression"):
        return str(expression)
    named = [
        classifier.rpartition(" :: ")[2]
        for classifier in package.get_all("Classifier", [])
        if classifier.startswith("License ::")
    ]
    return " and ".join(named) or str(package.get("License") or "").partition("\n")[0]


def main() -> None:
    packages = locked_packages((ROOT / "requirements.txt").read_text(encoding="utf-8"))
    rows = [
        f"| {name} | {version} | {license_of(name)} |" for name, version in packages
    ]
    page = HEAD + "\n".join(rows) + "\n"
    (ROOT / "docs/licenses.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
