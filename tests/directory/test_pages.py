"""Every public page: content, headers, and what it must never do."""

from __future__ import annotations

import html
import re
from urllib.parse import urljoin, urlsplit

import html5lib
import pytest
from django.db import transaction
from django.test import Client

from directory.pages import views
from orgs.models import Organization
from places.states import STATES
from tests.factories import (
    county,
    credential,
    guide,
    organization,
    place,
    state,
    term,
    warmline,
)

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

PAGES = [
    "/",
    "/find/?near=59301",
    "/find/map/?near=59301",
    "/states/",
    "/states/mt/",
    "/states/mt/map/",
    "/states/mt/print/",
    "/online/",
    "/online/?state=MT",
    "/warmlines/",
    "/warmlines/?state=MT",
    "/orgs/",
    "/orgs/ours/",
    "/warmlines/line/",
    "/centers-for-independent-living/",
    "/centers-for-independent-living/?near=59301",
    "/guides/",
    "/guides/ours/",
    "/become-a-peer-supporter/",
    "/become-a-peer-supporter/?state=MT&other=GU",
    "/about/",
    "/contact/",
    "/privacy/",
    "/accessibility/",
    "/freshness/",
    "/leaving/",
    "/data/",
    "/api/docs/",
]
FORMS = [
    "/suggest/",
    "/suggest/?what=organization",
    "/warmlines/line/report/",
    "/orgs/ours/suggest/",
]
WITH_ERRORS = "/find/?near=zzzz&radius=-5&kind=x"
OTHERS = [WITH_ERRORS, "/nowhere/", "/orgs/gone-org/", "/admin/login/", "/healthz"]


def fill():
    """Public listings, and listings that are not public."""
    facts = {"service_area": [state("MT")], "terms": [term("community", "veterans")]}
    organization(at=place("59301"), slug="ours", kind="cil", online=True, **facts)
    warmline(slug="line", hours="Mo-Su 09:00-17:00", **facts)
    guide(slug="ours")
    credential(training_hours=40)
    organization(at=place("59301"), slug="draft-org", status="draft", **facts)
    gone = {"status": "closed", "closure_reason": "The house was sold"}
    organization(at=place("59301"), slug="gone-org", **gone, **facts)
    warmline(slug="draft-line", status="draft", **facts)
    warmline(slug="gone-line", **gone, **facts)


@pytest.fixture
def listings(db):
    fill()


@pytest.fixture(scope="module")
def answers(django_db_setup, django_db_blocker):
    """What a visitor gets at each address, asked for once: {address: answer}."""
    with django_db_blocker.unblock(), transaction.atomic():
        fill()
        client = Client()
        found = {path: client.get(path) for path in [*PAGES, *FORMS, *OTHERS]}
        transaction.set_rollback(True)
    return found


