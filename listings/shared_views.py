"""Pages at the address of any catalogue's listing."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from listings.models import Listing, OldSlug
from listings.vcard import contact_card
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
        if found.removal_requests():
            # Whoever asked not to be listed is not named either.
            context = {"listing": None, "state": None}
        return render(request, "listings/closed.html", context, status=410)
    raise Http404(_("No listing at this address."))


def public_or_404(model: Any, slug: str) -> Any:
    """The public listing at an address. Raises Http404."""
    found = model.objects.public().at_address(slug)
    if found is None:
        raise Http404(_("No listing at this address."))
    return found


@require_safe
def card(request: HttpRequest, slug: str, model: Any) -> HttpResponse:
    """The listing as a contact for the visitor's phone."""
    found = public_or_404(model, slug)
    address = request.build_absolute_uri(found.get_absolute_url())
    return HttpResponse(
        contact_card(found, address),
        content_type="text/vcard; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{found.address_slug}.vcf"',
            "X-Robots-Tag": "noindex",
        },
    )
