"""How often somebody has asked, without keeping who: a count and a daily hash."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone


def count(name: str, seconds: int) -> int:
    """Counts this try; how many there were in the span of `seconds` that runs now."""
    key = f"tries:{name}:{int(time.time()) // seconds}"
    tries = int(cache.get(key, 0)) + 1
    cache.set(key, tries, seconds)
    return tries


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


def visitor(request: HttpRequest) -> str:
    """Today's keyed hash of where the request is from; no address is stored."""
    address = address_of(request) or ""
    key = f"{settings.SECRET_KEY}{timezone.now().date()}".encode()
    return hmac.new(key, address.encode(), hashlib.sha256).hexdigest()[:24]
