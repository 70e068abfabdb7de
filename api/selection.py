"""Which listings an answer tells of, page by page, over both catalogues."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self, TypeVar
from uuid import UUID

from django.db.models import Value

from api.hsds import Frame, organization_id
from api.ids import turned
from api.operators import Operators
from api.taxonomies import KIND
from caching.memory_cache import MemoryCache
from listings.querysets import ListingQuerySet
from orgs.models import Organization, OrganizationQuerySet
from places.geo import Point
from places.models import Place
from warmlines.models import Warmline, WarmlineQuerySet

RowsT = TypeVar("RowsT", bound=ListingQuerySet[Any])

# So many listings are in memory at once while a stream goes out.
BATCH = 200
# How many there are of what is asked for without any wish.
_totals: MemoryCache[str, int] = MemoryCache(10)


@dataclass(frozen=True)
class Wish:
    """What is asked for; every part that is set narrows the answer."""

    search: str = ""
    modified_after: datetime | None = None
    after: UUID | None = None
    # The kind and slug of a term; a kind with "" is any term of that vocabulary.
    terms: tuple[tuple[str, str], ...] = ()
    # Nothing has a term or an organization that does not exist.
    impossible: bool = False
    organization: UUID | None = None
    serving: Place | None = None
    near: tuple[Point, float] | None = None

    @property
    def asks_for_facts(self) -> bool:
        """Does who is in the answer say what a listing's facts are?"""
        return bool(self.search or self.terms or self.serving or self.near)


@dataclass(frozen=True)
class Stamp:
    uuid: UUID
    pk: int
    changed_at: datetime
    is_line: bool


@dataclass(frozen=True)
class Rows:
    """Rows of both catalogues as one series, in the order of their UUIDs.

    That order never changes, so that going on after an id meets each row once,
    whatever comes and goes meanwhile.
    """

    organizations: OrganizationQuerySet
    warmlines: WarmlineQuerySet
    # What the whole of a catalogue is called; "" for a part of one.
    whole: str = ""

    @classmethod
    def of(cls, wish: Wish, name: str = "") -> Self:
        """Public listings; with `modified_after` those that have closed since, too."""
        return cls(
            _narrowed(Organization.objects.all(), wish),
            _narrowed(Warmline.objects.all(), wish),
            name if wish == Wish() else "",
        )

    def count(self) -> int:
        return (
            _totals.get_or_set(self.whole, self._counted)
            if self.whole
            else self._counted()
        )

    def _counted(self) -> int:
        return int(self._keys().count())

    def page(self, *, limit: int, offset: int = 0) -> list[Any]:
        keys = self._keys("uuid", "is_line")[offset : offset + limit]
        # A row whose UUID is unreadable has no id to be told by.
        return loaded([(uuid, bool(is_line)) for uuid, is_line in keys if uuid])

    def stamps(self, *, limit: int, offset: int = 0) -> list[Stamp]:
        """A page of as little as can be said of each row."""
        keys = self._keys("uuid", "pk", "changed_at", "is_line")
        return [Stamp(*key) for key in keys[offset : offset + limit] if key[0]]

    def batches(self) -> Iterator[list[Any]]:
        """All of them, some at a time; what is added behind is left out."""
        rows = self
        while found := rows.page(limit=BATCH):
            yield found
            rows = rows.beyond(found[-1].uuid)

    def beyond(self, uuid: UUID) -> Rows:
        return Rows(self.organizations.after(uuid), self.warmlines.after(uuid))

    def _keys(self, *names: str) -> Any:
        one, other = (
            rows.order_by()
            .annotate(is_line=Value(is_line))
            .values_list(*(names or ("uuid",)))
            for rows, is_line in ((self.organizations, False), (self.warmlines, True))
        )
        return one.union(other, all=True).order_by("uuid")


