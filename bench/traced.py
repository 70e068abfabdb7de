"""Count which of our files and functions one search runs.

`python bench/traced.py [path]`, on the database of DATABASE_URL. Each function, method
or property of this project that Python enters counts once, however often it runs:
first from the entry into the view to its answer, then with the middleware around it.
A comprehension or generator expression is part of its function, and a template is no
function. The page has been served twice before, as most pages of a worker have.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import django

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
SEARCH = "/find/?near=59301"
# Frames that are a part of another function.
PARTS = {"<genexpr>", "<listcomp>", "<setcomp>", "<dictcomp>", "<module>"}


def is_ours(code: CodeType) -> bool:
    path = Path(code.co_filename)
    if not path.is_relative_to(ROOT) or code.co_name in PARTS:
        return False
    return path.relative_to(ROOT).parts[0] not in (".venv", "bench")


def functions_run(act: Callable[[], Any], within: CodeType | None) -> set[CodeType]:
    """Our functions that run while `act` does, or while the function `within` does."""
    found: set[CodeType] = set()
    depth = 0 if within else 1

    def note(frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal depth
        code = frame.f_code
        if event == "call" and code is within:
            depth += 1
        if event == "call" and depth:
            found.add(code)
        if event == "return" and code is within:
            depth -= 1

    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(None)
    return {code for code in found if is_ours(code)}


def main(path: str) -> None:
    from django.test import Client
    from django.urls import resolve

    client = Client()
    view = resolve(path.partition("?")[0]).func
    within = getattr(view, "__wrapped__", view).__code__
    for _time in range(2):
        if client.get(path).status_code != 200:
            raise SystemExit(f"{path} failed")
    whole = functions_run(lambda: client.get(path), None)
    search = functions_run(lambda: client.get(path), within)
    by_file = Counter(code.co_filename for code in search)
    for name, number in sorted(by_file.items(), key=lambda one: -one[1]):
        print(f"{number:4} {Path(name).relative_to(ROOT)}")
    if os.environ.get("NAMES"):
        print(*sorted(f"{c.co_filename} {c.co_qualname}" for c in search), sep="\n")
    print(f"{path}: {len(search)} functions in {len(by_file)} files;")
    files = {code.co_filename for code in whole}
    print(f"with the middleware {len(whole)} functions in {len(files)} files.")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "directory.settings")
    django.setup()
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["testserver"]
    main(sys.argv[1] if len(sys.argv) > 1 else SEARCH)
