"""Addresses of the organizations' catalogue."""

from __future__ import annotations

from django.urls import path

from orgs import views

urlpatterns = [
    path("orgs/<slug:slug>/", views.organization, name="organization"),
]