def service_rows(wish: Wish, operators: Operators) -> Rows:
    rows = Rows.of(wish, "services")
    if wish.organization is None:
        return rows
    lines = operators.lines_of.get(wish.organization, [])
    return Rows(
        rows.organizations.among([wish.organization]), rows.warmlines.among(lines)
    )


def organization_rows(wish: Wish, operators: Operators) -> Rows:
    """Listed organizations, and the lines that stand for one that is not."""
    rows = Rows.of(wish, "organizations")
    leaders = rows.warmlines.among(operators.leaders)
    return replace(rows, warmlines=leaders)


def service_at_location_rows(wish: Wish, _operators: Operators) -> Rows:
    rows = Rows.of(wish)
    organizations = rows.organizations.with_location()
    if wish.organization is not None:
        organizations = organizations.among([wish.organization])
    if wish.near is not None:
        point, miles = wish.near
        organizations = organizations.within(point, miles=miles)
    return Rows(organizations, Warmline.objects.none())


def _narrowed(rows: RowsT, wish: Wish) -> RowsT:
    if wish.impossible:
        return rows.none()
    # Drafts never. Closed ones only where somebody asks what has changed, and never by
    # their facts: these are told no longer, so nobody may find them by trying.
    sees_closed = wish.modified_after and not wish.asks_for_facts
    rows = rows.told() if sees_closed else rows.public()
    if wish.modified_after:
        rows = rows.changed_since(wish.modified_after)
    if wish.after:
        rows = rows.after(wish.after)
    if wish.search:
        rows = rows.matching(wish.search)
    if wish.serving:
        rows = rows.serving(wish.serving)
    for kind, slug in wish.terms:
        rows = _with_term(rows, kind, slug)
    return rows


def _with_term(rows: RowsT, kind: str, slug: str) -> RowsT:
    if kind != KIND:
        return rows.with_any(kind, [slug]) if slug else rows.with_terms_of(kind)
    if not isinstance(rows, OrganizationQuerySet):
        return rows.none()
    return rows.of_kinds([slug]) if slug else rows


def loaded(keys: list[tuple[UUID, bool]]) -> list[Any]:
    """The listings with these UUIDs, each a line or not, in this order and with all
    that is told of them; without what has become a draft since."""
    lines = [uuid for uuid, is_line in keys if is_line]
    others = [uuid for uuid, is_line in keys if not is_line]
    rows: list[Any] = []
    if others:
        organizations = Organization.objects.told().among(others).for_cards()
        rows += organizations.select_related("county")
    if lines:
        rows += Warmline.objects.told().among(lines).for_cards()
    found = {row.uuid: row for row in rows}
    return [found[uuid] for uuid, _is_line in keys if uuid in found]


def framed(rows: list[Any], frame: Frame) -> Frame:
    """The frame with the lines that the organizations among these rows run."""
    lines_of = frame.operators.lines_of
    ids = {organization_id(row, frame) for row in rows}
    wanted = {line: id_ for id_ in ids for line in lines_of.get(id_, [])}
    lines: dict[UUID, list[Warmline]] = {}
    for line in loaded([(uuid, True) for uuid in sorted(wanted)]):
        # The operators may be older than the lines.
        if line.is_public:
            lines.setdefault(wanted[line.uuid], []).append(line)
    return replace(frame, lines=lines)


# One thing by its id ------------------------------------------------------------


def one_service(id_: UUID) -> Any:
    """The listing, public or closed, of a service's id; None where there is none."""
    return _first(Organization, turned(id_, "service")) or _first(Warmline, id_)


def one_organization(id_: UUID) -> Any:
    line = turned(id_, "organization")
    return _first(Organization, id_) or _first(Warmline, line)


def one_service_at_location(id_: UUID) -> Any:
    return _first(Organization, turned(id_, "service_at_location"))


def _first(model: Any, uuid: UUID) -> Any:
    rows = model.objects.told().among([uuid]).for_cards()
    related = ("county",) if model is Organization else ()
    return (rows.select_related(*related) if related else rows).first()
