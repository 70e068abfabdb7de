"""Whatever a row that others share contains, the pages that show it answer."""

from __future__ import annotations

import pytest
from django.db import connection

from guides.models import Credential, Guide
from listings.crisis.models import CrisisLine
from listings.models import Term
from orgs.models import Organization
from places.models import Place
from tests.directory.bad_rows import break_row, cells, fault, form_page, unchecked
from tests.factories import credential, guide, organization, place, state, warmline
from warmlines.models import Warmline

pytestmark = pytest.mark.django_db

LISTS = [
    *("/find/?near=59301", "/orgs/", "/warmlines/", "/states/mt/", "/states/mt/print/"),
    *("/api/services", "/data/organizations.csv", "/data/warmlines.csv"),
    *("/data/listings.geojson", "/data/hsds.zip", "/feeds/states/mt.atom"),
]
GUIDES = ["/", "/guides/", "/states/mt/", "/api/guides", "/sitemap-guides.xml"]
BECOME = "/become-a-peer-supporter/"
PAGES = {
    Term: [*LISTS, "/api/taxonomy_terms", "/admin/listings/term/"],
    Place: [*LISTS, "/places/suggest/?q=Broken", "/admin/places/place/?q=Broken"],
    CrisisLine: [
        *("/leaving/", "/find/?q=my+husband+hits+me", "/states/mt/print/"),
        "/admin/listings/crisisline/",
    ],
    Credential: [
        *(BECOME, f"{BECOME}?state=MT", f"{BECOME}?state=MT&state=ND", "/states/mt/"),
        *("/api/credentials", "/admin/guides/credential/"),
    ],
    Guide: [*GUIDES, "/admin/guides/guide/"],
}


def shown(model, good, number):
    """Return a row of the model that pages show."""
    slug = f"broken-{number}"
    if model is Term:
        row = Term.objects.create(kind="service", slug=slug, label="Broken")
        for listing in good:
            listing.terms.add(row)
        return row
    if model is Place:
        facts = {"latitude": 46.0, "longitude": -105.0, "timezone": "America/Denver"}
        names = {"code": f"9999{number}", "name": "Broken County", "key": "broken"}
        row = Place.objects.create(kind="county", state="MT", **names, **facts)
        for listing in good:
            listing.service_area.add(row)
        Organization.objects.filter(pk=good[0].pk).update(county=row)
        return row
    if model is CrisisLine:
        return CrisisLine.objects.create(
            key=slug,
            name="Broken",
            name_es="Roto",
            for_what="violence",
            phone="+18005550199",
            phone_display="800-555-0199",
            languages="en",
            hours="Mo-Fr 09:00-17:00",
            timezone="America/Denver",
            order=1,
        )
    return credential() if model is Credential else guide(slug=slug)


def broken_cells():
    for model in PAGES:
        columns = {}
        for column, value in cells(model):
            columns.setdefault(column, []).append(value)
        for column, values in columns.items():
            yield pytest.param(model, column, values, id=f"{model.__name__}-{column}")


@pytest.mark.parametrize(("model", "column", "values"), list(broken_cells()))
def test_broken_value_takes_no_page_down(reader, model, column, values):
    with unchecked(model._meta.db_table):
        service_area = {"service_area_scope": "places", "service_area": [state("MT")]}
        good = [
            organization(at=place("59301"), **service_area),
            warmline(**service_area),
        ]
        rows = [
            row
            for number, value in enumerate(values)
            if break_row(row := shown(model, good, number), column, value)
        ]
        pages = [*PAGES[model], *map(form_page, rows)]
        if model is Guide:
            pages += [f"/guides/broken-{number}/" for number in range(len(values))]
        found = [words for page in pages if (words := fault(reader, page))]
    assert not found, f"{model.__name__}.{column}, one of {values!r:.300}"


@pytest.mark.parametrize("model", [Organization, Warmline])
@pytest.mark.parametrize("name", ["terms", "service_area"])
def test_link_to_a_row_that_is_gone_takes_no_page_down(reader, model, name):
    through = getattr(model, name).through
    owner, other = (
        model._meta.model_name,
        {"terms": "term", "service_area": "place"}[name],
    )
    with unchecked(through._meta.db_table):
        good = [organization(at=place("59301")), warmline()]
        row = next(one for one in good if isinstance(one, model))
        for ids in ((row.pk, 987_654_321), (987_654_321, state("MT").pk)):
            with connection.cursor() as cursor:
                cursor.execute(
                    f"INSERT INTO {through._meta.db_table}"  # noqa: S608
                    f" ({owner}_id, {other}_id) VALUES (%s, %s)",
                    ids,
                )
        pages = [*LISTS, row.get_absolute_url(), form_page(row)]
        found = [words for page in pages if (words := fault(reader, page))]
    assert not found
