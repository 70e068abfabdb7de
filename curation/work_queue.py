"""What waits for somebody at the desk: heaps with counts, oldest first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import Any
from urllib.parse import urlencode

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from curation.link_checker import FIELDS
from curation.models import DuplicatePair, LinkCheck, Suggestion
from curation.roles import states_of, theirs
from listings.models import Listing
from listings.registry import listing_models
from places.models import Place

SHOWN = 5
# One failure may be a bad day of the site.
BROKEN_AFTER = 2


@dataclass(frozen=True)
class Heap:
    """One kind of work: how much of it there is, and the first few."""

    slug: str
    title: str
    count: int
    items: list[tuple[str, str]]
    all_url: str


def broken(queryset: Any) -> Any:
    """Listings one of whose addresses has failed more than once in a row, and stands
    there still."""
    kind = ContentType.objects.get_for_model(queryset.model)
    failing = LinkCheck.objects.filter(content_type=kind, failures__gte=BROKEN_AFTER)
    listed = {field.name for field in queryset.model._meta.get_fields()}
    stands = [Q(field=f, url=OuterRef(f)) for f in FIELDS if f in listed]
    return queryset.public().filter(
        # Few fail, so these come first.
        Q(pk__in=failing.values("object_id")),
        Exists(failing.filter(reduce(or_, stands), object_id=OuterRef("pk"))),
    )


# Name in addresses → the listings that wait there.
LISTING_HEAPS: dict[str, Callable[[Any, date], Any]] = {
    "due": lambda queryset, on: queryset.due_for_check(on),
    "link": lambda queryset, on: broken(queryset).order_by("slug"),
    "contact": lambda queryset, on: queryset.without_contact(),
    "point": lambda queryset, on: queryset.without_point(),
}


def titles() -> dict[str, str]:
    return {
        "due": _("Due for a check"),
        "link": _("Broken link"),
        "contact": _("No way to make contact"),
        "point": _("No place on the map, or a rough one"),
    }


def waiting(queryset: Any, heap: str, on: date) -> Any:
    """Of these listings, those in one heap."""
    return LISTING_HEAPS[heap](queryset, on)


def heaps(user: Any, on: date) -> list[Heap]:
    """All the work that this person may see."""
    found = [*_from_public(user), *_duplicates(user)]
    for model in listing_models():
        if user.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}"):
            found.append(_assigned(model, user))
            found += [_listings(model, slug, user, on) for slug in LISTING_HEAPS]
    return [heap for heap in found if heap.count]


def _assigned(model: type[Listing], user: Any) -> Heap:
    manager: Any = model._default_manager
    rows = theirs(manager.filter(assigned_to=user), user).order_by("slug")
    query = {"assigned_to__id__exact": user.pk}
    return _heap(model, "assigned", _("Assigned to you"), rows, query)


def _listings(model: type[Listing], slug: str, user: Any, on: date) -> Heap:
    manager: Any = model._default_manager
    rows = waiting(theirs(manager.all(), user), slug, on)
    return _heap(model, slug, titles()[slug], rows, {"queue": slug})


def _heap(
    model: type[Listing], slug: str, title: str, rows: Any, query: dict[str, Any]
) -> Heap:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    items = [(r.name, reverse(f"{name}_change", args=[r.pk])) for r in rows[:SHOWN]]
    return Heap(
        slug=f"{slug}-{model._meta.model_name}",
        title=f"{title}: {capfirst(model._meta.verbose_name_plural)}",
        count=rows.order_by().count(),
        items=items,
        all_url=f"{reverse(f'{name}_changelist')}?{urlencode(query)}",
    )


def _from_public(user: Any) -> list[Heap]:
    if not user.has_perm("curation.view_suggestion"):
        return []
    found = []
    for kind in Suggestion.Kind:
        rows = suggestions_of(user).open().filter(kind=kind)
        url = reverse("admin:curation_suggestion_changelist")
        found.append(
            Heap(
                slug=f"suggestion-{kind.value}",
                title=_heap_title(kind),
                count=rows.count(),
                items=[
                    (
                        str(row),
                        reverse("admin:curation_suggestion_change", args=[row.pk]),
                    )
                    for row in rows.prefetch_related("listing")[:SHOWN]
                ],
                all_url=f"{url}?kind__exact={kind.value}",
            )
        )
    return found


def _heap_title(kind: str) -> str:
    return {
        "new": _("Suggested: new listings"),
        "change": _("Suggested: changes"),
        "problem": _("Reported by the public"),
        "check": _("Checked by volunteers"),
    }[kind]


def _duplicates(user: Any) -> list[Heap]:
    if not user.has_perm("curation.merge_listings"):
        return []
    rows = pairs_of(user).filter(dismissed=False)
    url = reverse("admin:curation_duplicatepair_changelist")
    return [
        Heap(
            slug="duplicates",
            title=_("May be the same listing twice"),
            count=rows.count(),
            items=[
                (
                    str(row),
                    reverse("admin:curation_duplicatepair_change", args=[row.pk]),
                )
                for row in rows.prefetch_related("first", "second")[:SHOWN]
            ],
            all_url=f"{url}?dismissed__exact=0",
        )
    ]


def about_theirs(user: Any, field: str = "object_id") -> Q:
    """Rows about listings that the user may see."""
    wanted = Q(pk=None)
    for model in listing_models():
        manager: Any = model._default_manager
        kind = ContentType.objects.get_for_model(model)
        ids = theirs(manager.all(), user).order_by().values("pk")
        wanted |= Q(**{"content_type": kind, f"{field}__in": ids})
    return wanted


def suggestions_of(user: Any) -> Any:
    states = states_of(user)
    if states is None:
        return Suggestion.objects.all()
    new_here = Q(kind=Suggestion.Kind.NEW, changes__state__in=states)
    kept = Place.objects.states().filter(code__in=states)
    page = Q(
        content_type=ContentType.objects.get_for_model(Place),
        object_id__in=kept.values("pk"),
    )
    return Suggestion.objects.filter(about_theirs(user) | new_here | page)


def pairs_of(user: Any) -> Any:
    if states_of(user) is None:
        return DuplicatePair.objects.all()
    # To merge them is to change both.
    return DuplicatePair.objects.filter(
        about_theirs(user, "first_id"), about_theirs(user, "second_id")
    )
