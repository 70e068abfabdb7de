"""Which suggestions, duplicates and other rows a curator may see."""

from __future__ import annotations

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet

from curation.models import DuplicatePair, Suggestion, SuggestionQuerySet
from curation.roles import states_for, visible_to
from curation.staff_request import AnyUser
from listings.registry import listing_models
from places.models import Place


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
