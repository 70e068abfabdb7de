"""The shared cache on Redis or Valkey, which may be away without anybody noticing."""

from __future__ import annotations

from time import monotonic
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

# Seconds: it is in the next room; and how long it is left alone after a failure.
TIMEOUT = 0.5
PAUSE = 5.0


class ForgivingRedis(RedisCache):
    """While the server is away each worker counts by itself, in its memory.

    Limits are then looser by the number of workers. Nothing else is in this cache.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        # The library would try again for seconds, with somebody waiting.
        patience = {"socket_timeout": TIMEOUT, "retry": Retry(NoBackoff(), 0)}
        options = {**patience, **params.get("OPTIONS", {})}
        super().__init__(server, {**params, "OPTIONS": options})
        self._here = LocMemCache(server, {})
        self._away_until = 0.0

    def get(self, *args: Any, **options: Any) -> Any:
        return self._ask("get", *args, **options)

    def set(self, *args: Any, **options: Any) -> Any:
        return self._ask("set", *args, **options)

    def _ask(self, name: str, *args: Any, **options: Any) -> Any:
        if monotonic() > self._away_until:
            try:
                return getattr(super(), name)(*args, **options)
            except RedisError:
                self._away_until = monotonic() + PAUSE
        return getattr(self._here, name)(*args, **options)
