"""Every kind of response has all security headers."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from django.template.loader import get_template
from django.test import Client

from tests.factories import organization, person, warmline

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

COMMON_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "X-DNS-Prefetch-Control": "off",
    "X-Permitted-Cross-Domain-Policies": "none",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains; preload",
}
# The whole policy allows nothing inline, no other site, no frame and no other base.
CONTENT_POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "object-src 'none'",
}


@dataclass
class RequestCase:
    """A request for one kind of response, and the expected status."""

    path: str
    status: int = 200
    method: str = "get"
    staff: bool = False
    sent: dict[str, object] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    secure: bool = True


BIG: dict[str, object] = {"words": "x" * 70_000}
EXPORT: dict[str, object] = {"action": "export_selected", "_selected_action": ["PK"]}
REQUEST_CASES = {
    "page": RequestCase("/"),
    "page in Spanish": RequestCase("/es/find/?near=59301"),
    "json": RequestCase("/places/suggest/?q=mil"),
    "contact card": RequestCase("/orgs/ours/contact.vcf"),
    "script of the phone": RequestCase("/sw.js"),
    "robots": RequestCase("/robots.txt"),
    "whom to tell": RequestCase("/.well-known/security.txt"),
    "map of the site": RequestCase("/sitemap-states.xml"),
    "health": RequestCase("/healthz"),
    "static file": RequestCase("/static/css/curation.css"),
    "no static file": RequestCase("/static/none.css", 404),
    "slash added": RequestCase("/orgs", 301),
    "moved": RequestCase("/orgs/before/", 301),
    "to https": RequestCase("/orgs/", 301, secure=False),
    "host of others": RequestCase("/", 400, headers={"Host": "evil.example"}),
    "null in the path": RequestCase("/confirm/%00/", 400),
    "null in a cookie": RequestCase("/", 400, headers={"Cookie": 'session="a\\000b"'}),
    "too many fields": RequestCase("/?" + "a=1&" * 1_001, 400),
    "form of others": RequestCase("/admin/login/", 403, "post"),
    "not open": RequestCase("/admin/auth/user/", 403, staff=True),
    "not found": RequestCase("/nowhere/", 404),
    "no such method": RequestCase("/", 405, "trace"),
    "made-up method": RequestCase("/", 405, "brew"),
    "post without a token": RequestCase("/", 403, "post"),
    "gone": RequestCase("/orgs/gone/", 410),
    "too long": RequestCase("/orgs/ours/report/", 413, "post", sent=BIG),
    "sign in": RequestCase("/admin/login/"),
    "admin": RequestCase("/admin/orgs/organization/", staff=True),
    "stream": RequestCase(
        "/admin/orgs/organization/", 200, "post", staff=True, sent=EXPORT
    ),
    "to sign in": RequestCase("/admin/", 302),
}


@pytest.fixture
def ask(settings):
    """Send requests as over HTTPS, with the settings of HTTPS=1."""
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 63_072_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    listing = organization(slug="before")
    listing.slug = "ours"
    listing.save()
    organization(slug="gone", status="closed", closure_reason="It has closed")
    warmline()

    def send_request(how):
        client = Client(
            enforce_csrf_checks=not how.staff, raise_request_exception=False
        )
        if how.staff:
            client.force_login(person())
        sent = {k: [listing.pk] if v == ["PK"] else v for k, v in how.sent.items()}
        make = getattr(client, how.method, None)
        options = {"headers": how.headers, "secure": how.secure}
        if make is None or how.method == "trace":
            return client.generic(how.method.upper(), how.path, **options)
        if how.method == "post":
            return make(how.path, sent, **options)
        return make(how.path, **options)

    return send_request


@pytest.mark.parametrize("how", REQUEST_CASES.values(), ids=REQUEST_CASES)
def test_response_has_security_headers(ask, how):
    answer = ask(how)
    b"".join(answer)  # which closes a file that is streamed

    assert answer.status_code == how.status
    expected = dict(COMMON_HEADERS)
    if not how.secure:
        # Browsers obey this header over HTTPS only.
        del expected["Strict-Transport-Security"]
    assert {name: answer.headers.get(name) for name in expected} == expected
    policy = {part.strip() for part in answer["Content-Security-Policy"].split(";")}
    assert policy == CONTENT_POLICY
    assert "geolocation=(self)" in answer["Permissions-Policy"]
    assert answer.headers.get("Access-Control-Allow-Origin") is None
    assert answer.headers.get("X-Powered-By") is None
    assert "Server" not in answer.headers
    is_cacheable = "/static/css" in how.path
    assert ("no-store" in answer["Cache-Control"]) is not is_cacheable


def test_error_page_has_security_headers(ask, settings):
    settings.ROOT_URLCONF = "tests.directory.broken_urls"

    answer = ask(RequestCase("/broken/", 500))

    assert answer.status_code == 500
    assert {name: answer.headers.get(name) for name in COMMON_HEADERS} == COMMON_HEADERS


@pytest.mark.parametrize("name", ["400.html", "500.html"])
def test_error_templates_are_self_contained_and_name_988(name):
    page = get_template(name).render({"exit_url": "https://leave.example.org/"})

    assert 'href="tel:988"' in page
    assert 'href="https://leave.example.org/"' in page
    assert 'action="/find/"' in page
    assert "<script" not in page
    assert "style=" not in page


def test_sign_out_clears_browser_data(ask):
    client = Client()
    client.force_login(person("bo"))

    answer = client.post("/admin/logout/", secure=True)

    assert answer["Clear-Site-Data"] == '"cache", "cookies"'


@pytest.mark.parametrize("path", ["css/site.css", "js/embed.js", "js/locate.js"])
def test_embedded_frame_may_load_its_files(ask, path):
    answer = ask(RequestCase(f"/static/{path}"))
    b"".join(answer)  # which closes the file

    expected = COMMON_HEADERS | {"Cross-Origin-Resource-Policy": "cross-origin"}
    assert answer.status_code == 200
    assert {name: answer.headers.get(name) for name in expected} == expected


OPEN_DATA_PATHS = {
    "/api/": 200,
    "/api/organizations": 200,
    "/api/nowhere": 404,
    "/data/hsds.zip": 200,
    "/feeds/changes.atom": 200,
}


@pytest.mark.parametrize(("path", "status"), OPEN_DATA_PATHS.items())
def test_open_data_is_cross_origin_and_has_security_headers(ask, path, status):
    answer = ask(RequestCase(path))
    b"".join(answer)  # which closes a file that is streamed

    assert answer.status_code == status
    expected = COMMON_HEADERS | {"Cross-Origin-Resource-Policy": "cross-origin"}
    assert {name: answer.headers.get(name) for name in expected} == expected
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
