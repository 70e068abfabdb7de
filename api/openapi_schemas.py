"""The shapes of our answers, for the OpenAPI file: HSDS 3.0 and our own additions.

The canonical schemas of HSDS are longer; tests hold every answer against them too.
"""

from __future__ import annotations

from typing import Any

Shape = dict[str, Any]

TEXT: Shape = {"type": "string"}
YES_NO: Shape = {"type": "boolean"}
NUMBER: Shape = {"type": "number"}
COUNT: Shape = {"type": "integer", "minimum": 0}
UUID: Shape = {"type": "string", "format": "uuid"}
URI: Shape = {"type": "string", "format": "uri"}
EMAIL: Shape = {"type": "string", "format": "email"}
DAY: Shape = {"type": "string", "format": "date"}
MOMENT: Shape = {"type": "string", "format": "date-time"}


def one_of(*values: str) -> Shape:
    return {"type": "string", "enum": list(values)}


def ref(name: str) -> Shape:
    return {"$ref": f"#/components/schemas/{name}"}


def many(shape: Shape) -> Shape:
    return {"type": "array", "items": shape}


def thing(required: str, **properties: Shape) -> Shape:
    """An object; others may add properties to HSDS, and so do we."""
    return {
        "type": "object",
        "required": required.split(),
        "properties": properties,
    }


STATUS = one_of("active", "inactive", "defunct", "temporarily closed")
# A text in each language of the site.
BOTH = thing("en es", en=TEXT, es=TEXT)
LINK = {"service_id": UUID, "organization_id": UUID, "location_id": UUID}

