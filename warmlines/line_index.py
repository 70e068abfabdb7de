"""Every public warmline in memory, by the states whose callers it may take.

A line is read again only when it changes, or the vocabulary; the index is built again
when published facts change.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from caching import content_version
from caching.memory_cache import MemoryCache
from warmlines.models import Warmline

# Whole lines, some 15 KB each.
_line_cache: MemoryCache[int, Warmline] = MemoryCache(2_000)
_index_cache: MemoryCache[str, WarmlineIndex] = MemoryCache(4)


@dataclass(frozen=True)
class WarmlineIndex:
    """All lines, those that somebody can call from any state, and those of no state."""

    lines: list[Warmline]
    everywhere: list[Warmline] = field(default_factory=list)
    unknown: list[Warmline] = field(default_factory=list)
    by_state: dict[str, list[Warmline]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for line in self.lines:
            if line.serves_everywhere:
                self.everywhere.append(line)
            elif not line.state_codes:
                self.unknown.append(line)
            else:
                for code in line.state_codes:
                    self.by_state.setdefault(code, []).append(line)

    def for_states(self, codes: Iterable[str]) -> list[Warmline]:
        """Lines that may take callers from one of the states, each once."""
        named = {
            line.pk: line for code in codes for line in self.by_state.get(code, ())
        }
        return [*self.everywhere, *self.unknown, *named.values()]


def warmline_index() -> WarmlineIndex:
    """The lines as this thread reads them now. Raises DatabaseError."""
    return _index_cache.get_or_set(
        "public", lambda: WarmlineIndex(_read_public_lines())
    )


def _read_all() -> list[Warmline]:
    now = content_version.read_state()
    revisions = Warmline.objects.public().revisions()
    stamps = {
        pk: (revision, now.version.global_changed_at, now.last_write)
        for pk, revision in revisions.items()
    }
    known = {pk: _line_cache.get(pk, stamp) for pk, stamp in stamps.items()}
    new = _read_lines([pk for pk, line in known.items() if line is None])
    for pk, warmline in new.items():
        _lines.set(pk, stamps[pk], warmline)
    found = (known[pk] or new.get(pk) for pk in stamps)
    return [line for line in found if line]


def _read_lines(pks: list[int]) -> dict[int, Warmline]:
    """Each with what grouping asks of it, found once for all who share it."""
    if not pks:
        return {}
    found: dict[int, Warmline] = Warmline.objects.for_cards().in_bulk(pks)
    for warmline in found.values():
        _known = warmline.group, warmline.state_codes
        _known_too = warmline.served_counties, warmline.whole_states
    return found
