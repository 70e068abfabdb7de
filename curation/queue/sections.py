"""The queue in the admin: what waits for a curator, in sections, oldest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from curation import workflow
from curation.models import DuplicatePair, Suggestion
from curation.queue.conditions import LISTING_SECTIONS
from curation.queue.scope import duplicate_pairs_for, suggestions_for
from curation.roles import Listings, preferred_states, visible_to
from curation.staff_request import AnyUser
from listings.models import Listing
from listings.registry import listing_models
from places.states import STATES

CurationRows = QuerySet[Suggestion] | QuerySet[DuplicatePair]
ITEMS_PER_SECTION = 5


@dataclass(frozen=True)
class QueueItem:
    """One thing to do: since when it waits, and who works on it."""

    name: str
    url: str
    # None if it was never done.
    since: date | None
    owner: str = ""


@dataclass(frozen=True)
class StateCount:
    name: str
    count: int
    url: str


@dataclass(frozen=True)
class QueueSection:
    """One kind of work: how much of it there is, and the first few items."""

    slug: str
    title: str
    count: int
    items: list[QueueItem]
    all_url: str
    # Sending a form to it takes the first free listing; "" where nothing is called.
    start_url: str = ""
    # The same for the states that the user keeps; "" without any.
    start_mine_url: str = ""
    states: list[StateCount] = field(default_factory=list)


def build_queue(user: AnyUser, on: date) -> list[QueueSection]:
    """Return the sections with work that this user may see."""
    found = [*_suggestion_sections(user), *_duplicate_sections(user)]
    has_states = bool(preferred_states(user))
    for model in listing_models():
        if user.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}"):
            rows = visible_to(model._default_manager.all(), user)
            found.append(_assigned_section(rows, user, has_states))
            found += [
                _listing_section(
                    name,
                    str(section.title),
                    section.rows(rows, on),
                    {"queue": name},
                    has_states,
                )
                for name, section in LISTING_SECTIONS.items()
                if section.applies_to(model)
            ]
    return [section for section in found if section.count]


def _assigned_section(rows: Listings, user: AnyUser, has_states: bool) -> QueueSection:
    assigned = rows.filter(assigned_to=user.pk).order_by("check_due_on", "slug")
    query = {"assigned_to__id__exact": user.pk}
    title = _("Assigned to you")
    return _listing_section("assigned", title, assigned, query, has_states)


def _listing_section(
    slug: str,
    title: str,
    rows: Listings,
    query: Mapping[str, object],
    has_states: bool,
) -> QueueSection:
    model: type[Listing] = rows.model
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    first = rows.select_related("claimed_by", "assigned_to")[:ITEMS_PER_SECTION]
    list_url, start_url = (
        reverse(f"{name}_{page}") for page in ("changelist", "start_list")
    )
    return QueueSection(
        slug=f"{slug}-{model._meta.model_name}",
        title=f"{title}: {capfirst(model._meta.verbose_name_plural)}",
        count=rows.order_by().count(),
        items=[_listing_item(row, slug) for row in first],
        all_url=f"{list_url}?{urlencode(query)}",
        start_url=f"{start_url}?{urlencode(query)}",
        start_mine_url=f"{start_url}?{urlencode({**query, 'state': 'mine'})}"
        if has_states
        else "",
        states=list(_count_states(rows, list_url, query)),
    )


def _listing_item(row: Listing, section: str) -> QueueItem:
    opts = row._meta
    url = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[row.pk])
    since = row.check_due_on if section == "due" else row.changed_at.date()
    owner = workflow.get_claimant(row) or row.assigned_to
    return QueueItem(row.name, url, since, str(owner or ""))


def _count_states(
    rows: Listings, list_url: str, query: Mapping[str, object]
) -> Iterable[StateCount]:
    """Yield how many listings each state has, the most first."""
    has_state = any(f.name == "state" for f in rows.model._meta.get_fields())
    column = "state" if has_state else "service_area__state"
    counted = rows.model._default_manager.filter(pk__in=rows.order_by().values("pk"))
    numbers: Any = counted.order_by().values_list(column)
    for code, number in numbers.annotate(number=Count("pk", distinct=True)).order_by(
        "-number", column
    ):
        if code in STATES:
            address = f"{list_url}?{urlencode({**query, 'state': code})}"
            yield StateCount(STATES[code].name, number, address)


def _suggestion_sections(user: AnyUser) -> list[QueueSection]:
    if not user.has_perm("curation.view_suggestion"):
        return []
    titles = {
        Suggestion.Kind.NEW: _("Suggested: new listings"),
        Suggestion.Kind.CHANGE: _("Suggested: changes"),
        Suggestion.Kind.PROBLEM: _("Reported by the public"),
        Suggestion.Kind.CHECK: _("Checked by volunteers"),
    }
    return [
        _curation_section(
            f"suggestion-{kind.value}",
            title,
            suggestions_for(user).open().filter(kind=kind).prefetch_related("listing"),
            {"kind__exact": kind.value, "state__exact": Suggestion.State.OPEN.value},
        )
        for kind, title in titles.items()
    ]


def _duplicate_sections(user: AnyUser) -> list[QueueSection]:
    if not user.has_perm("curation.merge_listings"):
        return []
    pairs = duplicate_pairs_for(user).filter(dismissed=False)
    title = _("May be the same listing twice")
    rows = pairs.prefetch_related("first", "second")
    return [_curation_section("duplicates", title, rows, {"dismissed__exact": 0})]


def _curation_section(
    slug: str, title: str, rows: CurationRows, query: Mapping[str, object]
) -> QueueSection:
    name = f"admin:curation_{rows.model._meta.model_name}"
    items = []
    for row in rows[:ITEMS_PER_SECTION]:
        moment = row.created_at if isinstance(row, Suggestion) else row.found_at
        address = reverse(f"{name}_change", args=[row.pk])
        items.append(QueueItem(str(row), address, moment.date()))
    return QueueSection(
        slug=slug,
        title=title,
        count=rows.count(),
        items=items,
        all_url=f"{reverse(f'{name}_changelist')}?{urlencode(query)}",
    )
