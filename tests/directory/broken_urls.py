"""A page that fails, to see what a visitor is then shown."""

from __future__ import annotations

from django.urls import path

from directory.pages import views


def broken(request):
    raise RuntimeError("59301 is in this message")


handler500 = views.server_error
urlpatterns = [path("broken/", broken)]
