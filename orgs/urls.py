"""Addresses of the organizations' catalogue."""

from __future__ import annotations

from django.urls import path

from orgs import views

urlpatterns = [
    path("orgs/", views.organizations, name="organizations"),
    path("orgs/<slug:slug>/", views.organization, name="organization"),
    path("centers-for-independent-living/", views.cils, name="cils"),
]
