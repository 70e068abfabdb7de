"""Validators for the canonical HSDS 3.0 schemas, formats checked; made once."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from api.openapi_schemas import SCHEMAS

FOLDER = Path(__file__).parent / "hsds"
# The compiled schemas of the API nest what the canonical ones leave open.
NESTED = {
    "organization": {"services": {"type": "array", "items": {"$ref": "service.json"}}},
    "service_at_location": {"service": {"$ref": "service.json"}},
}


@cache
def registry():
    texts = {path.name: path.read_text() for path in FOLDER.glob("*.json")}
    return Registry().with_resources(
        (name, Resource.from_contents(json.loads(text), DRAFT202012))
        for name, text in texts.items()
    )


@cache
def validator(resource):
    schema = {
        "allOf": [{"$ref": f"{resource}.json"}],
        "properties": NESTED.get(resource, {}),
    }
    return Draft202012Validator(
        schema, registry=registry(), format_checker=FormatChecker()
    )


def faults(resource, answer):
    """What the standard finds wrong, as (where, what)."""
    return [
        (error.json_path, error.message)
        for error in validator(resource).iter_errors(answer)
    ]


def nulls(answer, where="$"):
    """HSDS knows no null, however deep."""
    if answer is None:
        return [where]
    if isinstance(answer, dict):
        return [n for k, v in answer.items() for n in nulls(v, f"{where}.{k}")]
    if isinstance(answer, list):
        return [n for i, v in enumerate(answer) for n in nulls(v, f"{where}[{i}]")]
    return []


def fits(shape, answer):
    """An answer that is not HSDS, held against our own description of it."""
    schema = {"components": {"schemas": SCHEMAS}, **SCHEMAS[shape]}
    Draft202012Validator(schema).validate(answer)
    return answer
