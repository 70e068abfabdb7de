"""How often somebody has asked, without keeping who: a count and a daily hash."""

from __future__ import annotations

import hashlib
import hmac
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


def visitor(request: HttpRequest) -> str:
    """Today's keyed hash of where the request is from; no address is stored."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.HTTPS:
        # The proxy in front adds who asked it, last.
        forwarded = request.headers.get("X-Forwarded-For", "")
        address = forwarded.rsplit(",", 1)[-1].strip() or address
    key = f"{settings.SECRET_KEY}{timezone.now().date()}".encode()
    return hmac.new(key, address.encode(), hashlib.sha256).hexdigest()[:24]
