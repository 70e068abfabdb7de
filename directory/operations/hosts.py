"""Host names and addresses of this machine, for a site without a proxy."""

from __future__ import annotations

import socket

LOCAL_NAMES = ("127.0.0.1", "localhost", "[::1]")
ANY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104  # compared with, not bound to
# Addresses reserved for documentation (RFC 5737, RFC 3849). Connecting a UDP socket
# sends nothing, but shows which of this machine's addresses it would send from.
PROBE_ADDRESSES = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))


def bracket_ipv6(address: str) -> str:
    """Put an IPv6 address in brackets, as in URLs: "[::1]" for "::1"."""
    return f"[{address}]" if ":" in address else address


def local_url(bind: str, port: str) -> str:
    """The URL of the site for a browser on this machine."""
    host = "127.0.0.1" if bind in ANY_ADDRESS else bracket_ipv6(bind)
    return f"http://{host}:{port}"


def machine_hostnames(bind: str) -> list[str]:
    """Host names under which other machines can reach a site that listens on `bind`.

    Nothing is sent over the network, and no name server is queried.
    """
    if bind not in ANY_ADDRESS:
        return [] if bracket_ipv6(bind) in LOCAL_NAMES else [bracket_ipv6(bind)]
    name = socket.gethostname().lower()
    found = [name, f"{name}.local", *map(bracket_ipv6, _machine_addresses())]
    return [one for one in dict.fromkeys(found) if one and one not in LOCAL_NAMES]


def _machine_addresses() -> list[str]:
    found = []
    for family, elsewhere in PROBE_ADDRESSES:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((elsewhere, 9))
            except OSError:
                continue
            found.append(str(probe.getsockname()[0]))
    return found
