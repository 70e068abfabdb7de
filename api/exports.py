"""The catalogs as CSV and GeoJSON files, written row by row."""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from api import hsds_zip
from api.data_files import ChunkSource, DataFile, serve
from api.data_package import data_package_chunks
from api.types import AnyListing
from listings.exchange.csv_columns import COORDINATES, column_names, column_value
from listings.exchange.csv_export import csv_lines
from listings.located import AddressedListing
from listings.models import Listing
from listings.registry import listing_models
from listings.visibility import withheld_fields
from meetings.exporting import csv_chunks as meetings_csv
from meetings.exporting import meeting_guide_chunks
from orgs.models import Organization
from warmlines.models import Warmline

# A larger number is not faster.
ROWS_PER_CHUNK = 500
CSV_CONTENT_TYPE = "text/csv; charset=utf-8"


def public_rows(model: type[Listing]) -> Iterator[Any]:
    return model.objects.public().for_export().iterator(chunk_size=ROWS_PER_CHUNK)


def csv_chunks(model: type[Listing]) -> ChunkSource:
    """Return a source of a catalog's public listings, in the columns of an import."""

    def chunks(at: datetime, site: str) -> Iterator[bytes]:
        for line in csv_lines(model, public_rows(model), withheld=False):
            yield line.encode()

    return chunks


def _with_byte_order_mark(file: DataFile) -> DataFile:
    """Return a CSV file that Excel and LibreOffice read as UTF-8."""

    def chunks(at: datetime, site: str) -> Iterator[bytes]:
        yield BOM_UTF8
        yield from file.chunks(at, site)

    return file._replace(chunks=chunks)


def geojson_chunks(at: datetime, site: str) -> Iterator[bytes]:
    """Yield a FeatureCollection (RFC 7946); a listing without a public point has
    the geometry null."""
    yield b'{"type":"FeatureCollection","features":['
    separator = "\n"
    for model in listing_models():
        names = [name for name in column_names(model) if name not in COORDINATES]
        for listing in public_rows(model):
            feature = _geojson_feature(listing, names, site)
            yield f"{separator}{json.dumps(feature, ensure_ascii=False)}".encode()
            separator = ",\n"
    yield b"\n]}\n"


def _geojson_feature(
    listing: AnyListing, names: list[str], site: str
) -> dict[str, Any]:
    hidden = withheld_fields(listing)
    facts = {name: column_value(listing, name) for name in names if name not in hidden}
    return {
        "type": "Feature",
        "id": str(listing.uuid),
        "geometry": _geojson_geometry(listing),
        "properties": {
            "catalog": listing.catalog,
            "url": f"{site}{listing.get_absolute_url()}",
            **{n: fact for n, fact in facts.items() if fact not in (None, "", [])},
        },
    }


def _geojson_geometry(listing: AnyListing) -> dict[str, Any] | None:
    if not isinstance(listing, AddressedListing):
        return None
    latitude, longitude = (column_value(listing, name) for name in COORDINATES)
    if latitude is None:
        return None
    return {"type": "Point", "coordinates": [longitude, latitude]}


CSV_FILES: dict[str, DataFile] = {
    name: DataFile(name, CSV_CONTENT_TYPE, chunks)
    for name, chunks in (
        ("organizations.csv", csv_chunks(Organization)),
        ("warmlines.csv", csv_chunks(Warmline)),
        ("meetings.csv", meetings_csv),
    )
}
# Every open data file, as /data/ serves it and the command `export_data` writes it.
DATA_FILES: dict[str, DataFile] = {
    file.name: file
    for file in (
        *map(_with_byte_order_mark, CSV_FILES.values()),
        DataFile("datapackage.json", "application/json", data_package_chunks),
        DataFile("meetings.json", "application/json", meeting_guide_chunks),
        DataFile("listings.geojson", "application/geo+json", geojson_chunks),
        DataFile(
            "hsds.zip", "application/zip", hsds_zip.zip_chunks, is_compressed=True
        ),
    )
}


@require_safe
def data_file(request: HttpRequest, name: str) -> HttpResponseBase:
    """Serve a data file; `?bom=0` asks for a CSV file without a byte order mark."""
    file = DATA_FILES[name]
    if name in CSV_FILES and request.GET.get("bom") == "0":
        # It is stored beside the other one.
        file = CSV_FILES[name]._replace(name=f"plain-{name}")
    response = serve(request, file)
    if response.status_code == 200:
        response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
