"""Numbers over 999 have a comma on every page ("1,026"), in Spanish too."""

from __future__ import annotations

import html
import re
from copy import copy
from uuid import uuid4

import pytest
from django.db import transaction
from django.db.models.base import ModelState

from orgs.models import Organization
from tests.caching.transactions import commit
from tests.factories import (
    credential,
    guide,
    organization,
    place,
    state,
    term,
    warmline,
)
from warmlines.models import Warmline

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

MANY = 1_201
PAGES = [
    "/",
    "/find/",
    "/find/?near=59301",
    "/find/?near=59301&page=2",
    "/find/?near=59301&page=9999",
    "/find/?near=59301&language=es&kind=cil",
    "/find/?near=MT",
    "/find/?q=example",
    "/find/?near=Example+Peer",
    "/find/map/?near=59301",
    "/states/",
    "/states/mt/",
    "/states/mt/?kind=cil",
    "/states/mt/print/",
    "/online/",
    "/online/?state=MT",
    "/warmlines/",
    "/warmlines/?near=59301",
    "/warmlines/?near=Example+Line",
    "/warmlines/line/",
    "/warmlines/line/report/",
    "/orgs/",
    "/orgs/?page=9999",
    "/orgs/center/",
    "/orgs/center/suggest/",
    "/meetings/",
    "/centers-for-independent-living/",
    "/centers-for-independent-living/?near=59301",
    "/guides/",
    "/guides/ours/",
    "/become-a-peer-supporter/",
    "/become-a-peer-supporter/?state=MT&other=GU",
    "/suggest/?what=organization",
    "/about/",
    "/contact/",
    "/privacy/",
    "/accessibility/",
    "/freshness/",
    "/leaving/",
    "/data/",
    "/embed/",
    "/embed/?near=59301",
    "/api/docs/",
    "/saved/",
    "/nowhere/",
]
# Parts that are not text, or are for machines: addresses and examples of columns.
UNSEEN = re.compile(
    r"<(script|style|head|code|pre)\b.*?</\1>|<!--.*?-->|<[^>]*>", re.DOTALL
)
# Numbers that have no comma, each in its context.
PLAIN = [
    # "(406) 555-0101", "1-800-799-7233", "Text START to 88788", "911", "+14065550101".
    r"\(\d{3}\) \d{3}-\d{4}",
    r"1-\d{3}-\d{3}-\d{4}",
    r"(?:[Tt]ext|texto)(?: [A-Z]+\d?)?(?: to| al)? \d{5,6}\b",
    r"38255 \(keyword TALK\)",
    r"RFC \d{4}",
    # "Miles City, MT 59301", "Miles City, Montana 59301".
    r"Miles City, (?:MT|Montana) 59301",
    # "November 30, 2026", "July 2026", "30 de noviembre de 2026", "© 2013–2019".
    r"[A-Z][a-z]+ (?:\d{1,2}, )?(?:19|20)\d\d\b",
    r"de (?:19|20)\d\d\b",
    r"© (?:19|20)\d\d(?:–(?:19|20)\d\d)?",
    # The street of the listing.
    r"1234 Example Street",
]
RUN = re.compile(r".{0,30}\d{4,}.{0,20}")


@pytest.fixture(scope="module")
def many(django_db_setup, django_db_blocker):
    """More than a thousand organizations in one city."""
    with django_db_blocker.unblock(), transaction.atomic():
        # Set names here, because the factories number theirs past 999 in a long run.
        one = organization(
            at=place("59301"),
            name="Example Peer Center",
            slug="center",
            kind="cil",
            online=True,
            street="1234 Example Street",
            service_area=[state("MT")],
            terms=[term("language", "es")],
        )
        _copy(Organization, one, MANY - 1)
        warmline(
            name="Example Line",
            slug="line",
            who_may_call="anyone",
            service_area=[state("MT")],
        )
        credential(name="Example Credential", work_hours=2000)
        guide(title="Example Guide", title_es="Guía de ejemplo", slug="ours")
        commit()
        yield
        transaction.set_rollback(True)


def _copy(model, one, number):
    """Add copies of the listing with its terms and places, in a few queries."""
    copies = []
    for i in range(number):
        row = copy(one)
        row._state = ModelState()
        row.pk, row.uuid, row.slug = None, uuid4(), f"{one.slug}-{i}"
        copies.append(row)
    rows = model.objects.bulk_create(copies)
    name = model._meta.model_name
    for targets in ("service_area", "terms"):
        through = getattr(model, targets).through
        links = list(through.objects.filter(**{name: one}).values())
        through.objects.bulk_create(
            through(**{**link, "id": None, f"{name}_id": row.pk})
            for row in rows
            for link in links
        )


def seen(page):
    """Return the visible text of a page, without numbers that need no comma."""
    page = page[page.index("<body") :]
    text = html.unescape(UNSEEN.sub(" ", page))
    text = " ".join(text.split())
    for pattern in PLAIN:
        text = re.sub(pattern, "…", text)
    return text


@pytest.mark.usefixtures("many", "crisis")
@pytest.mark.parametrize("path", PAGES)
def test_every_number_over_999_has_a_comma(client, path):
    for language in ("", "/es"):
        page = client.get(f"{language}{path}").content.decode()

        assert RUN.findall(seen(page)) == []


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize(
    ("path", "figures"),
    [
        ("/find/?near=59301", ["Independent Living (1,201)"]),
        ("/find/?near=59301&page=9999", ["There is no page 9,999"]),
        ("/states/", ["MT 1,201", "1,201 organizations, 1 line"]),
        ("/states/mt/", ["1,201 listings"]),
        ("/orgs/", ["1,201 organizations"]),
        ("/centers-for-independent-living/", ["Montana (1,201)"]),
        ("/freshness/", ["1,201"]),
        ("/data/", ["1,201 rows"]),
        ("/become-a-peer-supporter/", ["2,000"]),
        ("/become-a-peer-supporter/?state=MT&other=GU", ["2,000 hours"]),
        ("/es/orgs/", ["1,201 organizaciones"]),
        ("/es/find/?near=59301", ["(1,201)"]),
        ("/es/become-a-peer-supporter/?state=MT&other=GU", ["2,000 horas"]),
    ],
)
def test_page_has_the_number_with_a_comma(client, path, figures):
    text = seen(client.get(path).content.decode())

    for figure in figures:
        assert figure in text


def test_number_of_lines_has_a_comma(client):
    line = warmline(name="Example Line", slug="many", who_may_call="anyone")
    _copy(Warmline, line, MANY - 1)

    page = seen(client.get("/").content.decode())

    # The count includes listings of other tests.
    number = f"{Warmline.objects.count():,}"
    assert f"{number} warmlines that take callers from any state are open" in page
    assert RUN.findall(page) == []


def test_svg_in_spanish_has_decimal_points(client):
    organization(at=place("59301"))
    organization(at=place("59330"))

    page = client.get("/es/find/map/?near=59301").content.decode()

    places = re.findall(r'<rect[^>]* x="([^"]*)"', page)
    assert places
    assert [x for x in places if not re.fullmatch(r"-?\d+(\.\d+)?", x)] == []
