"""The queries that every catalog supports."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Self, TypeVar
from uuid import UUID

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Window

from caching.unreadable_values import PLACEHOLDER_DATETIME
from listings.text_search import (
    FOUND_IN_NAME,
    relevance_rank,
    search_tokens,
    text_condition,
)
from places.gazetteer import gazetteer
from places.models import Place
from places.nearest import SearchHit

ListingT = TypeVar("ListingT", bound=models.Model)

# How specifically a listing serves a place, from most to least specific.
(
    SERVES_COUNTY,
    SERVES_STATE,
    SERVES_NATION,
    # The area is unknown, and the listing is located in the state, or in another.
    AREA_UNKNOWN,
    AREA_UNKNOWN_ELSEWHERE,
    # Only other places are named.
    SERVES_ELSEWHERE,
) = range(6)
# The same in the attributes of cards.
COVERAGE_NAMES = ("county", "state", "nation", "unknown", "unknown", "other")

# The import key of a listing that has no source key.
UUID_KEY = re.compile(r"uuid:[0-9a-f-]{36}")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UUID_TEXT = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def county_and_state_ids(place: Place) -> tuple[list[int], list[int]]:
    """Return the ids of the counties and of the states that the place is in."""
    if place.is_state:
        return [], [place.pk]
    return list(place.county_ids), [state_id(c) for c in place.state_codes]


def state_id(code: str) -> int:
    """Return the id of a state's Place; 0 if there is none."""
    return gazetteer().states.get(code, 0)


def revision(changed_at: datetime | None) -> int:
    """Return the time of a row's last change in microseconds since 1970."""
    return ((changed_at or PLACEHOLDER_DATETIME) - EPOCH) // timedelta(microseconds=1)


def _hit(row: tuple[Any, ...]) -> SearchHit:
    return SearchHit(row[0], coverage=row[1] if len(row) > 1 else None)


