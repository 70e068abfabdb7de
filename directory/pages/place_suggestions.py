"""Suggestions for the search box, which works without them."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from listings.registry import listing_models
from places.autocomplete import autocomplete_places
from places.lookup import Problem, canonical_query, look_up
from places.models import Place

MAX_ROWS, MAX_NAMES = 5, 2


@require_safe
def suggest_places(request: HttpRequest) -> JsonResponse:
    """Return a few places and names of listings that match the words so far.

    Each has the text to search for, and a label if that explains it better. The
    response is small, for phones with a poor signal.
    """
    words = request.GET.get("q", "")
    places = _matching_places(words)
    # At least one suggestion is a name, even if there are enough places.
    names = _matching_names(words)[: max(1, MAX_ROWS - len(places))]
    rows = [_serialize_place(place) for place in places[: MAX_ROWS - len(names)]]
    rows += [{"near": name} for name in names]
    if not rows:
        # It may be a typing error, so suggest places with a similar name.
        rows = [
            _serialize_place(place) for place in look_up(words).candidates[:MAX_ROWS]
        ]
    compact = {"separators": (",", ":"), "ensure_ascii": False}
    return JsonResponse({"places": rows}, json_dumps_params=compact)


def _matching_places(words: str) -> list[Place]:
    """Return places that begin with the words, and those that the words name."""
    result = look_up(words)
    exact = [result.place] if result.place else []
    if result.problem is not Problem.UNKNOWN:
        exact += result.candidates
    found = [*autocomplete_places(words), *exact]
    return list({canonical_query(place): place for place in found}.values())


def _matching_names(words: str) -> list[str]:
    """Return names of listings that contain the words."""
    names = [
        str(name)
        for model in listing_models()
        for name in model._default_manager.public()
        .with_name_matching(words)
        .values_list("name", flat=True)[:MAX_NAMES]
    ]
    return names[:MAX_NAMES]


def _serialize_place(place: Place) -> dict[str, str]:
    near = canonical_query(place)
    needs_label = place.kind in (Place.Kind.ZIP, Place.Kind.STATE, Place.Kind.POINT)
    return {"near": near, "label": place.label} if needs_label else {"near": near}
