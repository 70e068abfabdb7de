"""Addresses of the warmlines' catalogue."""

from __future__ import annotations

from django.urls import path

from warmlines import views

urlpatterns = [
    path("warmlines/", views.warmlines, name="warmlines"),
    path("warmlines/<slug:slug>/", views.warmline, name="warmline"),
]
