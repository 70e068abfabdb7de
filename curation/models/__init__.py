"""The tables of curation: checks, suggestions, mail, link checks, imports, staff."""

from __future__ import annotations

from curation.models.base import ListingRelated, ListingRelatedQuerySet
from curation.models.checks import Check
from curation.models.duplicates import DuplicatePair
from curation.models.imports import ImportedRow, ImportRun
from curation.models.links import LinkCheck
from curation.models.mail import (
    OptOut,
    OutgoingMail,
    Reminder,
    default_link_expiry,
    new_message_id,
    new_token,
)
from curation.models.staff import CuratorProfile, UnsentForm
from curation.models.suggestions import Suggestion, SuggestionQuerySet

__all__ = [
    "Check",
    "CuratorProfile",
    "DuplicatePair",
    "ImportRun",
    "ImportedRow",
    "LinkCheck",
    "ListingRelated",
    "ListingRelatedQuerySet",
    "OptOut",
    "OutgoingMail",
    "Reminder",
    "Suggestion",
    "SuggestionQuerySet",
    "UnsentForm",
    "default_link_expiry",
    "new_message_id",
    "new_token",
]
