"""Suggestions for the search box; nothing needs them."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from places.lookup import look_up, starting_with, typed


@require_safe
def suggest(request: HttpRequest) -> JsonResponse:
    """At most six places for the words so far: a label, and what to type for it."""
    words = request.GET.get("q", "")
    answer = look_up(words)
    found = [answer.place] if answer.place else []
    places = [*found, *answer.candidates] or starting_with(words)
    rows = [
        {"label": place.label_with_county, "near": typed(place)} for place in places[:6]
    ]
    return JsonResponse({"places": rows})
