"""The whole site on one screen."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from directory import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("find/", views.find, name="find"),
    path("", include("orgs.urls")),
    path("", include("warmlines.urls")),
    path("robots.txt", views.robots, name="robots"),
    path("admin/", admin.site.urls),
]
