"""The pages of guides, and the page about becoming a peer supporter."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from caching.page_cache import set_cache_policy
from guides.forms import BecomeForm
from guides.models import Credential, Guide
from guides.requirements import compare, group_by_state
from places.forms import PlaceForm
from places.states import STATES


@require_safe
def guides(request: HttpRequest) -> HttpResponse:
    context = {"guides": Guide.objects.public()}
    return set_cache_policy(
        render(request, "guides/guides.html", context), timezone.now()
    )


@require_safe
def guide(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Guide.objects.public(), slug=slug)
    context = {"guide": found, "near_search": found.near_search, "form": PlaceForm()}
    return set_cache_policy(
        render(request, "guides/guide.html", context), timezone.now()
    )


@require_safe
def become(request: HttpRequest) -> HttpResponse:
    """Show all credentials in a table, or one state in detail, or compare two."""
    form = BecomeForm(request.GET)
    form.is_valid()
    state_codes = form.state_codes
    found = Credential.objects.public()
    if focus := form.chosen_focus:
        found = found.for_focus(focus)
    columns = [list(found.in_state(code)) for code in state_codes]
    context = {
        "form": form,
        "states": [
            (STATES[code], rows)
            for code, rows in zip(state_codes, columns, strict=True)
        ],
        "table": [] if state_codes else group_by_state(found),
        "comparison": compare(*columns) if len(columns) == 2 else [],
        "states_without_credentials": [] if state_codes else _unknown_states(),
    }
    page = render(request, "guides/become.html", context)
    return set_cache_policy(
        page, timezone.now(), parameters=("state",) if state_codes else ()
    )


def _unknown_states() -> list[str]:
    """Return names of states and territories for which no source was found."""
    known = set(Credential.objects.public().order_by().values_list("state", flat=True))
    return [state.name for code, state in STATES.items() if code not in known]
