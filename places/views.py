"""Suggestions for the search box; nothing needs them."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from places.lookup import look_up, starting_with, typed
from places.models import Place

MOST = 5


@require_safe
def suggest(request: HttpRequest) -> JsonResponse:
    """A few places for the words so far: what to type for each, and its label where
    that tells more. Small, for a poor signal."""
    words = request.GET.get("q", "")
    answer = look_up(words)
    found = [answer.place] if answer.place else []
    places = [*found, *answer.candidates] or starting_with(words)
    rows = [_row(place) for place in places[:MOST]]
    compact = {"separators": (",", ":"), "ensure_ascii": False}
    return JsonResponse({"places": rows}, json_dumps_params=compact)


def _row(place: Place) -> dict[str, str]:
    near = typed(place)
    tells_more = place.kind in (Place.Kind.ZIP, Place.Kind.STATE, Place.Kind.POINT)
    return {"near": near, "label": place.label} if tells_more else {"near": near}
