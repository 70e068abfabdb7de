"""The schemas of the responses in the OpenAPI file: HSDS 3.0 and our additions.

The canonical schemas of HSDS are longer; tests check every response against them too.
"""

from __future__ import annotations

from typing import Any

JsonSchema = dict[str, Any]

TEXT: JsonSchema = {"type": "string"}
BOOLEAN: JsonSchema = {"type": "boolean"}
NUMBER: JsonSchema = {"type": "number"}
COUNT: JsonSchema = {"type": "integer", "minimum": 0}
UUID: JsonSchema = {"type": "string", "format": "uuid"}
URI: JsonSchema = {"type": "string", "format": "uri"}
EMAIL: JsonSchema = {"type": "string", "format": "email"}
DATE: JsonSchema = {"type": "string", "format": "date"}
TIMESTAMP: JsonSchema = {"type": "string", "format": "date-time"}


def enum_of(*values: str) -> JsonSchema:
    return {"type": "string", "enum": list(values)}


def ref(name: str) -> JsonSchema:
    return {"$ref": f"#/components/schemas/{name}"}


def array_of(shape: JsonSchema) -> JsonSchema:
    return {"type": "array", "items": shape}


def object_with(required: str, **properties: JsonSchema) -> JsonSchema:
    """Return an object schema that allows further properties, as HSDS does."""
    return {
        "type": "object",
        "required": required.split(),
        "properties": properties,
    }


def page_of(name: str) -> JsonSchema:
    """Return the schema of a page of items, or of their `minimal` form.

    Each resource has one of its own: generators of clients cannot merge a general page
    with the items of a resource.
    """
    return object_with(
        "total_items total_pages page_number size first_page last_page empty contents",
        total_items=COUNT,
        total_pages=COUNT,
        page_number=COUNT,
        size=COUNT,
        first_page=BOOLEAN,
        last_page=BOOLEAN,
        empty=BOOLEAN,
        contents=array_of({"anyOf": [ref(name), ref("Minimal")]}),
    )


STATUS_CODES = enum_of("active", "inactive", "defunct", "temporarily closed")
# A text in each language of the site.
TRANSLATED_TEXT = object_with("en es", en=TEXT, es=TEXT)
OWNER_IDS = {"service_id": UUID, "organization_id": UUID, "location_id": UUID}

