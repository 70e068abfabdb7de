"""URLs of the catalog of meetings."""

from __future__ import annotations

from django.urls import path

from curation.urls import catalog_urls
from listings.shared_views import vcard
from meetings import views
from meetings.models import Meeting

urlpatterns = [
    path("meetings/", views.meetings, name="meetings"),
    path("meetings.ics", views.calendar, name="meetings_calendar"),
    path("meetings/print/", views.sheet, name="meetings_sheet"),
    path(
        "states/<slug:code>/meetings/print/", views.sheet, name="state_meetings_sheet"
    ),
    path("meetings/<slug:slug>/", views.meeting, name="meeting"),
    path("meetings/<slug:slug>.ics", views.meeting_calendar, name="meeting_calendar"),
    path(
        "meetings/<slug:slug>/contact.vcf",
        vcard,
        {"model": Meeting},
        name="meeting_card",
    ),
    path(
        "orgs/<slug:slug>/meetings/",
        views.organization_meetings,
        name="organization_meetings",
    ),
    path(
        "orgs/<slug:slug>/meetings.ics",
        views.calendar,
        name="organization_calendar",
    ),
    *catalog_urls("meetings", Meeting, "meeting"),
    path("meetings/<path:key>/", views.meeting_by_key, name="meeting_by_key"),
]
