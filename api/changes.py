"""The latest changes of the directory, read from the history of its listings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid5

from django.apps import apps

from api.types import AnyListing
from curation.audit_trail import collapse_saves
from listings.field_values import fact_label, fact_names
from listings.history import LINK_COLUMNS
from listings.models import Listing
from listings.querysets import ListingQuerySet
from listings.removals import RemovalRequest, identifiers
from listings.visibility import WITHHELD_FIELDS

# For each catalog, the newest rows of history that are read (one save leaves up to
# three), and the most rows read for the listings that those are about.
MAX_RECENT_ROWS, MAX_HISTORY_ROWS = 150, 2_000
NEW, CHANGED, CHECKED, CLOSED = "new", "changed", "checked", "closed"
RelatedIds = dict[int, set[int]]
CHECK_FIELDS = ("checked_on", "checked_how", "checked_facts", "checked_by_id")


@dataclass(frozen=True)
class Change:
    """An event in the life of a listing.

    `facts` has the labels of the facts that changed, never their values.
    """

    id: UUID
    kind: str
    when: datetime
    listing: AnyListing
    facts: tuple[str, ...] = ()


def recent_changes(
    querysets: Iterable[ListingQuerySet[Any]], limit: int
) -> list[Change]:
    """Return the newest changes of these listings, newest first.

    Leave out drafts, and what happened to a listing while it was a draft. For a closed
    listing, report only that it has closed.
    """
    removed = RemovalRequest.objects.identifiers()
    found = [
        change
        for rows in querysets
        for change in _catalog_changes(rows)
        if not (change.kind == CLOSED and identifiers(change.listing) & removed)
    ]
    return sorted(found, key=lambda change: (change.when, change.id))[: -limit - 1 : -1]


def _catalog_changes(rows: ListingQuerySet[Any]) -> Iterator[Change]:
    past = rows.model.history.order_by("-history_date", "-history_id")
    newest = past.filter(id__in=rows.order_by().values("pk"))
    touched = set(newest.values_list("id", flat=True)[:MAX_RECENT_ROWS])
    found = list(past.filter(id__in=touched)[:MAX_HISTORY_ROWS])
    related = {
        name: _load_related_ids(past.model, found, name) for name in LINK_COLUMNS
    }
    history = defaultdict(list)
    for row in found:
        history[row.id].append(row)
    for pk, listing in rows.model.objects.for_cards().in_bulk(touched).items():
        # If the oldest row that was read is no creation, older rows were not read.
        is_whole = history[pk][-1].history_type == "+"
        saved = collapse_saves(history[pk]) + ([None] if is_whole else [])
        yield from _listing_changes(listing, saved, related)


def _load_related_ids(model: Any, found: list[Any], name: str) -> RelatedIds:
    """Return {id of a row of history: ids of the terms or places it had}."""
    app, history = model._meta.app_label, model.__name__
    through = apps.get_model(app, f"{history}_{name}")._default_manager
    links_of_rows = through.filter(history_id__in=[row.pk for row in found])
    links: RelatedIds = defaultdict(set)
    for row, other in links_of_rows.values_list("history_id", LINK_COLUMNS[name]):
        links[row].add(other)
    return links


def _listing_changes(
    listing: AnyListing, saved: list[Any], related: dict[str, RelatedIds]
) -> Iterator[Change]:
    """Yield a change for each save, newest first.

    `saved` has the saves, newest first; None stands before the very first one.
    """

    def value_of(row: Any, name: str) -> Any:
        return related[name][row.pk] if name in related else getattr(row, name)

    names = fact_names(type(listing))
    if getattr(listing, "address_withheld", False):
        names = [name for name in names if name not in WITHHELD_FIELDS]
    for row, before in pairwise(saved):
        facts = [n for n in names if before and value_of(before, n) != value_of(row, n)]
        kind = _change_kind(before, row, facts)
        if kind and (kind == CLOSED or listing.is_public):
            labels = tuple(fact_label(type(listing), name) for name in facts)
            id_ = uuid5(listing.uuid, f"change:{row.history_id}")
            yield Change(id_, kind, row.history_date, listing, labels)


def _change_kind(before: Any, row: Any, facts: list[str]) -> str:
    was = before.status if before else Listing.Status.DRAFT
    if row.status == Listing.Status.DRAFT:
        return ""
    if row.status == Listing.Status.CLOSED:
        return "" if was == Listing.Status.CLOSED else CLOSED
    if was not in Listing.PUBLIC_STATUSES:
        return NEW
    if row.checked_on and any(
        getattr(before, n) != getattr(row, n) for n in CHECK_FIELDS
    ):
        return CHECKED
    return CHANGED if facts else ""
