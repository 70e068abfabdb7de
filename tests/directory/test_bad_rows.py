"""Whatever one row contains, every page answers and still shows the other rows.

Values are written by SQL with the checks of the database off, as a slip in a repair,
another program or an old version of ours may have written them.
"""

from __future__ import annotations

import pytest

from meetings.models import Meeting
from orgs.models import Organization
from tests.directory.bad_rows import break_row, cells, fault, form_page, unchecked
from tests.factories import meeting, organization, place, term, warmline
from warmlines.models import Warmline

pytestmark = pytest.mark.django_db

# The number of broken rows that the pages show at once.
BATCH = 32
EXPORTS = ["/data/listings.geojson", "/data/hsds.zip", "/feeds/changes.atom"]
# Pages that show the rows of a table, and whether they name every row.
PAGES = {
    Organization: {
        "/find/?near=59301": True,
        "/find/map/?near=59301": True,
        "/orgs/": True,
        "/states/mt/": True,
        "/states/mt/print/": True,
        "/online/?state=mt": True,
        "/embed/?near=59301": False,
        "/freshness/": False,
        "/sitemap-organization.xml": False,
        "/feeds/states/mt.atom": True,
        "/data/organizations.csv": True,
        "/api/organizations": True,
        "/api/services": True,
        "/admin/": False,
        "/admin/orgs/organization/": True,
    },
    Warmline: {
        "/": False,
        "/find/?near=59301": True,
        "/warmlines/": True,
        "/warmlines/?open_now=1": False,
        "/states/mt/": True,
        "/states/mt/print/": True,
        "/online/?state=mt": True,
        "/embed/?near=59301": False,
        "/sitemap-warmline.xml": False,
        "/data/warmlines.csv": True,
        "/api/services": True,
        "/admin/warmlines/warmline/": True,
    },
    Meeting: {
        "/": False,
        "/meetings/": True,
        "/meetings/?near=59301": True,
        "/meetings.ics": True,
        "/find/?near=59301": False,
        "/states/mt/": False,
        "/online/?state=mt": False,
        "/sitemap-meeting.xml": False,
        "/data/meetings.csv": True,
        "/data/meetings.json": True,
        "/admin/": False,
        "/admin/meetings/meeting/": True,
    },
}


def batches(model):
    found = cells(model)
    for first in range(0, len(found), BATCH):
        batch = found[first : first + BATCH]
        names = "-".join(dict.fromkeys(column for column, _value in batch))
        yield pytest.param(model, batch, id=f"{model.__name__}-{names}")


def listing(model, name):
    """Return what is wrong on every page of PAGES."""
    if model is Meeting:
        return meeting(name=name, rules="FREQ=DAILY", start_time="23:30")
    facts = {
        "name": name,
        "service_area_scope": "nationwide",
        "online": True,
        "hours": "Mo-Fr 09:00-17:00",
        "timezone": "America/Denver",
        "terms": [term("language", "en")],
    }
    if model is Organization:
        return organization(at=place("59301"), street="1 Main St", **facts)
    return warmline(who_may_call="anyone", **facts)


def own_pages(row, column):
    """Return the pages of one row. Its form shows all texts of a kind the same way."""
    fresh = type(row).objects.get(pk=row.pk)
    address = fresh.get_absolute_url()
    yield address
    yield f"{address}contact.vcf"
    if isinstance(row, Meeting):
        yield f"{address.rstrip('/')}.ics"
    else:
        yield f"/api/organizations/{fresh.uuid}"
    field = next(f for f in row._meta.concrete_fields if f.column == column)
    if field.get_internal_type() not in ("CharField", "TextField") or field.choices:
        yield form_page(row)


def faults(reader, model, batch):
    """Return the faults of all pages, with each value of a batch in its own row."""
    with unchecked(model._meta.db_table):
        good = listing(model, "A Good Example")
        rows = [
            (row, column)
            for column, value in batch
            if break_row(row := listing(model, "Broken Example"), column, value)
        ]
        found = [
            fault(reader, page, good.name if names_all else "")
            for page, names_all in PAGES[model].items()
        ]
        found += [fault(reader, page) for page in EXPORTS]
        for row, column in rows:
            # They read their own row, whatever is cached.
            found += [
                fault(reader, page, empty_caches=False)
                for page in own_pages(row, column)
            ]
    return [words for words in found if words]


@pytest.mark.parametrize(("model", "batch"), [b for m in PAGES for b in batches(m)])
def test_broken_value_takes_no_page_down(reader, model, batch):
    if not faults(reader, model, batch):
        return
    guilty = {
        f"{model._meta.db_table}.{column} = {value!r:.60}": faults(
            reader, model, [(column, value)]
        )
        for column, value in batch
    }
    assert not {cell: found for cell, found in guilty.items() if found}
