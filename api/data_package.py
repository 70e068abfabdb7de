"""The description of the CSV files as a Frictionless Data Package.

https://datapackage.org/standard/data-package/
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, DateField, IntegerField, Model
from django.utils.translation import gettext

from listings.exchange.csv_columns import (
    COORDINATES,
    column_names,
    describe_column,
)
from listings.models import Listing
from meetings.exporting import FIELD_OF_COLUMN, NAMES
from meetings.models import Meeting
from orgs.models import Organization
from warmlines.models import Warmline

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
# Most rows have a license of their own, in the column source_license.
LICENSE = {"name": "other", "title": "As named in the column source_license"}


def data_package_chunks(at: datetime, site: str) -> Iterator[bytes]:
    package = {
        "$schema": PROFILE,
        "name": "peer-support-directory",
        "title": gettext("Peer Support Directory"),
        "homepage": f"{site}/data/",
        "licenses": [{**LICENSE, "path": f"{site}/data/"}],
        "resources": [
            _resource("organizations", _listing_fields(Organization)),
            _resource("warmlines", _listing_fields(Warmline)),
            _resource("meetings", _meeting_fields()),
        ],
    }
    yield json.dumps(package, ensure_ascii=False, indent=1).encode()
    yield b"\n"


def _resource(name: str, fields: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": name,
        "type": "table",
        "path": f"{name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {"fields": fields, "missingValues": [""], "primaryKey": ["key"]},
    }


def _listing_fields(model: type[Listing]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "title": describe_column(model, name),
            **_type(model, name),
        }
        for name in column_names(model)
    ]


def _meeting_fields() -> list[dict[str, Any]]:
    return [
        {"name": name, **_type(Meeting, FIELD_OF_COLUMN.get(name, name))}
        for name in NAMES
    ]


def _type(model: type[Model], name: str) -> dict[str, Any]:
    """Return the type of a column. ZIP codes and county codes are text."""
    if name in COORDINATES:
        return {"type": "number"}
    known = {field.name: field for field in model._meta.get_fields()}
    field: Any = known.get(name)
    if isinstance(field, BooleanField):
        return {"type": "boolean", "trueValues": ["yes"], "falseValues": ["no"]}
    if isinstance(field, IntegerField):
        return {"type": "integer"}
    if isinstance(field, DateField):
        return {"type": "date"}
    return {"type": "string"}
