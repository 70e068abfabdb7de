"""Views and responses that the pages of every catalog share."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from listings.models import Listing
from listings.slugs import SlugRedirect
from listings.vcard import build_vcard
from places.states import STATES


def redirect_or_gone(
    request: HttpRequest, model: type[Listing], slug: str, found: Any
) -> HttpResponse:
    """Return 410 for a closed listing or a redirect for an old slug; else raise 404."""
    if found is None:
        moved: Any = SlugRedirect.objects.resolve(model, slug)
        if moved is not None and moved.status != Listing.Status.DRAFT:
            return redirect(moved.get_absolute_url(), permanent=True)
    elif found.status == Listing.Status.CLOSED:
        context = {"listing": found, "state": STATES.get(getattr(found, "state", ""))}
        if found.removal_requests():
            # An organization that asked not to be listed is not named either.
            context = {"listing": None, "state": None}
        return render(request, "listings/closed.html", context, status=410)
    raise Http404(_("No listing at this address."))


def get_public_or_404(model: type[Listing], slug: str) -> Any:
    """Return the public listing with this slug. Raises Http404."""
    found = model.objects.public().find_by_url_slug(slug)
    if found is None:
        raise Http404(_("No listing at this address."))
    return found


@require_safe
def vcard(request: HttpRequest, slug: str, model: type[Listing]) -> HttpResponse:
    """Download the listing as a contact for the visitor's phone."""
    found = get_public_or_404(model, slug)
    address = request.build_absolute_uri(found.get_absolute_url())
    return HttpResponse(
        build_vcard(found, address),
        content_type="text/vcard; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{found.url_slug}.vcf"',
            "X-Robots-Tag": "noindex",
        },
    )