class ListingQuerySet(models.QuerySet[ListingT]):
    def public(self) -> Self:
        """Listings that visitors may see: published or temporarily closed."""
        return self.filter(status__in=self.model.PUBLIC_STATUSES)  # type: ignore[attr-defined]

    def ever_published(self) -> Self:
        """Listings that open data has ever exposed: all except drafts."""
        return self.filter(status__in=[*self.model.PUBLIC_STATUSES, "closed"])  # type: ignore[attr-defined]

    def find_by_url_slug(self, slug: str) -> ListingT | None:
        """Return the listing whose page has this slug, or this UUID instead of one."""
        found = self.filter(slug=slug).first()
        if found is None and UUID_TEXT.fullmatch(slug):
            found = self.filter(uuid=slug).first()
        is_there = found is not None and found.url_slug == slug  # type: ignore[attr-defined]
        return found if is_there else None

    def with_uuids(self, uuids: Iterable[UUID]) -> Self:
        return self.filter(uuid__in=list(uuids))

    def after(self, uuid: UUID) -> Self:
        """Listings after this UUID, in the order of UUIDs."""
        return self.filter(uuid__gt=uuid)

    def changed_since(self, moment: datetime) -> Self:
        return self.filter(changed_at__gte=moment)

    def in_states(self, codes: Iterable[str]) -> Self:
        """Listings of these states; by default, those that name them as served."""
        through = self._through("service_area").filter(place__state__in=list(codes))
        return self.filter(Exists(through))

    def due_for_check(self, on: date) -> Self:
        """Public listings never checked or due by that day, longest overdue first."""
        due = Q(check_due_on=None) | Q(check_due_on__lte=on)
        order = F("check_due_on").asc(nulls_first=True)
        return self.public().filter(due).order_by(order, "source_seen", "slug")

    def without_contact(self) -> Self:
        empty = dict.fromkeys(self.model.CONTACT_FIELDS, "")  # type: ignore[attr-defined]
        return self.exclude(status="closed").filter(**empty).order_by("slug")

    def publishable_drafts(self) -> Self:
        """Drafts with a way to make contact."""
        empty = dict.fromkeys(self.model.CONTACT_FIELDS, "")  # type: ignore[attr-defined]
        return self.filter(status="draft").exclude(**empty)

    def may_have_ended(self, on: date) -> Self:
        """Public listings that nobody has seen for long; by default none are."""
        return self.none()

    def without_point(self) -> Self:
        """Listings whose point is missing or approximate; by default none have one."""
        return self.none()

    def without_next_date(self, on: date) -> Self:
        """Listings that should have dates, but have none from this day on."""
        return self.none()

    def for_cards(self) -> Self:
        """Prefetch all that a card shows, in a fixed number of queries."""
        return self.prefetch_related("terms", "service_area")

    def revisions(self, pks: Iterable[int] | None = None) -> dict[int, int]:
        """Return the revision of each row by id; every change of facts changes it."""
        rows = self if pks is None else self.filter(pk__in=list(pks))
        moments = rows.order_by().values_list("pk", "changed_at")
        return {pk: revision(changed_at) for pk, changed_at in moments}

    def for_export(self) -> Self:
        """Prefetch all that an exported row contains, in a stable order."""
        return self.prefetch_related("terms", "service_area").order_by("slug")

    def with_import_keys(self, keys: Iterable[str]) -> Self:
        """Listings with these import keys: source keys, or "uuid:…" without one."""
        wanted = set(keys)
        uuids = {k.removeprefix("uuid:") for k in wanted if UUID_KEY.fullmatch(k)}
        return self.filter(Q(key__in=wanted - {""}) | Q(key="", uuid__in=uuids))

    def by_name(self) -> Self:
        return self.order_by("sort_name", "slug")

    def with_any_term(self, kind: str, slugs: Iterable[str]) -> Self:
        """Listings with at least one of these terms of one vocabulary."""
        terms = self._terms().filter(term__kind=kind, term__slug__in=list(slugs))
        return self.filter(Exists(terms))

    def with_any_term_of_kind(self, kind: str) -> Self:
        """Listings with any term of one vocabulary."""
        return self.filter(Exists(self._terms().filter(term__kind=kind)))

    def matching(self, words: str) -> Self:
        """Listings where every word begins a word of name, city, summary or terms.

        Empty text matches every listing.
        """
        if not words.strip():
            return self
        # Normalizing may remove every letter; then no listing can match.
        return (
            self.filter(text_condition(self, words))
            if search_tokens(words)
            else self.none()
        )

    def with_name_matching(self, words: str) -> Self:
        """Listings whose name has every word; none without words."""
        first = relevance_rank(words)
        if first is None:
            return self.none()
        ranked = self.matching(words).annotate(match_rank=first)
        return ranked.filter(match_rank=FOUND_IN_NAME).by_name()

    def has_any_term(self, terms: Iterable[int]) -> Exists:
        """Return the condition of having one of these terms, given by id."""
        return Exists(self._terms().filter(term_id__in=list(terms)))

    def by_relevance(self, words: str) -> Self:
        """Sort listings whose name has the words first, then by name."""
        first = relevance_rank(words)
        return self.order_by(*([first] if first else []), "sort_name", "slug")

    def ranked_by_words(self, words: str) -> dict[int, int]:
        """Return FOUND_IN_NAME or FOUND_ELSEWHERE by the id of each match."""
        first = relevance_rank(words)
        if first is None:
            return {}
        ranked = self.matching(words).order_by().annotate(match_rank=first)
        return dict(ranked.values_list("pk", "match_rank"))

    def page(
        self, *, limit: int, offset: int, total: int | None = None
    ) -> tuple[list[SearchHit], int]:
        """Return some hits and the total number of rows, in one query.

        If the caller knows the total, the database need not count and may use an index.
        """
        if total is not None:
            some = self.values_list(*self._hit_fields())[offset : offset + limit]
            return [_hit(row) for row in some], total
        counted = self.annotate(total_rows=Window(models.Count("*")))
        rows = counted.values_list(*self._hit_fields(), "total_rows")
        found = list(rows[offset : offset + limit])
        if found or not offset:
            return [_hit(row[:-1]) for row in found], found[0][-1] if found else 0
        return [], self.count()

    def hits(self) -> list[SearchHit]:
        return [_hit(row) for row in self.values_list(*self._hit_fields())]

    def _hit_fields(self) -> list[str]:
        return ["pk", *({"coverage"} & self.query.annotations.keys())]

    def license_counts(self) -> models.QuerySet[Any, Any]:
        """Return (license of the source, number of these listings that name it)."""
        named = self.order_by().values_list("source_license")
        return named.annotate(models.Count("pk"))  # type: ignore[no-any-return]

    def serving_state_by_name(self, code: str) -> Self:
        """Listings whose service area names the state or one of its counties."""
        through = self._through("service_area").filter(place__state=code)
        return self.filter(Exists(through))

    def serving(self, place: Place) -> Self:
        """Listings whose service area covers the place by name or is nationwide."""
        return self.filter(
            self._names_place(place) | Q(service_area_scope="nationwide")
        )

    def _names_place(self, place: Place) -> Q:
        """Return the condition of naming a county or state of the place as served."""
        county, state = county_and_state_ids(place)
        return self._names_any_of([*county, *state])

    def _names_any_of(self, places: Iterable[int]) -> Q:
        """Return the condition of naming one of these places as served.

        It is a subquery of ids, because EXISTS would read every row.
        """
        mine = f"{self.model._meta.model_name}_id"
        through = self.model.service_area.through._default_manager  # type: ignore[attr-defined]
        return Q(pk__in=through.filter(place_id__in=list(places)).values(mine))

    def _through(self, field: str) -> models.QuerySet[Any]:
        """Return the links of a many-to-many field for the row of an outer query."""
        through = getattr(self.model, field).through
        mine = {f"{self.model._meta.model_name}_id": OuterRef("pk")}
        return through._default_manager.filter(**mine)  # type: ignore[no-any-return]

    def _terms(self) -> models.QuerySet[Any]:
        return self._through("terms")

    def _served_places(self, places: Iterable[int]) -> models.QuerySet[Any]:
        return self._through("service_area").filter(place_id__in=places)
