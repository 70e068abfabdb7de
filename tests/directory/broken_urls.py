"""URLs with a page that fails."""

from __future__ import annotations

from django.urls import path

from directory.pages import views


def broken(request):
    raise RuntimeError("59301 is in this message")


handler500 = views.server_error
urlpatterns = [path("broken/", broken)]
