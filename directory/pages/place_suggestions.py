"""Suggestions for the search box; nothing needs them."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from listings.registry import listing_models
from places.autocomplete import starting_with
from places.lookup import Problem, look_up, typed
from places.models import Place

MAX_ROWS, MAX_NAMES = 5, 2


@require_safe
def suggest(request: HttpRequest) -> JsonResponse:
    """A few places and names of listings for the words so far: what to type for each,
    and its label where that tells more. Small, for a poor signal."""
    words = request.GET.get("q", "")
    places = _places(words)
    # One place in the list is a listing's, where there are more places than that.
    names = _names(words)[: max(1, MAX_ROWS - len(places))]
    rows = [_row(place) for place in places[: MAX_ROWS - len(names)]]
    rows += [{"near": name} for name in names]
    if not rows:
        # A typing error perhaps; what begins so comes before what only looks like it.
        rows = [_row(place) for place in look_up(words).candidates[:MAX_ROWS]]
    compact = {"separators": (",", ":"), "ensure_ascii": False}
    return JsonResponse({"places": rows}, json_dumps_params=compact)


def _places(words: str) -> list[Place]:
    """What begins with the words, and what the words mean as they are."""
    answer = look_up(words)
    exact = [answer.place] if answer.place else []
    if answer.problem is not Problem.UNKNOWN:
        exact += answer.candidates
    found = [*starting_with(words), *exact]
    return list({typed(place): place for place in found}.values())


def _names(words: str) -> list[str]:
    """Names of listings that have the words."""
    names = [
        str(name)
        for model in listing_models()
        for name in model._default_manager.public()
        .naming(words)
        .values_list("name", flat=True)[:MAX_NAMES]
    ]
    return names[:MAX_NAMES]


def _row(place: Place) -> dict[str, str]:
    near = typed(place)
    tells_more = place.kind in (Place.Kind.ZIP, Place.Kind.STATE, Place.Kind.POINT)
    return {"near": near, "label": place.label} if tells_more else {"near": near}
