"""The queue in the admin: what waits for a curator, in sections, oldest first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from urllib.parse import urlencode

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from curation.link_checker import LINK_FIELDS
from curation.models import DuplicatePair, LinkCheck, Suggestion, SuggestionQuerySet
from curation.roles import Listings, states_for, visible_to
from curation.staff_request import AnyUser
from listings.models import Listing
from listings.registry import listing_models
from places.models import Place

CurationRows = QuerySet[Suggestion] | QuerySet[DuplicatePair]
ITEMS_PER_SECTION = 5
# A site may be down for a day, so one failure does not count.
MIN_FAILURES = 2


@dataclass(frozen=True)
class QueueSection:
    """One kind of work: how much of it there is, and the first few items."""

    slug: str
    title: str
    count: int
    # Each item is (name, address of its page).
    items: list[tuple[str, str]]
    all_url: str
    # Sending a form to it takes the first free listing; "" where nothing is called.
    start_url: str = ""


def with_broken_links(rows: Listings) -> Listings:
    """Return the public listings with a web address that failed repeatedly, and that
    was not changed since."""
    kind = ContentType.objects.get_for_model(rows.model)
    failing = LinkCheck.objects.filter(content_type=kind, failures__gte=MIN_FAILURES)
    names = {field.name for field in rows.model._meta.get_fields()}
    current = [Q(field=f, url=OuterRef(f)) for f in LINK_FIELDS if f in names]
    return rows.public().filter(
        # Only few links fail, so this condition comes first.
        Q(pk__in=failing.values("object_id")),
        Exists(failing.filter(reduce(or_, current), object_id=OuterRef("pk"))),
    )


# The name of a section in an address → the filter of its listings.
LISTING_SECTIONS: dict[str, Callable[[Listings, date], Listings]] = {
    "due": lambda rows, on: rows.due_for_check(on),
    "link": lambda rows, on: with_broken_links(rows).order_by("slug"),
    "contact": lambda rows, on: rows.without_contact(),
    "point": lambda rows, on: rows.without_point(),
    "dates": lambda rows, on: rows.without_next_date(on),
}


def section_titles() -> dict[str, str]:
    return {
        "due": _("Due for a check"),
        "link": _("Broken link"),
        "contact": _("No way to make contact"),
        "point": _("No place on the map, or a rough one"),
        "dates": _("No next date: is it still on?"),
    }


def filter_section(rows: Listings, section: str, on: date) -> Listings:
    """Return the listings that are in a section of the queue on this day."""
    return LISTING_SECTIONS[section](rows, on)


def build_queue(user: AnyUser, on: date) -> list[QueueSection]:
    """Return the sections with work that this user may see."""
    found = [*_suggestion_sections(user), *_duplicate_sections(user)]
    for model in listing_models():
        if user.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}"):
            found.append(_assigned_section(model, user))
            found += [
                _model_section(model, name, user, on) for name in LISTING_SECTIONS
            ]
    return [section for section in found if section.count]


def _assigned_section(model: type[Listing], user: AnyUser) -> QueueSection:
    assigned = model.objects.filter(assigned_to=user.pk)
    rows = visible_to(assigned, user).order_by("slug")
    query = {"assigned_to__id__exact": user.pk}
    return _listing_section(model, "assigned", _("Assigned to you"), rows, query)


def _model_section(
    model: type[Listing], name: str, user: AnyUser, on: date
) -> QueueSection:
    rows = filter_section(visible_to(model.objects.all(), user), name, on)
    return _listing_section(model, name, section_titles()[name], rows, {"queue": name})


def _listing_section(
    model: type[Listing],
    slug: str,
    title: str,
    rows: Listings,
    query: Mapping[str, object],
) -> QueueSection:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    first = rows[:ITEMS_PER_SECTION]
    return QueueSection(
        slug=f"{slug}-{model._meta.model_name}",
        title=f"{title}: {capfirst(model._meta.verbose_name_plural)}",
        count=rows.order_by().count(),
        items=[(r.name, reverse(f"{name}_change", args=[r.pk])) for r in first],
        all_url=f"{reverse(f'{name}_changelist')}?{urlencode(query)}",
        start_url=f"{reverse(f'{name}_start_list')}?{urlencode(query)}",
    )


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
            {"kind__exact": kind.value},
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
    first = rows[:ITEMS_PER_SECTION]
    return QueueSection(
        slug=slug,
        title=title,
        count=rows.count(),
        items=[(str(r), reverse(f"{name}_change", args=[r.pk])) for r in first],
        all_url=f"{reverse(f'{name}_changelist')}?{urlencode(query)}",
    )


def visible_listings_filter(user: AnyUser, field: str = "object_id") -> Q:
    """Return a condition for rows about listings that the user may see."""
    condition = Q(pk=None)
    for model in listing_models():
        kind = ContentType.objects.get_for_model(model)
        ids = visible_to(model.objects.all(), user).order_by().values("pk")
        condition |= Q(**{"content_type": kind, f"{field}__in": ids})
    return condition


def suggestions_for(user: AnyUser) -> SuggestionQuerySet:
    """Return the suggestions that the user may see."""
    states = states_for(user)
    if states is None:
        return Suggestion.objects.all()
    new_listing = Q(kind=Suggestion.Kind.NEW, changes__state__in=states)
    pages = Place.objects.states().filter(code__in=states)
    state_page = Q(
        content_type=ContentType.objects.get_for_model(Place),
        object_id__in=pages.values("pk"),
    )
    return Suggestion.objects.filter(
        visible_listings_filter(user) | new_listing | state_page
    )


def duplicate_pairs_for(user: AnyUser) -> QuerySet[DuplicatePair]:
    """Return the pairs that the user may merge, which changes both listings."""
    if states_for(user) is None:
        return DuplicatePair.objects.all()
    return DuplicatePair.objects.filter(
        visible_listings_filter(user, "first_id"),
        visible_listings_filter(user, "second_id"),
    )
