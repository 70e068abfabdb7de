#!/usr/bin/env python
"""Django's command line, run in the virtual environment that `make run` creates."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

PYTHON = Path(__file__).resolve().parent / ".venv/bin/python"


def main() -> None:
    is_system_python = sys.prefix == sys.base_prefix
    if is_system_python and PYTHON.exists():
        os.execv(PYTHON, [str(PYTHON), *sys.argv])  # noqa: S606  # our own Python
    try:
        # Only here, because the system's Python may lack Django.
        from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415
        from django.core.management import execute_from_command_line  # noqa: PLC0415
    except ImportError:
        sys.exit("Django isn't installed yet. Run “make run”, which installs it.")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "directory.settings")
    try:
        # Some commands hide an error in the settings, so they are imported first.
        import_module(os.environ["DJANGO_SETTINGS_MODULE"])
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
