"""The URL map of the whole site."""

from __future__ import annotations

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.sitemaps.views import index, sitemap
from django.urls import URLPattern, URLResolver, include, path

from api.urls import PAGES as API_PAGES
from directory.pages import offline_pack, views, well_known
from directory.pages.embed import embed
from directory.pages.place_suggestions import suggest_places
from directory.pages.shortlist import shortlist
from directory.pages.sitemaps import sitemaps

handler400 = "directory.pages.error_pages.bad_request"
EXPLANATORY_PAGES = ["about", "contact", "privacy", "accessibility", "leaving"]

PAGES: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("find/", views.find, name="find"),
    path("find/map/", views.find_map, name="find_map"),
    path("list/", shortlist, name="shortlist"),
    path("states/", views.states, name="states"),
    path("states/<slug:code>/", views.state, name="state"),
    path("states/<slug:code>/map/", views.state_map, name="state_map"),
    path("states/<slug:code>/report/", views.state_report, name="state_report"),
    path("states/<slug:code>/print/", views.state_sheet, name="state_sheet"),
    path("online/", views.online, name="online"),
    path("embed/", embed, name="embed"),
    path("saved/", offline_pack.saved_pages, name="saved_pages"),
    path("manifest.webmanifest", offline_pack.manifest, name="manifest"),
    path("freshness/", views.freshness, name="freshness"),
    *(
        path(f"{page}/", views.static_page, {"page": page}, name=page)
        for page in EXPLANATORY_PAGES
    ),
    path("", include("orgs.urls")),
    path("", include("warmlines.urls")),
    path("", include("meetings.urls")),
    path("", include("guides.urls")),
    path("", include("curation.urls")),
    *API_PAGES,
]
if settings.DEBUG:
    PAGES.append(path("style/", views.style_guide, name="style"))

handler500 = views.server_error
urlpatterns: list[URLPattern | URLResolver] = [
    *i18n_patterns(*PAGES, prefix_default_language=False),
    path("places/suggest/", suggest_places, name="place-suggestions"),
    path("", include("api.urls")),
    path("sw.js", offline_pack.service_worker, name="worker"),
    path(".well-known/security.txt", well_known.security_txt, name="security_txt"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", index, {"sitemaps": sitemaps()}, name="sitemap"),
    path(
        "sitemap-<section>.xml",
        sitemap,
        {"sitemaps": sitemaps()},
        name="django.contrib.sitemaps.views.sitemap",
    ),
    path("admin/", admin.site.urls),
]