SCHEMAS: dict[str, JsonSchema] = {
    "About": object_with(
        "version profile openapi_url", version=TEXT, profile=URI, openapi_url=URI
    ),
    "Minimal": object_with("id modified_date", id=UUID, modified_date=TIMESTAMP),
    "Provenance": object_with(
        "checked",
        source_name=TEXT,
        source_url=URI,
        source_seen=TEXT,
        source_license=TEXT,
        checked=BOOLEAN,
        checked_on=DATE,
        checked_how=enum_of("called", "emailed", "site_read", "confirmed"),
        checked_facts=array_of(TEXT),
    ),
    "Phone": object_with(
        "id number",
        id=UUID,
        **OWNER_IDS,
        number=TEXT,
        extension=NUMBER,
        type=TEXT,
        description=TEXT,
    ),
    "Schedule": object_with(
        "id",
        id=UUID,
        service_id=UUID,
        freq=enum_of("WEEKLY", "MONTHLY"),
        interval=NUMBER,
        wkst=enum_of("MO", "TU", "WE", "TH", "FR", "SA", "SU"),
        byday=TEXT,
        bymonthday=TEXT,
        dtstart=TEXT,
        until=TEXT,
        count=NUMBER,
        opens_at=TEXT,
        closes_at=TEXT,
        timezone=NUMBER,
        description=TEXT,
        schedule_link=URI,
        attending_type=TEXT,
        notes=TEXT,
        meeting_key=TEXT,
        iana_timezone=TEXT,
        opening_hours=TEXT,
    ),
    "ServiceArea": object_with(
        "id name",
        id=UUID,
        service_id=UUID,
        name=TEXT,
        description=TEXT,
        place_kind=enum_of("state", "county"),
        code=TEXT,
    ),
    "Language": object_with("id", id=UUID, service_id=UUID, name=TEXT, code=TEXT),
    "Taxonomy": object_with(
        "id name description", id=UUID, name=TEXT, description=TEXT
    ),
    "TaxonomyTerm": object_with(
        "id name description",
        id=UUID,
        code=TEXT,
        name=TEXT,
        name_es=TEXT,
        description=TEXT,
        taxonomy=TEXT,
        taxonomy_id=UUID,
        taxonomy_detail=ref("Taxonomy"),
        language=TEXT,
    ),
    "Attribute": object_with(
        "id",
        id=UUID,
        link_id=UUID,
        link_entity=TEXT,
        link_type=TEXT,
        taxonomy_term_id=UUID,
        taxonomy_term=ref("TaxonomyTerm"),
    ),
    "Address": object_with(
        "id address_1 city state_province postal_code country address_type",
        id=UUID,
        location_id=UUID,
        address_1=TEXT,
        city=TEXT,
        state_province=TEXT,
        postal_code=TEXT,
        country=enum_of("US"),
        address_type=enum_of("physical", "postal"),
    ),
    "Accessibility": object_with("id", id=UUID, location_id=UUID, description=TEXT),
    "Location": object_with(
        "id location_type",
        id=UUID,
        organization_id=UUID,
        location_type=enum_of("physical", "virtual"),
        name=TEXT,
        description=TEXT,
        url=URI,
        latitude={"type": "number", "minimum": -90, "maximum": 90},
        longitude={"type": "number", "minimum": -180, "maximum": 180},
        coordinates_precision=enum_of("address", "zip", "city", "county"),
        city=TEXT,
        state_province=TEXT,
        county=TEXT,
        address_withheld=BOOLEAN,
        addresses=array_of(ref("Address")),
        accessibility=array_of(ref("Accessibility")),
    ),
    "Organization": object_with(
        "id name description",
        id=UUID,
        name=TEXT,
        description=TEXT,
        email=EMAIL,
        website=URI,
        parent_organization_id=UUID,
        status=STATUS_CODES,
        kind=TEXT,
        run_by=enum_of("peers", "larger_organization", "clubhouse"),
        part_of=TEXT,
        page_url=URI,
        last_modified=TIMESTAMP,
        provenance=ref("Provenance"),
        phones=array_of(ref("Phone")),
        locations=array_of(ref("Location")),
        attributes=array_of(ref("Attribute")),
        services=array_of(ref("Service")),
    ),
    "Service": object_with(
        "id name status",
        id=UUID,
        organization_id=UUID,
        name=TEXT,
        description=TEXT,
        url=URI,
        email=EMAIL,
        status=STATUS_CODES,
        application_process=TEXT,
        fees_description=TEXT,
        eligibility_description=TEXT,
        assured_date=DATE,
        alert=TEXT,
        last_modified=TIMESTAMP,
        page_url=URI,
        in_person=BOOLEAN,
        online=BOOLEAN,
        by_phone=BOOLEAN,
        service_area_scope=enum_of("unknown", "nationwide", "places"),
        chat_url=URI,
        who_may_call=enum_of("unknown", "anyone", "state", "local", "group"),
        answered_by_peers=BOOLEAN,
        may_send_emergency=BOOLEAN,
        call_limits=TEXT,
        provenance=ref("Provenance"),
        organization=ref("Organization"),
        phones=array_of(ref("Phone")),
        schedules=array_of(ref("Schedule")),
        service_areas=array_of(ref("ServiceArea")),
        service_at_locations=array_of(ref("ServiceAtLocation")),
        languages=array_of(ref("Language")),
        attributes=array_of(ref("Attribute")),
    ),
    "ServiceAtLocation": object_with(
        "id",
        id=UUID,
        service_id=UUID,
        location_id=UUID,
        last_modified=TIMESTAMP,
        location=ref("Location"),
        service=ref("Service"),
    ),
    "Guide": object_with(
        "slug title summary page_url",
        slug=TEXT,
        title=TRANSLATED_TEXT,
        summary=TRANSLATED_TEXT,
        page_url=URI,
        written_on=DATE,
        reviewed_on=DATE,
        reviewed_by=TEXT,
        last_modified=TIMESTAMP,
        text_markdown=TRANSLATED_TEXT,
        sources=array_of(object_with("name url", name=TEXT, url=URI, year=TEXT)),
    ),
    "Credential": object_with(
        "state name focus status provenance",
        state=TEXT,
        name=TEXT,
        abbreviation=TEXT,
        focus=enum_of("both", "mental_health", "substance_use", "family", "other"),
        standing=enum_of("offered", "planned", "not_found"),
        certifying_body=TEXT,
        certifying_body_website=URI,
        training_hours=COUNT,
        work_hours=COUNT,
        supervision_hours=COUNT,
        exam_required=BOOLEAN,
        lived_experience_required=BOOLEAN,
        min_recovery_time=TEXT,
        min_age=COUNT,
        education=TEXT,
        continuing_education=TEXT,
        medicaid_billable=BOOLEAN,
        provenance={"type": "object"},
        last_modified=TIMESTAMP,
    ),
    "Problem": object_with(
        "type title status detail",
        type={"type": "string", "format": "uri-reference"},
        title=TEXT,
        status={"type": "integer", "minimum": 400, "maximum": 599},
        detail=TEXT,
        errors=array_of(object_with("parameter detail", parameter=TEXT, detail=TEXT)),
    ),
}
# The resources with lists, in the order of the API.
LISTED = ("Service", "Organization", "ServiceAtLocation", "Taxonomy", "TaxonomyTerm")
SCHEMAS |= {f"{name}Page": page_of(name) for name in LISTED}
