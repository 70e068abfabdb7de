"""Environment variables, including those in the file `.env` of the project's folder.

The site, its commands and gunicorn all read `.env`. Variables of the environment itself
take precedence. ENV_FILE names another file.
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
    # For the shell scripts: python -m directory.operations.environment PORT 8000
    name, default = sys.argv[1:]
    print(env.str(name, "") or default)  # noqa: T201
