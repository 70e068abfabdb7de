"""What has changed in the directory, from the history of its listings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid5

from django.apps import apps

from curation.audit_trail import saves_of
from listings.field_values import fact_names, label
from listings.history import LINK_COLUMNS
from listings.models import Listing
from listings.querysets import ListingQuerySet
from listings.removals import Tombstone, identifiers
from listings.visibility import STREET_FACTS

# Newest rows of history that are looked at, in each catalogue; one save leaves up to
# three. Of the listings that they are about, so many rows at most.
NEWEST, MOST = 150, 2_000
NEW, CHANGED, CHECKED, CLOSED = "new", "changed", "checked", "closed"
Links = dict[int, set[int]]
CHECK = ("checked_on", "checked_how", "checked_facts", "checked_by_id")


@dataclass(frozen=True)
class Change:
    """Something that happened to a listing; of facts only which, never what."""

    id: UUID
    kind: str
    when: datetime
    listing: Any
    facts: tuple[str, ...] = ()


def changes(told: Iterable[ListingQuerySet[Any]], limit: int) -> list[Change]:
    """The newest changes of these listings. Drafts, and what happened to a listing
    while it was one, are not told; of closed listings only that they have closed."""
    removed = Tombstone.objects.identifiers()
    found = [
        change
        for rows in told
        for change in _of_catalogue(rows)
        if not (change.kind == CLOSED and identifiers(change.listing) & removed)
    ]
    return sorted(found, key=lambda change: (change.when, change.id))[: -limit - 1 : -1]


def _of_catalogue(rows: ListingQuerySet[Any]) -> Iterator[Change]:
    past = rows.model.history.order_by("-history_date", "-history_id")
    newest = past.filter(id__in=rows.order_by().values("pk"))
    touched = set(newest.values_list("id", flat=True)[:NEWEST])
    found = list(past.filter(id__in=touched)[:MOST])
    many = {name: _links(past.model, found, name) for name in LINK_COLUMNS}
    history = defaultdict(list)
    for row in found:
        history[row.id].append(row)
    for pk, listing in rows.model.objects.for_cards().in_bulk(touched).items():
        # One that begins later was something before, which is out of sight.
        is_whole = history[pk][-1].history_type == "+"
        saved = saves_of(history[pk]) + ([None] if is_whole else [])
        yield from _of_listing(listing, saved, many)


def _links(model: Any, found: list[Any], name: str) -> Links:
    """{row of history: the terms or places it had}."""
    app, history = model._meta.app_label, model.__name__
    through = apps.get_model(app, f"{history}_{name}")._default_manager
    theirs = through.filter(history_id__in=[row.pk for row in found])
    links: Links = defaultdict(set)
    for row, other in theirs.values_list("history_id", LINK_COLUMNS[name]):
        links[row].add(other)
    return links


def _of_listing(
    listing: Any, saved: list[Any], many: dict[str, Links]
) -> Iterator[Change]:
    """From each save and the one before it, newest first; None is before the first."""

    def plain(row: Any, name: str) -> Any:
        return many[name][row.pk] if name in many else getattr(row, name)

    names = fact_names(type(listing))
    if getattr(listing, "address_withheld", False):
        names = [name for name in names if name not in STREET_FACTS]
    for row, before in pairwise(saved):
        facts = [n for n in names if before and plain(before, n) != plain(row, n)]
        kind = _kind(before, row, facts)
        if kind and (kind == CLOSED or listing.is_public):
            labels = tuple(label(type(listing), name) for name in facts)
            id_ = uuid5(listing.uuid, f"change:{row.history_id}")
            yield Change(id_, kind, row.history_date, listing, labels)


def _kind(before: Any, row: Any, facts: list[str]) -> str:
    was = before.status if before else Listing.Status.DRAFT
    if row.status == Listing.Status.DRAFT:
        return ""
    if row.status == Listing.Status.CLOSED:
        return "" if was == Listing.Status.CLOSED else CLOSED
    if was not in Listing.PUBLIC_STATES:
        return NEW
    if row.checked_on and any(getattr(before, n) != getattr(row, n) for n in CHECK):
        return CHECKED
    return CHANGED if facts else ""
