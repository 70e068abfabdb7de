"""Health check of the container: fails unless the site answers. Needs no Django."""

from __future__ import annotations

import os
import urllib.request


def main() -> None:
    """Request /healthz with one of the site's host names. Raises URLError."""
    name = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip(" .*")
    request = urllib.request.Request(
        f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/healthz",
        headers={"Host": name or "127.0.0.1"},
    )
    with urllib.request.urlopen(request, timeout=4):  # noqa: S310
        pass


if __name__ == "__main__":
    main()
