"""The environment variables that the site reads, with those of `.env` beside them.

`.env` in the project's folder is read by the site, its commands and gunicorn alike;
what the environment itself says comes first. ENV_FILE names another file.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from environs import Env

BASE_DIR = Path(__file__).resolve().parents[2]

env = Env()
env.read_env(os.environ.get("ENV_FILE") or str(BASE_DIR / ".env"), recurse=False)

if __name__ == "__main__":
    # For the scripts in bin/: python -m directory.operations.environment PORT 8000
    name, default = sys.argv[1:]
    print(env.str(name, "") or default)  # noqa: T201
