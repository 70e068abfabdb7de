"""Addresses of the gazetteer."""

from __future__ import annotations

from django.urls import path

from places import views

urlpatterns = [path("places/suggest/", views.suggest, name="place-suggestions")]
