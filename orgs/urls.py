"""URLs of the catalog of organizations."""

from __future__ import annotations

from django.urls import path

from curation.urls import catalog_urls
from listings.shared_views import vcard
from orgs import views
from orgs.models import Organization

urlpatterns = [
    path("orgs/", views.organizations, name="organizations"),
    path("orgs/<slug:slug>/", views.organization, name="organization"),
    path(
        "orgs/<slug:slug>/contact.vcf",
        vcard,
        {"model": Organization},
        name="organization_card",
    ),
    *catalog_urls("orgs", Organization, "organization"),
    path("centers-for-independent-living/", views.cils, name="cils"),
]
