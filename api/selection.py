"""Select the listings of an API response, page by page, over both catalogs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self, TypeVar
from uuid import UUID

from django.db.models import Value

from api.hsds import MappingContext, organization_id
from api.ids import derive_id
from api.operators import Operators
from api.taxonomies import KIND_TAXONOMY
from api.types import AnyListing
from caching.memory_cache import MemoryCache
from listings.querysets import ListingQuerySet
from orgs.models import Organization, OrganizationQuerySet
from places.geo import Point
from places.models import Place
from warmlines.models import Warmline, WarmlineQuerySet

QuerySetT = TypeVar("QuerySetT", bound=ListingQuerySet[Any])

# The number of listings in memory at once while a response is streamed.
BATCH_SIZE = 200
# The number of rows of a list without criteria, by its cache key.
_count_cache: MemoryCache[str, int] = MemoryCache(10)


@dataclass(frozen=True)
class ListCriteria:
    """What to select; every field that is set narrows the selection."""

    search: str = ""
    modified_after: datetime | None = None
    after: UUID | None = None
    # The kind and slug of each term; the slug "" means any term of that vocabulary.
    terms: tuple[tuple[str, str], ...] = ()
    # True if a requested term or place does not exist.
    matches_nothing: bool = False
    organization: UUID | None = None
    serving: Place | None = None
    near: tuple[Point, float] | None = None

    @property
    def depends_on_facts(self) -> bool:
        """Tell whether being in the response reveals facts of a listing."""
        return bool(self.search or self.terms or self.serving or self.near)


@dataclass(frozen=True)
class MinimalRow:
    uuid: UUID
    pk: int
    changed_at: datetime
    is_line: bool


@dataclass(frozen=True)
class ListingSet:
    """Listings of both catalogs as one series, in the order of their UUIDs.

    That order never changes, so a client that continues after an id gets each row once,
    even if rows are added and removed in between.
    """

    organizations: OrganizationQuerySet
    warmlines: WarmlineQuerySet
    # The key under which to cache the count; "" if criteria narrow the set.
    cache_key: str = ""

    @classmethod
    def matching(cls, criteria: ListCriteria, name: str = "") -> Self:
        """Return the public listings, and with `modified_after` also those that have
        closed since."""
        return cls(
            _apply_criteria(Organization.objects.all(), criteria),
            _apply_criteria(Warmline.objects.all(), criteria),
            name if criteria == ListCriteria() else "",
        )

    def count(self) -> int:
        return (
            _count_cache.get_or_set(self.cache_key, self._counted)
            if self.cache_key
            else self._counted()
        )

    def _counted(self) -> int:
        return int(self._keys().count())

    def page(self, *, limit: int, offset: int = 0) -> list[AnyListing]:
        keys = self._keys("uuid", "is_line")[offset : offset + limit]
        # A row with an unreadable UUID cannot have an id in the response.
        return load_listings([(uuid, bool(is_line)) for uuid, is_line in keys if uuid])

    def minimal_rows(self, *, limit: int, offset: int = 0) -> list[MinimalRow]:
        """Return a page with only the ids and times of the rows."""
        keys = self._keys("uuid", "pk", "changed_at", "is_line")
        return [MinimalRow(*key) for key in keys[offset : offset + limit] if key[0]]

    def batches(self) -> Iterator[list[AnyListing]]:
        """Yield all listings in batches; those added before the current UUID are left
        out."""
        rows = self
        while found := rows.page(limit=BATCH_SIZE):
            yield found
            rows = rows.after_uuid(found[-1].uuid)

    def after_uuid(self, uuid: UUID) -> ListingSet:
        return ListingSet(self.organizations.after(uuid), self.warmlines.after(uuid))

    def _keys(self, *names: str) -> Any:
        organizations, warmlines = (
            rows.order_by()
            .annotate(is_line=Value(is_line))
            .values_list(*(names or ("uuid",)))
            for rows, is_line in ((self.organizations, False), (self.warmlines, True))
        )
        return organizations.union(warmlines, all=True).order_by("uuid")


def select_services(criteria: ListCriteria, operators: Operators) -> ListingSet:
    rows = ListingSet.matching(criteria, "services")
    if criteria.organization is None:
        return rows
    lines = operators.operated_lines.get(criteria.organization, [])
    return ListingSet(
        rows.organizations.with_uuids([criteria.organization]),
        rows.warmlines.with_uuids(lines),
    )


def select_organizations(criteria: ListCriteria, operators: Operators) -> ListingSet:
    """Select listed organizations, and a line for each operator without a listing."""
    rows = ListingSet.matching(criteria, "organizations")
    representatives = rows.warmlines.with_uuids(operators.representatives)
    return replace(rows, warmlines=representatives)


def select_services_at_locations(
    criteria: ListCriteria, _operators: Operators
) -> ListingSet:
    rows = ListingSet.matching(criteria)
    organizations = rows.organizations.with_known_location()
    if criteria.organization is not None:
        organizations = organizations.with_uuids([criteria.organization])
    if criteria.near is not None:
        point, miles = criteria.near
        organizations = organizations.within(point, miles=miles)
    return ListingSet(organizations, Warmline.objects.none())


def _apply_criteria(rows: QuerySetT, criteria: ListCriteria) -> QuerySetT:
    if criteria.matches_nothing:
        return rows.none()
    # Drafts are never included. Closed listings are included only in a list of changes
    # that no fact narrows: their facts are no longer public, and a search by facts
    # would reveal them.
    includes_closed = criteria.modified_after and not criteria.depends_on_facts
    rows = rows.ever_published() if includes_closed else rows.public()
    if criteria.modified_after:
        rows = rows.changed_since(criteria.modified_after)
    if criteria.after:
        rows = rows.after(criteria.after)
    if criteria.search:
        rows = rows.matching(criteria.search)
    if criteria.serving:
        rows = rows.serving(criteria.serving)
    for kind, slug in criteria.terms:
        rows = _filter_by_term(rows, kind, slug)
    return rows


def _filter_by_term(rows: QuerySetT, kind: str, slug: str) -> QuerySetT:
    if kind != KIND_TAXONOMY:
        return (
            rows.with_any_term(kind, [slug])
            if slug
            else rows.with_any_term_of_kind(kind)
        )
    if not isinstance(rows, OrganizationQuerySet):
        return rows.none()
    return rows.of_kinds([slug]) if slug else rows


def load_listings(keys: list[tuple[UUID, bool]]) -> list[AnyListing]:
    """Return the listings of these (UUID, is a line) pairs, in this order, with related
    rows; leave out those that have become drafts since."""
    lines = [uuid for uuid, is_line in keys if is_line]
    others = [uuid for uuid, is_line in keys if not is_line]
    rows: list[AnyListing] = []
    if others:
        organizations = (
            Organization.objects.ever_published().with_uuids(others).for_cards()
        )
        rows += organizations.select_related("county")
    if lines:
        rows += Warmline.objects.ever_published().with_uuids(lines).for_cards()
    found = {row.uuid: row for row in rows}
    return [found[uuid] for uuid, _is_line in keys if uuid in found]


def with_operated_lines(
    rows: list[AnyListing], context: MappingContext
) -> MappingContext:
    """Return the context with the lines that the organizations of these rows run."""
    operated_lines = context.operators.operated_lines
    ids = {organization_id(row, context) for row in rows}
    wanted = {line: id_ for id_ in ids for line in operated_lines.get(id_, [])}
    lines: dict[UUID, list[Warmline]] = {}
    for line in load_listings([(uuid, True) for uuid in sorted(wanted)]):
        # The cached operators may be older than the lines.
        if isinstance(line, Warmline) and line.is_public:
            lines.setdefault(wanted[line.uuid], []).append(line)
    return replace(context, lines=lines)


# Find one by its id ------------------------------------------------------------


def find_service(id_: UUID) -> AnyListing | None:
    """Return the public or closed listing of a service id, or None."""
    return _find_by_uuid(Organization, derive_id(id_, "service")) or _find_by_uuid(
        Warmline, id_
    )


def find_organization(id_: UUID) -> AnyListing | None:
    line = derive_id(id_, "organization")
    return _find_by_uuid(Organization, id_) or _find_by_uuid(Warmline, line)


def find_service_at_location(id_: UUID) -> AnyListing | None:
    return _find_by_uuid(Organization, derive_id(id_, "service_at_location"))


def _find_by_uuid(
    model: type[Organization] | type[Warmline], uuid: UUID
) -> AnyListing | None:
    rows = model.objects.ever_published().with_uuids([uuid]).for_cards()
    related = ("county",) if model is Organization else ()
    return (rows.select_related(*related) if related else rows).first()
