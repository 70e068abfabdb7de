"""Does the site in this container answer? For its health check, without Django."""

from __future__ import annotations

import os
import urllib.request


def main() -> None:
    """Asks by a name that the site knows, on the port that it listens on."""
    name = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip(" .*")
    request = urllib.request.Request(
        f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/healthz",
        headers={"Host": name or "127.0.0.1"},
    )
    with urllib.request.urlopen(request, timeout=4):  # noqa: S310
        pass


if __name__ == "__main__":
    main()
