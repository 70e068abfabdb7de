"""Merge two listings into one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.translation import gettext as _

from curation.errors import ActionRefused
from curation.models import Check, Reminder, Suggestion
from curation.nightly_findings import delete_nightly_findings
from curation.withheld_addresses import refuse_to_reveal_street
from curation.workflow.facts import ADDRESS_FIELDS, apply_validated_facts
from curation.workflow.locking import lock_for_update
from listings.exchange.importing import FACT_FIELDS, point_values, set_point
from listings.field_values import fact_names, fact_value, fact_values
from listings.models import Listing
from listings.slugs import SlugRedirect

ListingT = TypeVar("ListingT", bound=Listing)

# The change reason of a merge begins with this in the history of both listings.
MERGE_REASON = "merge"
CHECK_COLUMNS = ("checked_on", "checked_how", "checked_by_id", "checked_facts")


@transaction.atomic
def merge(
    target: ListingT,
    duplicate: ListingT,
    facts: Iterable[str],
    versions: Sequence[str] = ("", ""),
) -> ListingT:
    """Merge `duplicate` into `target`, which takes over the named `facts`, and return
    `target`.

    Checks, suggestions and old addresses move to `target`. The duplicate stays as a
    closed row, so that its id in other systems still leads to `target`. Raise
    ActionRefused if they are no longer in the `versions` that the curator compared.
    """
    if target.pk == duplicate.pk or type(target) is not type(duplicate):
        raise ActionRefused(_("Choose two different listings of one catalogue."))
    target = lock_for_update(target, versions[0])
    duplicate = lock_for_update(duplicate, versions[1])
    known = set(fact_names(type(duplicate)))
    chosen = {name: fact_value(duplicate, name) for name in facts if name in known}
    refuse_to_reveal_street(target, fact_values(duplicate), chosen)
    slug = duplicate.slug
    _close_duplicate(target, duplicate)
    if ADDRESS_FIELDS & set(chosen):
        set_point(target, point_values(duplicate))
    _leave_duplicate_as_parent(target, duplicate)
    apply_validated_facts(target, chosen)
    _copy_checks(target, duplicate)
    _move_branches(target, duplicate)
    kind = ContentType.objects.get_for_model(target)
    moved = {"content_type": kind, "object_id": duplicate.pk}
    for model in (SlugRedirect, Check, Suggestion, Reminder):
        model._default_manager.filter(**moved).update(object_id=target.pk)
    # Its former address redirects, and so does that of the closed row.
    for old in (slug, duplicate.slug):
        SlugRedirect.objects.record(target, old)
    delete_nightly_findings(type(duplicate), [duplicate.pk])
    return target


def _close_duplicate(target: Listing, duplicate: Listing) -> None:
    """Free its slug and close it. If `target` has no source key, it gets that of the
    duplicate; otherwise the duplicate keeps it, so that no file adds it again."""
    duplicate.slug = f"{duplicate.slug[:100]}-merged-{duplicate.pk}"
    duplicate.status = Listing.Status.CLOSED
    duplicate.closure_reason = _("Merged with %(name)s.") % {"name": target.name}
    duplicate.version += 1
    if not target.key:
        target.key, duplicate.key = duplicate.key, ""
    duplicate._change_reason = f"{MERGE_REASON}: {target.name}"[:100]
    target._change_reason = f"{MERGE_REASON}: {duplicate.name}"[:100]
    duplicate.save()


def _leave_duplicate_as_parent(target: Listing, duplicate: Listing) -> None:
    """If `target` is a branch of the duplicate, give it the parent of the duplicate."""
    if getattr(target, "parent_id", None) == duplicate.pk:
        parent = getattr(duplicate, "parent_id", None)
        branch: Any = target
        branch.parent_id = parent if parent != target.pk else None


def _copy_checks(target: Listing, duplicate: Listing) -> None:
    """Copy the checks of facts that are the same in both, oldest first.

    So an import does not overwrite these facts, as before, and every check is in the
    history of `target` once. The newest one is the current one.
    """
    known = set(fact_names(type(target)))
    same = []
    for fact, fields in FACT_FIELDS.items():
        names = known & set(fields)
        if names and fact_values(target, names) == fact_values(duplicate, names):
            same.append(fact)
    own = tuple(getattr(target, column) for column in CHECK_COLUMNS)
    past = duplicate.history.exclude(checked_on=None)
    checks = []
    for on, how, by, facts in past.order_by("checked_on", "history_id").values_list(
        *CHECK_COLUMNS
    ):
        covered = [fact for fact in same if fact in (facts or same)]
        if covered and (on, how, by, covered) not in checks:
            checks.append((on, how, by, covered))
    if checks and target.checked_on and target.checked_on >= checks[-1][0]:
        checks.append(own)
    for check in checks:
        for column, plain in zip(CHECK_COLUMNS, check, strict=True):
            setattr(target, column, plain)
        target.version += 1
        target.save()


def _move_branches(target: Listing, duplicate: Listing) -> None:
    """Move the branches and meetings of the duplicate to `target`."""
    if hasattr(duplicate, "branches"):
        _set_owner(duplicate.branches.exclude(pk=target.pk), "parent", target)
    if hasattr(duplicate, "meetings"):
        _set_owner(duplicate.meetings.all(), "organization", target)


def _set_owner(rows: Iterable[Listing], field: str, owner: Listing) -> None:
    for row in rows:
        setattr(row, field, owner)
        row.version += 1
        row._change_reason = _("merge")
        row.save()