SHAPES: dict[str, Shape] = {
    "About": thing(
        "version profile openapi_url", version=TEXT, profile=URI, openapi_url=URI
    ),
    "Page": thing(
        "total_items total_pages page_number size first_page last_page empty contents",
        total_items=COUNT,
        total_pages=COUNT,
        page_number=COUNT,
        size=COUNT,
        first_page=YES_NO,
        last_page=YES_NO,
        empty=YES_NO,
        contents=many({"type": "object"}),
    ),
    "Minimal": thing("id modified_date", id=UUID, modified_date=MOMENT),
    "Provenance": thing(
        "checked",
        source_name=TEXT,
        source_url=URI,
        source_seen=TEXT,
        source_license=TEXT,
        checked=YES_NO,
        checked_on=DAY,
        checked_how=one_of("called", "emailed", "site_read", "confirmed"),
        checked_facts=many(TEXT),
    ),
    "Phone": thing(
        "id number",
        id=UUID,
        **LINK,
        number=TEXT,
        extension=NUMBER,
        type=TEXT,
        description=TEXT,
    ),
    "Schedule": thing(
        "id",
        id=UUID,
        service_id=UUID,
        freq=one_of("WEEKLY"),
        interval=NUMBER,
        wkst=one_of("MO"),
        byday=TEXT,
        opens_at=TEXT,
        closes_at=TEXT,
        timezone=NUMBER,
        description=TEXT,
        iana_timezone=TEXT,
        opening_hours=TEXT,
    ),
    "ServiceArea": thing(
        "id name",
        id=UUID,
        service_id=UUID,
        name=TEXT,
        description=TEXT,
        place_kind=one_of("state", "county"),
        code=TEXT,
    ),
    "Language": thing("id", id=UUID, service_id=UUID, name=TEXT, code=TEXT),
    "Taxonomy": thing("id name description", id=UUID, name=TEXT, description=TEXT),
    "TaxonomyTerm": thing(
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
    "Attribute": thing(
        "id",
        id=UUID,
        link_id=UUID,
        link_entity=TEXT,
        link_type=TEXT,
        taxonomy_term_id=UUID,
        taxonomy_term=ref("TaxonomyTerm"),
    ),
    "Address": thing(
        "id address_1 city state_province postal_code country address_type",
        id=UUID,
        location_id=UUID,
        address_1=TEXT,
        city=TEXT,
        state_province=TEXT,
        postal_code=TEXT,
        country=one_of("US"),
        address_type=one_of("physical", "postal"),
    ),
    "Accessibility": thing("id", id=UUID, location_id=UUID, description=TEXT),
    "Location": thing(
        "id location_type",
        id=UUID,
        organization_id=UUID,
        location_type=one_of("physical", "virtual"),
        name=TEXT,
        description=TEXT,
        url=URI,
        latitude={"type": "number", "minimum": -90, "maximum": 90},
        longitude={"type": "number", "minimum": -180, "maximum": 180},
        coordinates_precision=one_of("address", "zip", "city", "county"),
        city=TEXT,
        state_province=TEXT,
        county=TEXT,
        address_withheld=YES_NO,
        addresses=many(ref("Address")),
        accessibility=many(ref("Accessibility")),
    ),
    "Organization": thing(
        "id name description",
        id=UUID,
        name=TEXT,
        description=TEXT,
        email=EMAIL,
        website=URI,
        parent_organization_id=UUID,
        status=STATUS,
        kind=TEXT,
        run_by=one_of("peers", "larger_organization", "clubhouse"),
        part_of=TEXT,
        page_url=URI,
        last_modified=MOMENT,
        provenance=ref("Provenance"),
        phones=many(ref("Phone")),
        locations=many(ref("Location")),
        attributes=many(ref("Attribute")),
        services=many(ref("Service")),
    ),
    "Service": thing(
        "id name status",
        id=UUID,
        organization_id=UUID,
        name=TEXT,
        description=TEXT,
        url=URI,
        email=EMAIL,
        status=STATUS,
        application_process=TEXT,
        fees_description=TEXT,
        eligibility_description=TEXT,
        assured_date=DAY,
        alert=TEXT,
        last_modified=MOMENT,
        page_url=URI,
        in_person=YES_NO,
        online=YES_NO,
        by_phone=YES_NO,
        area=one_of("unknown", "nationwide", "places"),
        chat_url=URI,
        who_may_call=one_of("unknown", "anyone", "state", "local", "group"),
        answered_by_peers=YES_NO,
        may_send_emergency=YES_NO,
        call_limits=TEXT,
        provenance=ref("Provenance"),
        organization=ref("Organization"),
        phones=many(ref("Phone")),
        schedules=many(ref("Schedule")),
        service_areas=many(ref("ServiceArea")),
        service_at_locations=many(ref("ServiceAtLocation")),
        languages=many(ref("Language")),
        attributes=many(ref("Attribute")),
    ),
    "ServiceAtLocation": thing(
        "id",
        id=UUID,
        service_id=UUID,
        location_id=UUID,
        last_modified=MOMENT,
        location=ref("Location"),
        service=ref("Service"),
    ),
    "Guide": thing(
        "slug title summary page_url",
        slug=TEXT,
        title=BOTH,
        summary=BOTH,
        page_url=URI,
        written_on=DAY,
        reviewed_on=DAY,
        reviewed_by=TEXT,
        last_modified=MOMENT,
        text_markdown=BOTH,
        sources=many(thing("name url", name=TEXT, url=URI, year=TEXT)),
    ),
    "Credential": thing(
        "state name focus standing provenance",
        state=TEXT,
        name=TEXT,
        abbreviation=TEXT,
        focus=one_of("both", "mental_health", "substance_use", "family", "other"),
        standing=one_of("offered", "planned", "not_found"),
        certifying_body=TEXT,
        certifying_body_website=URI,
        training_hours=COUNT,
        work_hours=COUNT,
        supervision_hours=COUNT,
        exam_required=YES_NO,
        lived_experience_required=YES_NO,
        min_recovery_time=TEXT,
        min_age=COUNT,
        education=TEXT,
        continuing_education=TEXT,
        medicaid_billable=YES_NO,
        note=TEXT,
        provenance={"type": "object"},
        last_modified=MOMENT,
    ),
    "Problem": thing(
        "type title status detail",
        type={"type": "string", "format": "uri-reference"},
        title=TEXT,
        status={"type": "integer", "minimum": 400, "maximum": 599},
        detail=TEXT,
        errors=many(thing("parameter detail", parameter=TEXT, detail=TEXT)),
    ),
}
