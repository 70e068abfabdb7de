"""The pages of one organization."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from listings.pages import or_elsewhere
from orgs.models import Organization


@require_safe
def organization(request: HttpRequest, slug: str) -> HttpResponse:
    found = Organization.objects.for_cards().filter(slug=slug).first()
    if found is None or not found.is_public:
        return or_elsewhere(request, Organization, slug, found)
    at = timezone.now()
    context = {
        "organization": found,
        "at": at,
        "status": found.status_at(at) if found.hours else None,
        "zone": found.timezone,
        "branches": found.branches.public().by_town(),
    }
    return render(request, "orgs/organization.html", context)
