"""The query parameters of the API."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field, field_validator

DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 100
# `minimal` is for comparing whole directories, so it returns everything on one page.
MAX_MINIMAL_PAGE_SIZE = 10_000
MAX_PAGE_NUMBER = 1_000_000
# Half of the circumference of the earth.
MAX_PROXIMITY_METERS = 20_040_000
# A date, or a timestamp as in RFC 3339. If the offset is missing, it is UTC.
DATE_OR_TIMESTAMP = re.compile(
    r"\d{4}-\d{2}-\d{2}"
    r"([Tt]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?([Zz]|[+-]\d{2}:\d{2})?)?"
)
EARLIEST_MOMENT = datetime.min.replace(tzinfo=UTC)
LATEST_MOMENT = datetime.max.replace(tzinfo=UTC)


def optional_parameter(
    description: str, schema: dict[str, Any] | None = None, **rules: Any
) -> Any:
    """Return an optional parameter that is never null in the OpenAPI file."""

    def drop_null(generated: dict[str, Any]) -> None:
        options = generated.pop("anyOf", [{}])
        generated.pop("default", None)
        generated.update(schema or options[0])

    return Field(
        default=None, description=description, json_schema_extra=drop_null, **rules
    )


class PageParameters(Schema):
    page: int = Field(
        1, ge=1, le=MAX_PAGE_NUMBER, description="Number of the page, from 1."
    )
    per_page: int | None = optional_parameter(
        f"Items of a page; {DEFAULT_PAGE_SIZE} where this is left out.",
        ge=1,
        le=MAX_PAGE_SIZE,
    )
    format: Literal["json", "ndjson"] = Field(
        "json",
        description="`ndjson` streams every item, one a line, without pages.",
    )
    after: UUID | None = optional_parameter(
        "Go on after the item with this id. Following `Link: rel=next`, which uses "
        "it, meets every item exactly once while data changes."
    )

    @property
    def page_size(self) -> int:
        return self.per_page or DEFAULT_PAGE_SIZE


class SearchParameters(PageParameters):
    search: str = Field(
        "",
        max_length=200,
        description="Words that all stand in the name, town, summary or a term.",
    )


class ListParameters(SearchParameters):
    modified_after: datetime | None = optional_parameter(
        "Only what has changed at this moment or later, and what has closed since, as "
        "`defunct`. A day, or a moment as in RFC 3339.",
        {
            "anyOf": [
                {"type": "string", "format": "date-time"},
                {"type": "string", "format": "date"},
            ]
        },
    )
    taxonomy_term_id: UUID | None = optional_parameter("Only what carries this term.")
    taxonomy_id: UUID | None = optional_parameter(
        "Only what carries any term of this taxonomy."
    )
    minimal: bool = Field(
        False, description="Only `id` and `modified_date`, everything on one page."
    )
    full: bool = Field(
        False, description="Each item with everything that belongs to it."
    )

    @property
    def page_size(self) -> int:
        return self.per_page or (
            MAX_MINIMAL_PAGE_SIZE if self.minimal else DEFAULT_PAGE_SIZE
        )

    @field_validator("modified_after", mode="before")
    @classmethod
    def _parse_moment(cls, text: Any) -> datetime:
        # A plus sign that was not escaped arrives as a space.
        given = str(text).strip().replace(" ", "+")
        if not DATE_OR_TIMESTAMP.fullmatch(given):
            raise ValueError("not a day or a moment as in RFC 3339")
        # RFC 3339 allows a second 60.
        moment = datetime.fromisoformat(re.sub(r":60(?=\D|$)", ":59", given).upper())
        try:
            return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
        except OverflowError:
            return EARLIEST_MOMENT if moment.year == 1 else LATEST_MOMENT


class ServiceListParameters(ListParameters):
    organization_id: UUID | None = optional_parameter(
        "Only what this organization runs."
    )


class OrganizationListParameters(ListParameters):
    full_service: bool = Field(
        False, description="Organizations with the whole of their services."
    )


class ServiceAtLocationListParameters(ServiceListParameters):
    postcode: str | None = optional_parameter(
        "A ZIP code: only what names its county or state as served, or serves the "
        "whole country. With `proximity`: only what stands so near to it.",
        pattern=r"^[0-9]{5}(-[0-9]{4})?$",
    )
    proximity: float | None = optional_parameter(
        "Metres from the middle of `postcode`; without one, nothing is near.",
        ge=0,
        le=MAX_PROXIMITY_METERS,
    )


class TermListParameters(SearchParameters):
    taxonomy_id: UUID | None = optional_parameter("Only terms of this taxonomy.")
    top_only: bool = Field(
        False, description="Only terms without a parent; ours have none."
    )
    parent_id: UUID | None = optional_parameter(
        "Only terms under this one; ours have no parents."
    )


class OrganizationParameters(Schema):
    full_service: bool = Field(
        False, description="With the whole of the organization's services."
    )
