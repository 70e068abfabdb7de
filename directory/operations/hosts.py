"""Names and addresses of this machine, for a site that is served without a proxy."""

from __future__ import annotations

import socket

LOCAL_NAMES = ("127.0.0.1", "localhost", "[::1]")
ANY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104  # compared with, not bound to
# Addresses for documentation (RFC 5737, RFC 3849): a UDP socket sends nothing when it
# connects, but then knows which of its own addresses it would send from.
ELSEWHERE = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))


def bracketed(address: str) -> str:
    """ "[::1]" for "::1", as addresses on the web write it."""
    return f"[{address}]" if ":" in address else address


def own_address(bind: str, port: str) -> str:
    """Where a browser on this machine finds the site."""
    host = "127.0.0.1" if bind in ANY_ADDRESS else bracketed(bind)
    return f"http://{host}:{port}"


def names_of_machine(bind: str) -> list[str]:
    """By what other machines can ask for a site that listens on `bind`.

    None of them is sent anywhere, and no name server is asked.
    """
    if bind not in ANY_ADDRESS:
        return [] if bracketed(bind) in LOCAL_NAMES else [bracketed(bind)]
    name = socket.gethostname().lower()
    found = [name, f"{name}.local", *map(bracketed, _addresses())]
    return [one for one in dict.fromkeys(found) if one and one not in LOCAL_NAMES]


def _addresses() -> list[str]:
    found = []
    for family, elsewhere in ELSEWHERE:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((elsewhere, 9))
            except OSError:
                continue
            found.append(str(probe.getsockname()[0]))
    return found
