"""Hostile input and requests. `make attack` sets EXAMPLES=10000."""

from __future__ import annotations

import os
from urllib.parse import quote, urlencode, urlsplit

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

EXAMPLE_COUNT = int(os.environ.get("EXAMPLES", "40"))
often = settings(
    max_examples=EXAMPLE_COUNT,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

OWN_HOSTS = ("127.0.0.1", "testserver")
# A page that contains this unchanged has not escaped it.
MARKER = "zq<'\"&>kx"
ODD_TEXTS = [
    "",
    " ",
    "0",
    "-1",
    "nan",
    "inf",
    "1e309",
    "²",
    "٣",
    "\uff19",
    "1_0",
    "9" * 5_000,
    "\0",
    "a\0b",
    "\u202e\u2066abc\u2069",
    "\ufeff59301",
    "\r\nSet-Cookie: a=b",
    "{{7*7}}",
    "{% debug %}",
    "%s%n${7*7}",
    "' OR 1=1--",
    "../../etc/passwd",
    "//evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
    "<script>alert(1)</script>",
    "=HYPERLINK(1)",
    "90,180",
    "-0,-0",
    "999,999",
    "46.4;-105.8",
    "59301-",
    "\u017ft louis",
    "İ" * 40,
    "😀" * 60,
    "A," * 60,
    "a" * 121,
    MARKER,
]
odd = st.sampled_from(ODD_TEXTS) | st.text(max_size=60)

PAGES = [
    "/",
    "/find/",
    "/find/map/",
    "/states/",
    "/states/mt/",
    "/states/mt/map/",
    "/states/mt/print/",
    "/states/mt/report/",
    "/online/",
    "/saved/",
    "/freshness/",
    "/contact/",
    "/orgs/",
    "/warmlines/",
    "/centers-for-independent-living/",
    "/guides/",
    "/become-a-peer-supporter/",
    "/suggest/",
    "/places/suggest/",
    "/sw.js",
    "/robots.txt",
    "/sitemap.xml",
    "/sitemap-pages.xml",
    "/es/find/",
    "/es/warmlines/",
    "/admin/",
    "/admin/login/",
    "/admin/second-factor/",
    "/.well-known/security.txt",
]
PARAMETER_NAMES = [
    "near",
    "state",
    "lat",
    "lon",
    "radius",
    "kind",
    "service",
    "community",
    "condition",
    "language",
    "how",
    "open_now",
    "q",
    "page",
    "what",
    "other",
    "focus",
    "next",
    "p",
    "x",
]
PATH_SEGMENTS = [
    "/states/{}/",
    "/states/{}/print/",
    "/orgs/{}/",
    "/orgs/{}/report/",
    "/orgs/{}/contact.vcf",
    "/warmlines/{}/",
    "/guides/{}/",
    "/confirm/{}/",
    "/sitemap-{}.xml",
    "/static/{}",
    "/admin/{}",
    "/{}",
    "/es/{}",
]
# Paths that URL parsers take for a host. Django's test client would strip them.
HOST_LIKE_PATHS = ["//[x/", "//[x", "//a]/", "//℀/", "//[/api/"]


def random_requests(chance, number):
    """Yield random URLs with odd, repeated and contradictory values and odd paths."""
    for _number in range(number):
        if chance.random() < 0.2:
            yield chance.choice(PATH_SEGMENTS).format(
                quote(chance.choice(ODD_TEXTS)[:900])
            )
            continue
        pairs = [
            (chance.choice(PARAMETER_NAMES), chance.choice(ODD_TEXTS)[:900])
            for _pair in range(chance.choice((1, 1, 2, 2, 6)))
        ]
        if chance.random() < 0.3:
            pairs.append((pairs[0][0], chance.choice(ODD_TEXTS)[:900]))
        yield f"{chance.choice(PAGES)}?{urlencode(pairs)}"


def find_faults(address, status, location, page):
    """The problems of a response to such a request."""
    if status >= 500:
        yield f"answers {status}"
    if MARKER in page or "<script>alert" in page:
        yield "echoes what was sent"
    if "Traceback" in page or "site-packages" in page:
        yield "shows its inside"
    host = urlsplit(location).hostname
    if location.startswith("/\\") or host not in (None, *OWN_HOSTS):
        yield f"leads to {location}"
