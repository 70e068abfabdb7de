"""The organizations that run warmlines, found by the operator that a line names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from api.ids import derive_id
from caching.memory_cache import MemoryCache
from orgs.models import Organization
from warmlines.models import Warmline


@dataclass(frozen=True)
class OperatedLine:
    pk: int
    uuid: UUID
    operator: str
    is_public: bool


@dataclass
class Operators:
    """The organization of each warmline.

    Two lines belong to one organization if their operators have the same name and the
    lines serve the same states. It is a listed organization if exactly one of that name
    is located in that state.
    """

    # By the primary key of the line.
    organization_of: dict[int, UUID] = field(default_factory=dict)
    # The public lines of each organization.
    operated_lines: dict[UUID, list[UUID]] = field(default_factory=dict)
    # One line for each organization that has no listing of its own.
    representatives: set[UUID] = field(default_factory=set)

    @classmethod
    def current(cls) -> Operators:
        """Return the operators of the current content version; do not change them."""
        return _operators_cache.get_or_set("all", cls._load)

    @classmethod
    def _load(cls) -> Operators:
        rows = Warmline.objects.ever_published().order_by("pk")
        values: Iterable[tuple[int, UUID | None, str, str]] = rows.values_list(
            "pk", "uuid", "operator", "status"
        )
        lines = [
            OperatedLine(pk, uuid, operator, status in Warmline.PUBLIC_STATUSES)
            for pk, uuid, operator, status in values
            if uuid is not None
        ]
        states_served = _load_states_served()
        groups: dict[tuple[object, ...], list[OperatedLine]] = defaultdict(list)
        for line in lines:
            # A line without an operator is a group of its own.
            scope = states_served[line.pk] if line.operator else line.pk
            groups[line.operator, scope].append(line)
        listed = _load_listed_organizations(
            {line.operator for line in lines if line.operator}
        )
        found = cls()
        for key, group in groups.items():
            found._add(group, listed.get(key))
        return found

    def organization_id_of(self, line: int, uuid: UUID) -> UUID:
        """Return the id of a line's organization; for a line that was published since,
        its own."""
        return self.organization_of.get(line) or derive_id(uuid, "organization")

    def _add(self, group: list[OperatedLine], listed: UUID | None) -> None:
        # Prefer the oldest public line; take a closed one only if all have closed.
        representative = min(group, key=lambda line: (not line.is_public, line.pk))
        if listed is None:
            self.representatives.add(representative.uuid)
        organization = listed or derive_id(representative.uuid, "organization")
        for line in group:
            self.organization_of[line.pk] = organization
            if line.is_public:
                self.operated_lines.setdefault(organization, []).append(line.uuid)


_operators_cache: MemoryCache[str, Operators] = MemoryCache(2)


def _load_states_served() -> dict[int, tuple[str, ...]]:
    """Return the states that each line serves; no states if it names no place."""
    states_of: dict[int, set[str]] = defaultdict(set)
    through = Warmline.service_area.through._default_manager
    for pk, state in through.values_list("warmline_id", "place__state"):
        states_of[pk].add(state)
    states_served: dict[int, tuple[str, ...]] = defaultdict(tuple)
    states_served.update((pk, tuple(sorted(codes))) for pk, codes in states_of.items())
    return states_served


def _load_listed_organizations(names: Iterable[str]) -> dict[tuple[object, ...], UUID]:
    """Return {(name, states): organization} for names that are unique in a state."""
    rows = Organization.objects.public().with_names(names)
    found: dict[tuple[object, ...], list[UUID]] = defaultdict(list)
    for uuid, name, state in rows.values_list("uuid", "name", "state"):
        found[name, (state,)].append(uuid)
    return {key: uuids[0] for key, uuids in found.items() if len(uuids) == 1}
