"""What a visitor gets at the address of a listing that is not public now."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from listings.models import Listing, OldSlug
from places.states import STATES


def or_elsewhere(
    request: HttpRequest, model: type[Listing], slug: str, found: Any
) -> HttpResponse:
    """410 for a closed listing, a redirect for an old address, else 404."""
    if found is None:
        moved: Any = OldSlug.objects.target(model, slug)
        if moved is not None and moved.status != Listing.Status.DRAFT:
            return redirect(moved.get_absolute_url(), permanent=True)
    elif found.status == Listing.Status.CLOSED:
        context = {"listing": found, "state": STATES.get(getattr(found, "state", ""))}
        return render(request, "listings/closed.html", context, status=410)
    raise Http404(_("No listing at this address."))