def text(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_no_page_shows_a_draft_or_a_closed_listing(answers, path):
    assert answers[path].status_code == 200
    assert not re.search(r"(draft|gone)-(org|line)", answers[path].text)


@pytest.mark.parametrize("path", [*PAGES, "/nowhere/", "/orgs/gone-org/"])
def test_every_page_has_988_and_a_way_to_leave(answers, path):
    page = answers[path].text

    assert 'href="tel:988"' in page
    assert 'href="sms:988"' in page
    assert "data-leave" in page


@pytest.mark.parametrize("path", PAGES)
def test_no_page_sets_a_cookie_or_may_be_stored(answers, path):
    response = answers[path]

    assert not response.cookies
    assert response["Cache-Control"] == "no-store"
    assert "Cookie" not in response.get("Vary", "")


@pytest.mark.parametrize("path", [*PAGES, "/admin/login/", "/nowhere/", "/healthz"])
def test_every_response_has_the_security_headers(answers, path):
    response = answers[path]

    policy = response["Content-Security-Policy"]
    assert "unsafe" not in policy
    for part in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"):
        assert part in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "geolocation=(self)" in response["Permissions-Policy"]


@pytest.mark.parametrize("path", PAGES)
def test_pages_load_nothing_from_elsewhere_and_run_nothing_inline(answers, path):
    page = answers[path].text

    loaded = re.findall(r'<(?:script|link|img|iframe)[^>]*(?:src|href)="([^"]*)"', page)
    ours = ("/static/", "http://testserver/", "data:")
    own = [url for url in loaded if url.startswith(ours)]
    assert loaded == own
    assert not re.search(
        r"<script(?![^>]*(src=|ld\+json))|<style| style=| on\w+=", page
    )


@pytest.mark.parametrize(
    "path",
    [*PAGES, *FORMS, WITH_ERRORS, "/nowhere/", "/orgs/gone-org/"],
)
def test_the_html_parses_without_an_error(answers, path):
    parser = html5lib.HTMLParser(strict=True)
    document = parser.parse(answers[path].text)

    ids = [node.get("id") for node in document.iter() if node.get("id")]
    assert sorted(set(ids)) == sorted(ids)


@pytest.mark.usefixtures("listings")
def test_public_pages_write_nothing(client):
    before = list(Organization.objects.values())

    for path in PAGES:
        text(client, path)
        assert list(Organization.objects.values()) == before, path


def test_titles_are_all_different_and_descriptions_are_there(answers):
    pages = [answers[path].text for path in PAGES]

    titles = [re.search("<title>(.*?)</title>", page, re.DOTALL)[1] for page in pages]
    assert len(set(titles)) == len(PAGES)
    assert all('<meta name="description" content="' in page for page in pages)


@pytest.mark.parametrize("method", ["TRACE", "PROPFIND", "BREW"])
def test_unknown_methods_are_refused(client, method):
    assert client.generic(method, "/").status_code == 405


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_read_and_not_posted_to(client, path):
    assert client.post(path).status_code == 405


def test_a_foreign_host_is_refused(client):
    assert client.get("/", headers={"host": "evil.example.org"}).status_code == 400


@pytest.mark.usefixtures("listings")
@pytest.mark.parametrize("path", ["/orgs/gone-org/", "/warmlines/gone-line/"])
def test_a_closed_listing_answers_410_with_where_to_look(client, path):
    response = client.get(path)

    assert response.status_code == 410
    assert b"The house was sold" in response.content
    assert b'href="/warmlines/"' in response.content


@pytest.mark.usefixtures("listings")
@pytest.mark.parametrize(
    "path", ["/orgs/draft-org/", "/warmlines/draft-line/", "/orgs/none/", "/states/zz/"]
)
def test_what_is_not_public_is_not_found(client, path):
    response = client.get(path)

    assert response.status_code == 404
    assert b'name="near"' in response.content


@pytest.mark.usefixtures("listings")
def test_an_old_address_redirects_to_the_new_one(client):
    listing = Organization.objects.get(slug="ours")
    listing.slug = "renamed"
    listing.save()

    response = client.get("/orgs/ours/")

    assert (response.status_code, response["Location"]) == (301, "/orgs/renamed/")


def test_500_page_needs_no_database_and_has_988(settings):
    client = Client(raise_request_exception=False)
    settings.ROOT_URLCONF = "tests.directory.broken_urls"

    response = client.get("/broken/")

    assert response.status_code == 500
    assert b"tel:988" in response.content
    assert f'href="{settings.EXIT_URL}"'.encode() in response.content
    assert b"Traceback" not in response.content


def test_a_withheld_street_is_on_no_page(client):
    listing = organization(
        at=place("59301"),
        slug="house",
        kind="peer_respite",
        street="13 Hidden Lane",
        zip_code="59301",
        service_area=[state("MT")],
        online=True,
    )
    listing.set_point(
        county("Custer County", "MT").point, Organization.Precision.COUNTY
    )
    listing.address_withheld = True
    listing.save()

    paths = [*PAGES, "/orgs/house/", "/orgs/?q=hidden", "/find/?q=hidden+lane"]
    pages = [
        text(client, path)
        for path in paths
        if path not in ("/orgs/ours/", "/warmlines/line/", "/guides/ours/")
    ]

    assert any("house" in page for page in pages)
    assert not any("13 Hidden Lane" in page for page in pages)


def test_listing_page_shows_its_facts(client):
    organization(
        slug="ours",
        name="Example Center",
        street="1 Main Street",
        at=place("59301"),
        wheelchair_access=None,
        source_name="example.org",
        source_seen="2025-06",
        source_license="CC BY 4.0",
        public_warning="This may have closed.",
        tty="711",
        summary="Coffee and company.",
        run_by="peers",
    )

    page = text(client, "/orgs/ours/")

    for words in (
        "1 Main Street",
        "Call (406) 555-0101",
        'href="tel:+14065550101"',
        "Not yet checked.",
        "Source: example.org, June 2025.",
        "CC BY 4.0",
        "This may have closed.",
        "Wheelchair access: Not known",
        "call through relay, 711",
        "Call before you go.",
        "Coffee and company.",
        "Run by peers",
    ):
        assert words in page


@pytest.mark.parametrize(
    ("run_by", "english", "spanish"),
    [
        ("peers", "Run by peers", "Dirigida por pares"),
        ("larger_organization", "Peer program of a larger", "Programa de pares de una"),
        ("clubhouse", "Clubhouse: members and staff run it", "Casa club"),
    ],
)
def test_who_runs_it_is_said_in_both_languages(client, run_by, english, spanish):
    organization(slug="ours", run_by=run_by)

    assert english in text(client, "/orgs/ours/")
    assert spanish in text(client, "/es/orgs/ours/")


def test_unknown_run_by_is_not_shown(client):
    organization(slug="ours", run_by="")

    page = text(client, "/orgs/ours/").casefold()

    assert not any(w in page for w in ("run by peers", "larger org", "clubhouse"))


def test_a_checked_listing_says_when_and_how(client):
    organization(slug="ours", checked_on="2026-05-03", checked_how="confirmed")

    page = text(client, "/orgs/ours/")

    assert "Checked on May 3, 2026 by the organization itself." in page
    assert "Not yet checked." not in page


def test_a_source_without_a_date_is_called_undated(client):
    organization(slug="ours", source_name="example.org", source_seen="")

    assert "Source: example.org, undated." in text(client, "/orgs/ours/")


def test_json_ld_is_data_and_cannot_end_its_element(client):
    organization(slug="ours", name="</script><b>Center</b>", at=place("59301"))

    page = text(client, "/orgs/ours/")

    assert "</script><b>" not in page
    assert "\\u003C/script\\u003E" in page


def test_the_states_page_lists_all_56(client):
    page = text(client, "/states/")

    assert all(f'href="/states/{code.lower()}/"' in page for code in STATES)


def test_a_state_page_groups_by_kind_and_shows_what_serves_it(client):
    organization(at=place("59301"), kind="cil", name="Our Center")
    organization(
        at=place("82801"), service_area=[county("Custer County", "MT")], name="Far"
    )
    warmline(service_area=[state("MT")], name="Our Line")

    page = text(client, "/states/mt/")

    for words in ("Our Center", "Centers for Independent Living", "Far", "Our Line"):
        assert words in page


@pytest.mark.parametrize(("code", "zone"), [("ky", "Central"), ("tn", "Eastern")])
def test_a_split_state_names_both_its_zones(client, code, zone):
    assert f"Part of the state keeps {zone} time." in text(client, f"/states/{code}/")


def test_a_full_state_shows_some_of_each_kind_and_pages_of_the_rest(client):
    for _ in range(70):
        organization(at=place("59301"), kind="recovery_community")
    organization(at=place("59301"), kind="cil")

    page = text(client, "/states/mt/")
    whole = text(client, "/states/mt/?kind=recovery_community")

    assert page.count("data-listing") == 9
    assert "All 70 in Montana" in page
    assert whole.count("data-listing") == 40
    assert "Next page" in whole
    assert whole.count("?kind=recovery_community&amp;page=") == 3


def test_center_without_counties_is_listed_with_a_note(client):
    organization(
        at=place("59301"), kind="cil", service_area=[county("Custer County", "MT")]
    )

    page = text(
        client, "/centers-for-independent-living/?near=Petroleum+County%2C+Montana"
    )

    assert "names Petroleum County, Montana" in page
    assert page.count("data-listing") == 1


def test_misspelled_name_gets_a_suggestion(client):
    organization(name="Alyssum Peer Respite", kind="peer_respite", state="VT")

    page = text(client, "/orgs/?q=Allysum")

    assert "Alyssum Peer Respite" in page


def test_sitemap_has_only_public_listings(client):
    organization(slug="ours")
    organization(slug="hidden", status="draft")

    index = text(client, "/sitemap.xml")
    listings = text(client, "/sitemap-organization.xml")

    assert "sitemap-organization.xml" in index
    assert "/orgs/ours/" in listings
    assert "<lastmod>" in listings
    assert "hidden" not in listings


def test_searches_are_not_for_search_engines(client):
    assert "noindex" in text(client, "/find/?near=59301")
    assert "noindex" in text(client, "/warmlines/?near=59301")
    assert "noindex" not in text(client, "/warmlines/")
    assert "Disallow: /find/" in text(client, "/robots.txt")


def test_suggestions_are_small_and_for_the_words_typed(client):
    response = client.get("/places/suggest/", {"q": "miles c"})

    assert response.json()["places"][0] == {"near": "Miles City, Custer County, MT"}
    assert len(response.json()["places"]) <= 5


@pytest.mark.parametrize("words", ["san", "north", "spring", "mount", "Springfield"])
def test_suggestions_for_a_letter_are_under_300_bytes(client, words):
    response = client.get("/places/suggest/", {"q": words})

    assert response.json()["places"]
    assert len(response.content) < 300


def test_a_zip_code_says_where_it_is(client):
    response = client.get("/places/suggest/", {"q": "59301"})

    expected = {"near": "59301", "label": "Miles City, Montana 59301"}
    assert response.json()["places"] == [expected]


def test_readiness_needs_the_database_and_the_gazetteer(client):
    assert client.get("/healthz").content == b"ok\n"
    assert client.get("/readyz").content == b"ready\n"


def test_freshness_counts_what_was_checked(client):
    organization(kind="cil", checked_on="2000-01-01", checked_how="confirmed")
    organization(kind="cil")

    page = text(client, "/freshness/")

    assert "Centers for Independent Living" in page
    assert "<td>0%</td>" in page


@pytest.mark.parametrize(
    ("path", "canonical"),
    [
        ("/", "/"),
        ("/orgs/?page=2", "/orgs/?page=2"),
        ("/states/mt/?kind=cil", "/states/mt/"),
        ("/find/?near=59301", "/find/"),
    ],
)
def test_canonical_address_leaves_out_the_search(client, path, canonical):
    page = text(client, path)

    address = f"http://testserver{canonical}"
    assert f'<link rel="canonical" href="{address}">' in page
    assert f'<meta property="og:url" content="{address}">' in page


@pytest.mark.parametrize(
    ("site_url", "served_on", "origin"),
    [
        ("", "8000", "http://testserver:8000"),
        ("", "80", "http://testserver"),
        ("https://example.org", "8000", "https://example.org"),
    ],
)
def test_no_port_of_the_host_header_is_in_a_canonical_address(
    client, settings, site_url, served_on, origin
):
    settings.PUBLIC_ORIGIN = site_url
    listing = organization()

    page = client.get(
        listing.get_absolute_url(),
        headers={"host": "testserver:31337"},
        SERVER_PORT=served_on,
    ).content.decode()

    address = f"{origin}{listing.get_absolute_url()}"
    spanish = f"{origin}/es{listing.get_absolute_url()}"
    assert f'<link rel="canonical" href="{address}">' in page
    assert f'<meta property="og:url" content="{address}">' in page
    assert f'hreflang="es" href="{spanish}"' in page
    assert f'"url": "{address}"' in page
    head = page[: page.index("</head>")]
    assert "31337" not in head


def test_style_guide_is_only_available_in_development(client, rf):
    organization(name="Shown in the style")

    assert client.get("/style/").status_code == 404
    assert "Shown in the style" in views.style_guide(rf.get("/style/")).content.decode()


@pytest.mark.parametrize(
    "sent",
    [
        "//evil.example/guides/",
        "//evil.example/es/guides/",
        "/es//evil.example/",
        "/\t/evil.example",
        "/\t/evil.example/guides/",
        "/\\evil.example/guides/",
        "/\n/evil.example/",
        "///evil.example/states/",
    ],
)
def test_no_address_that_is_sent_makes_a_link_to_another_host(client, sent):
    """Send a path as a server passes it, which the test client would not."""
    page = client.get("/", PATH_INFO=sent, QUERY_STRING="q=1").content.decode()

    links = re.findall(r'(?:href|content|action|src)="([^"]*)"', page)
    # Browsers remove tabs and line breaks, and treat \ as /.
    seen = [re.sub(r"[\t\r\n]", "", html.unescape(link)) for link in links]
    hosts = {
        urlsplit(urljoin("http://testserver/", link.replace("\\", "/"))).hostname
        for link in seen
    }
    assert "evil.example" not in hosts
