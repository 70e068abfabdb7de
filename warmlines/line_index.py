"""Every public warmline in memory, by the states whose callers it may accept.

The index is rebuilt when published facts change. A line is read again only if it has
changed itself, or the vocabulary has.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from caching import content_version
from caching.memory_cache import MemoryCache
from warmlines.models import Warmline

# A line needs about 15 KB.
_line_cache: MemoryCache[int, Warmline] = MemoryCache(2_000)
_index_cache: MemoryCache[str, WarmlineIndex] = MemoryCache(4)


@dataclass(frozen=True)
class WarmlineIndex:
    """All lines, and the same lines by the states that they serve."""

    lines: list[Warmline]
    everywhere: list[Warmline] = field(default_factory=list)
    unknown: list[Warmline] = field(default_factory=list)
    by_state: dict[str, list[Warmline]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for line in self.lines:
            if line.is_nationwide:
                self.everywhere.append(line)
            elif not line.state_codes:
                self.unknown.append(line)
            else:
                for code in line.state_codes:
                    self.by_state.setdefault(code, []).append(line)

    def for_states(self, codes: Iterable[str]) -> list[Warmline]:
        """Return each line once that may accept callers from one of the states."""
        named = {
            line.pk: line for code in codes for line in self.by_state.get(code, ())
        }
        return [*self.everywhere, *self.unknown, *named.values()]


def warmline_index() -> WarmlineIndex:
    """Return the current index. Raises DatabaseError."""
    return _index_cache.get_or_set(
        "public", lambda: WarmlineIndex(_read_public_lines())
    )


def _read_public_lines() -> list[Warmline]:
    now = content_version.read_state()
    revisions = Warmline.objects.public().revisions()
    revision_keys = {
        pk: (revision, now.version.global_changed_at, now.last_write)
        for pk, revision in revisions.items()
    }
    known = {
        pk: _line_cache.get(pk, revision_key)
        for pk, revision_key in revision_keys.items()
    }
    new = _read_lines([pk for pk, line in known.items() if line is None])
    for pk, warmline in new.items():
        _line_cache.set(pk, revision_keys[pk], warmline)
    found = (known[pk] or new.get(pk) for pk in revision_keys)
    return [line for line in found if line]


def _read_lines(pks: list[int]) -> dict[int, Warmline]:
    """Read lines and fill their cached properties, which all requests share."""
    if not pks:
        return {}
    found: dict[int, Warmline] = Warmline.objects.for_cards().in_bulk(pks)
    for warmline in found.values():
        _cached = warmline.group, warmline.state_codes
        _cached_too = warmline.served_counties, warmline.whole_states
    return found
