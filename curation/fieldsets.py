"""The groups of fields that the forms of several catalogs share."""

from __future__ import annotations

from typing import Any, TypeAlias

from django.utils.translation import gettext_lazy

from listings.models import Listing

# Django's fieldset: a heading and its options.
Fieldset: TypeAlias = tuple[Any, Any]

CONTACT_FIELDSET: Fieldset = (
    gettext_lazy("Contact"),
    {
        "description": gettext_lazy("Any one of these is enough to publish."),
        "fields": Listing.CONTACT_FIELDS,
    },
)
HOURS_FIELDSET: Fieldset = (
    gettext_lazy("Hours"),
    {"fields": ("hours", "hours_note", "timezone")},
)
SERVICE_FIELDSET: Fieldset = (
    gettext_lazy("How and whom it serves"),
    {
        "fields": (
            ("in_person", "online", "by_phone"),
            "terms",
            "cost",
            "referral_needed",
            "wheelchair_access",
            "service_area_scope",
            "service_area",
            "service_area_note",
        )
    },
)
STATUS_FIELDSET: Fieldset = (
    gettext_lazy("State"),
    {
        "fields": (
            "status",
            "closure_reason",
            "public_warning",
            "internal_note",
            "assigned_to",
        )
    },
)
SOURCE_FIELDSET: Fieldset = (
    gettext_lazy("Where the facts are from"),
    {
        "fields": (
            "key",
            "source_name",
            "source_url",
            "source_seen",
            "source_license",
            "checked_on",
            "checked_how",
            "checked_by",
            "check_due_on",
            "created_at",
            "changed_at",
            "opened_version",
            "looked",
        )
    },
)
