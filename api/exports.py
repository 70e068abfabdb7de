"""The catalogues as files for anybody: CSV and GeoJSON, written row by row."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from api import hsds_zip
from api.data_files import Chunks, DataFile, serve
from listings.exchange.csv_columns import EXACT_POINT, column_names, plain
from listings.exchange.csv_export import csv_lines
from listings.located import AddressedListing
from listings.models import Listing
from listings.registry import listing_models
from listings.visibility import hidden_facts
from meetings.exporting import csv_chunks as meetings_csv
from meetings.exporting import guide_chunks
from orgs.models import Organization
from warmlines.models import Warmline

# Rows in memory at a time; more is not faster.
CHUNK = 500
CSV = "text/csv; charset=utf-8"


def public_rows(model: type[Listing]) -> Iterator[Any]:
    return model.objects.public().for_files().iterator(chunk_size=CHUNK)


def csv_of(model: type[Listing]) -> Chunks:
    """The catalogue's public listings, in the columns that an import reads."""

    def chunks(at: datetime, site: str) -> Iterator[bytes]:
        for line in csv_lines(model, public_rows(model), withheld=False):
            yield line.encode()

    return chunks


def geojson(at: datetime, site: str) -> Iterator[bytes]:
    """A FeatureCollection (RFC 7946); without a point that may be told, null."""
    yield b'{"type":"FeatureCollection","features":['
    before = "\n"
    for model in listing_models():
        names = [name for name in column_names(model) if name not in EXACT_POINT]
        for listing in public_rows(model):
            feature = _feature(listing, names, site)
            yield f"{before}{json.dumps(feature, ensure_ascii=False)}".encode()
            before = ",\n"
    yield b"\n]}\n"


def _feature(listing: Any, names: list[str], site: str) -> dict[str, Any]:
    hidden = hidden_facts(listing)
    facts = {name: plain(listing, name) for name in names if name not in hidden}
    return {
        "type": "Feature",
        "id": str(listing.uuid),
        "geometry": _geometry(listing),
        "properties": {
            "catalogue": listing.catalogue,
            "url": f"{site}{listing.get_absolute_url()}",
            **{n: fact for n, fact in facts.items() if fact not in (None, "", [])},
        },
    }


def _geometry(listing: Any) -> dict[str, Any] | None:
    if not isinstance(listing, AddressedListing):
        return None
    latitude, longitude = (plain(listing, name) for name in EXACT_POINT)
    if latitude is None:
        return None
    return {"type": "Point", "coordinates": [longitude, latitude]}


# Every file of the open data, as /data/ serves it and `export_data` writes it.
FILES: dict[str, DataFile] = {
    file.name: file
    for file in (
        DataFile("organizations.csv", CSV, csv_of(Organization)),
        DataFile("warmlines.csv", CSV, csv_of(Warmline)),
        DataFile("meetings.csv", CSV, meetings_csv),
        DataFile("meetings.json", "application/json", guide_chunks),
        DataFile("listings.geojson", "application/geo+json", geojson),
        DataFile("hsds.zip", "application/zip", hsds_zip.chunks, is_compressed=True),
    )
}


@require_safe
def data_file(request: HttpRequest, name: str) -> HttpResponseBase:
    response = serve(request, FILES[name])
    if response.status_code == 200:
        response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
