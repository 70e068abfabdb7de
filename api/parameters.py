"""What one may ask the API for."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field, field_validator

PER_PAGE = 50
MOST_PER_PAGE = 100
# `minimal` is there to compare whole directories: all in one page.
MOST_MINIMAL = 10_000
MOST_PAGES = 1_000_000
# Half-way round the earth, in metres.
FARTHEST = 20_040_000
# A day, or a moment as in RFC 3339; the offset may be missing, and is then UTC.
WHEN = re.compile(
    r"\d{4}-\d{2}-\d{2}"
    r"([Tt]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?([Zz]|[+-]\d{2}:\d{2})?)?"
)
EARLIEST = datetime.min.replace(tzinfo=UTC)
LATEST = datetime.max.replace(tzinfo=UTC)


def absent(described: str, schema: dict[str, Any] | None = None, **rules: Any) -> Any:
    """A parameter that may be left out, and then narrows nothing; never null."""

    def told(generated: dict[str, Any]) -> None:
        options = generated.pop("anyOf", [{}])
        generated.pop("default", None)
        generated.update(schema or options[0])

    return Field(default=None, description=described, json_schema_extra=told, **rules)


class Paging(Schema):
    page: int = Field(1, ge=1, le=MOST_PAGES, description="Number of the page, from 1.")
    per_page: int | None = absent(
        f"Items of a page; {PER_PAGE} where this is left out.", ge=1, le=MOST_PER_PAGE
    )
    format: Literal["json", "ndjson"] = Field(
        "json",
        description="`ndjson` streams every item, one a line, without pages.",
    )
    after: UUID | None = absent(
        "Go on after the item with this id. Following `Link: rel=next`, which uses "
        "it, meets every item exactly once while data changes."
    )

    @property
    def size(self) -> int:
        return self.per_page or PER_PAGE


class Searching(Paging):
    search: str = Field(
        "",
        max_length=200,
        description="Words that all stand in the name, town, summary or a term.",
    )


class Listed(Searching):
    modified_after: datetime | None = absent(
        "Only what has changed at this moment or later, and what has closed since, as "
        "`defunct`. A day, or a moment as in RFC 3339.",
        {
            "anyOf": [
                {"type": "string", "format": "date-time"},
                {"type": "string", "format": "date"},
            ]
        },
    )
    taxonomy_term_id: UUID | None = absent("Only what carries this term.")
    taxonomy_id: UUID | None = absent("Only what carries any term of this taxonomy.")
    minimal: bool = Field(
        False, description="Only `id` and `modified_date`, everything on one page."
    )
    full: bool = Field(
        False, description="Each item with everything that belongs to it."
    )

    @property
    def size(self) -> int:
        return self.per_page or (MOST_MINIMAL if self.minimal else PER_PAGE)

    @field_validator("modified_after", mode="before")
    @classmethod
    def _moment(cls, text: Any) -> datetime:
        # A plus sign that was not escaped arrives as a space.
        found = str(text).strip().replace(" ", "+")
        if not WHEN.fullmatch(found):
            raise ValueError("not a day or a moment as in RFC 3339")
        # RFC 3339 allows a second 60.
        moment = datetime.fromisoformat(re.sub(r":60(?=\D|$)", ":59", found).upper())
        try:
            return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
        except OverflowError:
            return EARLIEST if moment.year == 1 else LATEST


class Services(Listed):
    organization_id: UUID | None = absent("Only what this organization runs.")


class Organizations(Listed):
    full_service: bool = Field(
        False, description="Organizations with the whole of their services."
    )


class ServicesAtLocations(Services):
    postcode: str | None = absent(
        "A ZIP code: only what names its county or state as served, or serves the "
        "whole country. With `proximity`: only what stands so near to it.",
        pattern=r"^[0-9]{5}(-[0-9]{4})?$",
    )
    proximity: float | None = absent(
        "Metres from the middle of `postcode`; without one, nothing is near.",
        ge=0,
        le=FARTHEST,
    )


class Terms(Searching):
    taxonomy_id: UUID | None = absent("Only terms of this taxonomy.")
    top_only: bool = Field(
        False, description="Only terms without a parent; ours have none."
    )
    parent_id: UUID | None = absent("Only terms under this one; ours have no parents.")


class Whole(Schema):
    full_service: bool = Field(
        False, description="With the whole of the organization's services."
    )
