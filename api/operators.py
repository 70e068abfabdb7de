"""Who runs which warmline: the organizations that lines make known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from api.ids import turned
from caching.memory_cache import MemoryCache
from orgs.models import Organization
from warmlines.models import Warmline


@dataclass(frozen=True)
class Line:
    pk: int
    uuid: UUID
    operator: str
    is_public: bool


@dataclass
class Operators:
    """Lines of one operator are one organization only where that is safe to say:
    the operator has the same name, and the lines serve the same states. It is a
    listed organization where just one of that name stands in that state."""

    # By the line's key in the database.
    organization_of: dict[int, UUID] = field(default_factory=dict)
    # The public lines of each organization.
    lines_of: dict[UUID, list[UUID]] = field(default_factory=dict)
    # The lines that stand for an organization which has no listing of its own.
    leaders: set[UUID] = field(default_factory=set)

    @classmethod
    def now(cls) -> Operators:
        """As the database has it; made once a version, and changed by nobody."""
        return _operators.get_or_set("all", cls._read)

    @classmethod
    def _read(cls) -> Operators:
        rows = Warmline.objects.told().order_by("pk")
        told: Iterable[tuple[int, UUID | None, str, str]] = rows.values_list(
            "pk", "uuid", "operator", "status"
        )
        lines = [
            Line(pk, uuid, operator, status in Warmline.PUBLIC_STATES)
            for pk, uuid, operator, status in told
            if uuid is not None
        ]
        homes = _homes()
        groups: dict[tuple[object, ...], list[Line]] = defaultdict(list)
        for line in lines:
            home = homes[line.pk] if line.operator else line.pk
            groups[line.operator, home].append(line)
        listed = _listed({line.operator for line in lines if line.operator})
        found = cls()
        for same, group in groups.items():
            found._add(group, listed.get(same))
        return found

    def of(self, line: int, uuid: UUID) -> UUID:
        """The organization of a line; its own of one that was published since."""
        return self.organization_of.get(line) or turned(uuid, "organization")

    def _add(self, group: list[Line], listed: UUID | None) -> None:
        # The oldest of them; one that has closed only where all have.
        leader = min(group, key=lambda line: (not line.is_public, line.pk))
        if listed is None:
            self.leaders.add(leader.uuid)
        organization = listed or turned(leader.uuid, "organization")
        for line in group:
            self.organization_of[line.pk] = organization
            if line.is_public:
                self.lines_of.setdefault(organization, []).append(line.uuid)


_operators: MemoryCache[str, Operators] = MemoryCache(2)


def _homes() -> dict[int, tuple[str, ...]]:
    """The states that each line serves; none for a line that names no place."""
    states: dict[int, set[str]] = defaultdict(set)
    through = Warmline.serves.through._default_manager
    for pk, state in through.values_list("warmline_id", "place__state"):
        states[pk].add(state)
    homes: dict[int, tuple[str, ...]] = defaultdict(tuple)
    homes.update((pk, tuple(sorted(codes))) for pk, codes in states.items())
    return homes


def _listed(names: Iterable[str]) -> dict[tuple[object, ...], UUID]:
    """The one public listing of each name in each state, by what groups lines."""
    rows = Organization.objects.public().named(names)
    found: dict[tuple[object, ...], list[UUID]] = defaultdict(list)
    for uuid, name, state in rows.values_list("uuid", "name", "state"):
        found[name, (state,)].append(uuid)
    return {same: uuids[0] for same, uuids in found.items() if len(uuids) == 1}
