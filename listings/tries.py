"""How often somebody has asked, without keeping who: a count and a daily hash."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import time
from collections import OrderedDict
from threading import Lock

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone

# What this process has taken: (of which span, tries so far, left of what was taken).
_taken: OrderedDict[str, tuple[int, int, int]] = OrderedDict()
_lock = Lock()
MOST_TAKEN = 10_000


def count(name: str, seconds: int) -> int:
    """Counts this try; how many there were in the span of `seconds` that runs now."""
    key = f"tries:{name}:{int(time.time()) // seconds}"
    tries = int(cache.get(key, 0)) + 1
    cache.set(key, tries, seconds)
    return tries


def count_ahead(name: str, seconds: int, ahead: int) -> int:
    """As count(), but this process takes `ahead` tries from the cache at a time: for
    what is asked often. What a process has not used counts until the span is over."""
    span = int(time.time()) // seconds
    with _lock:
        taken, tries, left = _taken.get(name, (span, 0, 0))
        if taken != span or not left:
            key = f"tries:{name}:{span}"
            tries, left = int(cache.get(key, 0)), ahead
            cache.set(key, tries + ahead, seconds)
        _taken[name] = (span, tries + 1, left - 1)
        _taken.move_to_end(name)
        while len(_taken) > MOST_TAKEN:
            _taken.popitem(last=False)
        return tries + 1


def seconds_left(seconds: int) -> int:
    """Until the next span begins."""
    return seconds - int(time.time()) % seconds


def address_of(request: HttpRequest) -> str | None:
    """Where the request is from; without a proxy in front nobody can say otherwise."""
    address: str = request.META.get("REMOTE_ADDR", "")
    if settings.HTTPS:
        # The proxy adds who asked it, last; what stands before is anybody's word.
        forwarded = request.headers.get("X-Forwarded-For", "")
        address = forwarded.rsplit(",", 1)[-1].strip() or address
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return None


def _half(address: str) -> str:
    """The network of an IPv6 address; an IPv4 address as it is."""
    try:
        found = ipaddress.IPv6Address(address)
    except ValueError:
        return address
    return str(found.ipv4_mapped or ipaddress.IPv6Network((int(found) >> 64 << 64, 64)))


def visitor(request: HttpRequest) -> str:
    """Today's keyed hash of where the request is from; no address is stored.

    Of an IPv6 address the first half: whoever has one has all that begin like it.
    """
    address = _half(address_of(request) or "")
    key = f"{settings.SECRET_KEY}{timezone.now().date()}".encode()
    return hmac.new(key, address.encode(), hashlib.sha256).hexdigest()[:24]
