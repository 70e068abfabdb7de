"""URLs of the guides."""

from __future__ import annotations

from django.urls import path

from curation.views import report
from guides import views
from guides.models import Guide

urlpatterns = [
    path("guides/", views.guides, name="guides"),
    path("guides/<slug:slug>/", views.guide, name="guide"),
    path("guides/<slug:slug>/report/", report, {"model": Guide}, name="guide_report"),
    path("become-a-peer-supporter/", views.become, name="become"),
]
