"""The steps of curation that change several rows, each in one transaction."""

from __future__ import annotations

from curation.errors import ActionRefused
from curation.workflow.checks import CLOSING, CONFIRMING, UNREACHED, record_check
from curation.workflow.claims import (
    claim,
    claimed,
    get_claimant,
    release,
    unclaimed_by_others,
)
from curation.workflow.facts import apply_validated_facts, known_facts
from curation.workflow.locking import lock_for_update
from curation.workflow.merging import MERGE_REASON, merge
from curation.workflow.publishing import close, publish, remove_on_request
from curation.workflow.suggestions import accept, decline, find_removal_requests

__all__ = [
    "CLOSING",
    "CONFIRMING",
    "MERGE_REASON",
    "UNREACHED",
    "ActionRefused",
    "accept",
    "apply_validated_facts",
    "claim",
    "claimed",
    "close",
    "decline",
    "find_removal_requests",
    "get_claimant",
    "known_facts",
    "lock_for_update",
    "merge",
    "publish",
    "record_check",
    "release",
    "remove_on_request",
    "unclaimed_by_others",
]
