"""The steps of curation that change several rows, each in one transaction."""

from __future__ import annotations

from curation.errors import ActionRefused
from curation.workflow.checks import record_check
from curation.workflow.claims import claim, get_claimant, release
from curation.workflow.facts import apply_validated_facts
from curation.workflow.locking import lock_for_update
from curation.workflow.merging import MERGE_REASON, merge
from curation.workflow.publishing import close, publish, remove_on_request
from curation.workflow.suggestions import accept, decline, find_removal_requests

__all__ = [
    "MERGE_REASON",
    "ActionRefused",
    "accept",
    "apply_validated_facts",
    "claim",
    "close",
    "decline",
    "find_removal_requests",
    "get_claimant",
    "lock_for_update",
    "merge",
    "publish",
    "record_check",
    "release",
    "remove_on_request",
]
