"""Validators for the canonical HSDS 3.0 schemas, with formats, built once."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from api.openapi_schemas import SCHEMAS

FOLDER = Path(__file__).parent / "hsds"
# Parts that the canonical schemas leave open, and the compiled API schemas nest.
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
    """Return violations of the standard as (where, what)."""
    return [
        (error.json_path, error.message)
        for error in validator(resource).iter_errors(answer)
    ]


def nulls(answer, where="$"):
    """Return where the answer has null, which HSDS does not allow at any depth."""
    if answer is None:
        return [where]
    if isinstance(answer, dict):
        return [n for k, v in answer.items() for n in nulls(v, f"{where}.{k}")]
    if isinstance(answer, list):
        return [n for i, v in enumerate(answer) for n in nulls(v, f"{where}[{i}]")]
    return []


def fits(shape, answer):
    """Return violations of our own OpenAPI file, for answers that are not HSDS."""
    schema = {"components": {"schemas": SCHEMAS}, **SCHEMAS[shape]}
    Draft202012Validator(schema).validate(answer)
    return answer
