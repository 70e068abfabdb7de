"""URLs of the catalog of warmlines."""

from __future__ import annotations

from django.urls import path

from curation.urls import catalog_urls
from listings.shared_views import vcard
from warmlines import views
from warmlines.models import Warmline

urlpatterns = [
    path("warmlines/", views.warmlines, name="warmlines"),
    path("warmlines/<slug:slug>/", views.warmline, name="warmline"),
    path(
        "warmlines/<slug:slug>/contact.vcf",
        vcard,
        {"model": Warmline},
        name="warmline_card",
    ),
    *catalog_urls("warmlines", Warmline, "warmline"),
]
