"""The catalogues as files for anybody: CSV and GeoJSON, written row by row."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from api import bulk
from listings.columns import EXACT_POINT, column_names, plain
from listings.exporting import csv_lines
from listings.models import Listing
from listings.registry import listing_models
from listings.shown import hidden_facts
from orgs.models import Organization
from warmlines.models import Warmline

# Rows in memory at a time; more is not faster.
CHUNK = 500
Chunks = Callable[[datetime, str], Iterator[bytes]]


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
    if not isinstance(listing, Organization):
        return None
    latitude, longitude = (plain(listing, name) for name in EXACT_POINT)
    if latitude is None:
        return None
    return {"type": "Point", "coordinates": [longitude, latitude]}


# What /data/ serves from here: the type of each file, and its bytes.
FILES: dict[str, tuple[str, Chunks]] = {
    "organizations.csv": ("text/csv; charset=utf-8", csv_of(Organization)),
    "warmlines.csv": ("text/csv; charset=utf-8", csv_of(Warmline)),
    "listings.geojson": ("application/geo+json", geojson),
}
# What `export_data` writes: every file of the open data.
WRITTEN: dict[str, Chunks] = {
    **{name: chunks for name, (_type, chunks) in FILES.items()},
    "hsds.zip": bulk.chunks,
}


@require_safe
def data_file(request: HttpRequest, name: str) -> StreamingHttpResponse:
    """One of FILES; its lifetime and its tag are the open data's, as for the API."""
    content_type, chunks = FILES[name]
    site = request.build_absolute_uri("/").rstrip("/")
    return StreamingHttpResponse(
        chunks(timezone.now(), site),
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
