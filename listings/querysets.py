"""The questions asked of every catalogue, by name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Self, TypeVar
from uuid import UUID

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Window

from caching.unreadable_values import PLACEHOLDER_DATETIME
from listings.text_search import IN_NAME, relevance, saying, searched
from places.gazetteer import gazetteer
from places.models import Place
from places.nearest import SearchHit

ListingT = TypeVar("ListingT", bound=models.Model)

# How surely a listing serves a place; smaller is surer.
SERVES_COUNTY, SERVES_STATE, SERVES_NATION, AREA_UNKNOWN = range(4)

# How a listing without a source's key stands in files.
UUID_KEY = re.compile(r"uuid:[0-9a-f-]{36}")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UUID_TEXT = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def areas_of(place: Place) -> tuple[list[int], list[int]]:
    """The numbers of the counties that the place lies in, and of its states."""
    if place.is_state:
        return [], [place.pk]
    return list(place.county_ids), [state_number(c) for c in place.state_codes]


class TermQuerySet(models.QuerySet[Any]):
    def of(self, kind: str) -> Self:
        return self.filter(kind=kind)


def state_number(code: str) -> int:
    """The number of a state's row in the gazetteer; 0 is no row."""
    return gazetteer().states.get(code, 0)


def revision(changed_at: datetime | None) -> int:
    """The moment of a row's last change as a number: microseconds since 1970."""
    return ((changed_at or PLACEHOLDER_DATETIME) - EPOCH) // timedelta(microseconds=1)


def _hit(row: tuple[Any, ...]) -> SearchHit:
    return SearchHit(row[0], coverage=row[1] if len(row) > 1 else None)


