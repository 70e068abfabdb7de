"""Addresses of the organizations' catalogue."""

from __future__ import annotations

from django.urls import path

from desk.urls import of_catalogue
from orgs import views
from orgs.models import Organization

urlpatterns = [
    path("orgs/", views.organizations, name="organizations"),
    path("orgs/<slug:slug>/", views.organization, name="organization"),
    *of_catalogue("orgs", Organization, "organization"),
    path("centers-for-independent-living/", views.cils, name="cils"),
]