class ListingQuerySet(models.QuerySet[ListingT]):
    def public(self) -> Self:
        """What a visitor may see: published, or closed for a time."""
        return self.filter(status__in=self.model.PUBLIC_STATES)  # type: ignore[attr-defined]

    def told(self) -> Self:
        """What was ever told to other people's systems: all but drafts."""
        return self.filter(status__in=[*self.model.PUBLIC_STATES, "closed"])  # type: ignore[attr-defined]

    def at_address(self, slug: str) -> ListingT | None:
        """The row whose page has this address: its slug, or else its UUID."""
        found = self.filter(slug=slug).first()
        if found is None and UUID_TEXT.fullmatch(slug):
            found = self.filter(uuid=slug).first()
        is_there = found is not None and found.address_slug == slug  # type: ignore[attr-defined]
        return found if is_there else None

    def among(self, uuids: Iterable[UUID]) -> Self:
        return self.filter(uuid__in=list(uuids))

    def after(self, uuid: UUID) -> Self:
        """Beyond this one, in the order of the UUIDs."""
        return self.filter(uuid__gt=uuid)

    def changed_since(self, moment: datetime) -> Self:
        return self.filter(changed_at__gte=moment)

    def in_states(self, codes: Iterable[str]) -> Self:
        """That belong to these states: here, by where they serve."""
        through = self._through("service_area").filter(place__state__in=list(codes))
        return self.filter(Exists(through))

    def due_for_check(self, on: date) -> Self:
        """Public, and never checked or due again by then; longest due first."""
        due = Q(check_due_on=None) | Q(check_due_on__lte=on)
        order = F("check_due_on").asc(nulls_first=True)
        return self.public().filter(due).order_by(order, "source_seen", "slug")

    def without_contact(self) -> Self:
        empty = dict.fromkeys(self.model.CONTACT_FIELDS, "")  # type: ignore[attr-defined]
        return self.exclude(status="closed").filter(**empty).order_by("slug")

    def without_point(self) -> Self:
        """Whose place on the map is missing or rough; lines have no place."""
        return self.none()

    def for_cards(self) -> Self:
        """With all that a card shows, in a fixed number of queries."""
        return self.prefetch_related("terms", "service_area")

    def revisions(self, pks: Iterable[int] | None = None) -> dict[int, int]:
        """The revision of each row, which is new with every change of its facts."""
        rows = self if pks is None else self.filter(pk__in=list(pks))
        moments = rows.order_by().values_list("pk", "changed_at")
        return {pk: revision(changed_at) for pk, changed_at in moments}

    def for_files(self) -> Self:
        """With all that a row of a file tells, in an order that stays."""
        return self.prefetch_related("terms", "service_area").order_by("slug")

    def of_file_keys(self, keys: Iterable[str]) -> Self:
        """That files know by these: a source's key, else "uuid:…"."""
        wanted = set(keys)
        uuids = {k.removeprefix("uuid:") for k in wanted if UUID_KEY.fullmatch(k)}
        return self.filter(Q(key__in=wanted - {""}) | Q(key="", uuid__in=uuids))

    def by_name(self) -> Self:
        return self.order_by("sort_name", "slug")

    def with_any(self, kind: str, slugs: Iterable[str]) -> Self:
        """Carrying at least one of these terms of one vocabulary."""
        terms = self._terms().filter(term__kind=kind, term__slug__in=list(slugs))
        return self.filter(Exists(terms))

    def with_terms_of(self, kind: str) -> Self:
        """Carrying any term of one vocabulary."""
        return self.filter(Exists(self._terms().filter(term__kind=kind)))

    def matching(self, words: str) -> Self:
        """Every word begins a word of the name, town, summary or a term's label."""
        if not words.strip():
            return self
        # Of letters that no listing is compared by, nothing would be left to look for.
        return self.filter(saying(self, words)) if searched(words) else self.none()

    def naming(self, words: str) -> Self:
        """Whose name has every word; no words name nothing."""
        first = relevance(words)
        if first is None:
            return self.none()
        ranked = self.matching(words).annotate(said_in=first)
        return ranked.filter(said_in=IN_NAME).by_name()

    def carrying(self, terms: Iterable[int]) -> Exists:
        """The condition of carrying one of these terms, by number."""
        return Exists(self._terms().filter(term_id__in=list(terms)))

    def by_relevance(self, words: str) -> Self:
        """Those first whose name has the words; then by name."""
        first = relevance(words)
        return self.order_by(*([first] if first else []), "sort_name", "slug")

    def ranked_by_words(self, words: str) -> dict[int, int]:
        """Where each row that matches says the words: IN_NAME or ELSEWHERE."""
        first = relevance(words)
        if first is None:
            return {}
        ranked = self.matching(words).order_by().annotate(said_in=first)
        return dict(ranked.values_list("pk", "said_in"))

    def page(
        self, *, limit: int, offset: int, total: int | None = None
    ) -> tuple[list[SearchHit], int]:
        """Some rows and how many there are in all, in one query.

        Where the total is known, an index may lead to the rows.
        """
        if total is not None:
            some = self.values_list(*self._hit_fields())[offset : offset + limit]
            return [_hit(row) for row in some], total
        counted = self.annotate(rows_in_all=Window(models.Count("*")))
        rows = counted.values_list(*self._hit_fields(), "rows_in_all")
        found = list(rows[offset : offset + limit])
        if found or not offset:
            return [_hit(row[:-1]) for row in found], found[0][-1] if found else 0
        return [], self.count()

    def hits(self) -> list[SearchHit]:
        return [_hit(row) for row in self.values_list(*self._hit_fields())]

    def _hit_fields(self) -> list[str]:
        return ["pk", *({"coverage"} & self.query.annotations.keys())]

    def licence_counts(self) -> models.QuerySet[Any, Any]:
        """(licence of the source, how many of these listings name it)."""
        named = self.order_by().values_list("source_license")
        return named.annotate(models.Count("pk"))  # type: ignore[no-any-return]

    def naming_state(self, code: str) -> Self:
        """Whose service area names the state, or a county of it."""
        through = self._through("service_area").filter(place__state=code)
        return self.filter(Exists(through))

    def serving(self, place: Place) -> Self:
        """Whose service area covers the place, by name or as nationwide."""
        return self.filter(self._naming(place) | Q(service_area_scope="nationwide"))

    def _naming(self, place: Place) -> Q:
        """The condition of naming the place's county or state as served."""
        county, state = areas_of(place)
        return self._naming_any([*county, *state])

    def _naming_any(self, places: Iterable[int]) -> Q:
        """As a list of numbers: asking each row whether it does reads every row."""
        mine = f"{self.model._meta.model_name}_id"
        through = self.model.service_area.through._default_manager  # type: ignore[attr-defined]
        return Q(pk__in=through.filter(place_id__in=list(places)).values(mine))

    def _through(self, field: str) -> models.QuerySet[Any]:
        """Rows of a many-to-many of the listing that the outer query stands at."""
        through = getattr(self.model, field).through
        mine = {f"{self.model._meta.model_name}_id": OuterRef("pk")}
        return through._default_manager.filter(**mine)  # type: ignore[no-any-return]

    def _terms(self) -> models.QuerySet[Any]:
        return self._through("terms")

    def _areas(self, places: Iterable[int]) -> models.QuerySet[Any]:
        return self._through("service_area").filter(place_id__in=places)
