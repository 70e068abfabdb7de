"""Acts of the desk: check, take, propose, accept, decline, merge, publish."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from curation.errors import Refused as Refused
from curation.forms import past_values
from curation.models import Check, DuplicatePair, LinkCheck, Reminder, Suggestion
from curation.withheld_addresses import refuse_to_show_street
from listings.exchange.importing import FACT_FIELDS, point_of, put_point
from listings.field_values import fact_names, put, value, values
from listings.models import Listing, OldSlug
from listings.removals import Tombstone, numbers_of
from listings.service_areas import UnknownArea, from_text

# A listing that somebody took and did not come back to is free again.
TAKEN_FOR = timedelta(hours=2)
# A listing that moves stands elsewhere on the map.
ADDRESS = {"street", "city", "state", "zip_code", "address_withheld"}
# How the reason of a merge begins in the history of both listings.
MERGE = "merge"
# After this many days without an answer we try again.
RETRY_DAYS = 14


def locked(listing: Any, version: str = "") -> Any:
    """The listing as it is now, held until the transaction ends.

    Raises Refused where it is no longer of the `version` that somebody looked at. A
    page of the site that is no listing is taken too, and has no version.
    """
    fresh = type(listing)._default_manager.select_for_update().get(pk=listing.pk)
    if version and version != str(fresh.version):
        raise Refused(_("This listing has changed meanwhile. Look at it again."))
    return fresh


@transaction.atomic
def record_check(
    listing: Any,
    *,
    how: str,
    outcome: str,
    by: Any = None,
    facts: Iterable[str] = (),
    on: date | None = None,
    note: str = "",
    because: str = "",
) -> Check:
    """Write a check down, and what follows from it. Raises Refused."""
    on = on or timezone.localdate()
    if on > timezone.localdate():
        raise Refused(_("A check cannot be in the future."))
    fresh = locked(listing)
    if outcome in (Check.Outcome.CLOSED, Check.Outcome.PAUSED) and not because:
        raise Refused(_("Please say why it has closed."))
    if outcome == Check.Outcome.PAUSED and fresh.status == Listing.Status.CLOSED:
        # Who asked to leave, or was merged, comes back by no check.
        raise Refused(_("This listing is closed. If it is back, publish it first."))
    is_paused = fresh.status == Listing.Status.TEMPORARILY_CLOSED
    if outcome == Check.Outcome.REOPENED and not is_paused:
        raise Refused(_("This listing is not closed for now."))
    covered = [fact for fact in FACT_FIELDS if fact in set(facts)]
    check = Check.objects.create(
        listing=fresh,
        on=on,
        how=how,
        by=by,
        facts=covered,
        outcome=outcome,
        note=note,
    )
    _follow(fresh, check, because)
    fresh.claimed_by = fresh.claimed_at = None
    fresh.version += 1
    fresh._change_reason = _("check")
    with refusing():
        fresh.save()
    return check


def _follow(listing: Any, check: Check, because: str) -> None:
    """What a check does to its listing."""
    outcome = Check.Outcome
    if listing.checked_on and check.on < listing.checked_on:
        # Written down late: what was made sure of since then stands.
        return
    if check.outcome == outcome.NO_ANSWER:
        listing.check_due_on = check.on + timedelta(days=RETRY_DAYS)
        return
    listing.check_due_on = check.on + timedelta(days=listing.check_every_days)
    if check.outcome in (outcome.RIGHT, outcome.REOPENED):
        listing.checked_facts = _checked_that_day(listing, check)
        listing.checked_on, listing.checked_how = check.on, check.how
        listing.checked_by = check.by
        if check.outcome == outcome.REOPENED:
            listing.status, listing.closure_reason = Listing.Status.PUBLISHED, ""
    elif check.outcome == outcome.PAUSED:
        listing.status = Listing.Status.TEMPORARILY_CLOSED
        listing.closure_reason = because
    else:
        listing.status, listing.closure_reason = Listing.Status.CLOSED, because


def _checked_that_day(listing: Any, check: Check) -> list[str]:
    """What is sure since this day: two checks of one day are one of both."""
    facts: list[str] = check.facts
    if check.on != listing.checked_on or not (facts and listing.checked_facts):
        return facts
    both = {*facts, *listing.checked_facts}
    return [fact for fact in FACT_FIELDS if fact in both]


def holder(listing: Any) -> Any:
    """Who has taken the listing just now, or None."""
    if listing.claimed_by_id is None or listing.claimed_at is None:
        return None
    is_fresh = timezone.now() - listing.claimed_at < TAKEN_FOR
    users = get_user_model()._default_manager
    return users.filter(pk=listing.claimed_by_id).first() if is_fresh else None


@transaction.atomic
def take(listing: Any, by: Any) -> None:
    """Raises Refused where somebody else is on it."""
    fresh = locked(listing)
    other = holder(fresh)
    if other is not None and other != by:
        raise Refused(_("%(name)s has taken this listing.") % {"name": other})
    _hold(fresh, by)


@transaction.atomic
def release(listing: Any) -> None:
    _hold(locked(listing), None)


def _hold(listing: Any, by: Any) -> None:
    """No fact changes by it, so it leaves no row of history."""
    listing.claimed_by, listing.claimed_at = by, timezone.now() if by else None
    listing.save_without_historical_record(update_fields=["claimed_by", "claimed_at"])


@transaction.atomic
def accept(
    suggestion: Suggestion, names: Iterable[str], by: Any, version: str = ""
) -> Any:
    """Put the chosen proposed facts on the listing. Raises Refused, also where it is
    no longer of the `version` that the curator looked at."""
    suggestion = _undecided(suggestion)
    if suggestion.object_id and suggestion.listing is None:
        raise Refused(_("This listing is no longer there."))
    if suggestion.kind == Suggestion.Kind.CHECK:
        _accept_check(suggestion, version)
        _decide(suggestion, Suggestion.State.ACCEPTED, by)
        return suggestion.listing
    chosen = {n: v for n, v in suggestion.changes.items() if n in set(names)}
    if suggestion.object_id:
        # Where nothing is taken over, nothing of a colleague's can be lost.
        listing = locked(suggestion.listing, version if chosen else "")
    else:
        listing = _suggested(suggestion)
    refuse_to_show_street(listing, suggestion.changes, chosen)
    if chosen or not suggestion.object_id:
        _put_checked(listing, chosen, suggestion)
    suggestion.object_id = listing.pk
    suggestion.accepted_facts = sorted(chosen)
    _decide(suggestion, Suggestion.State.ACCEPTED, by)
    return listing


def _suggested(suggestion: Suggestion) -> Any:
    """The new listing that somebody suggested: its name and source."""
    model: Any = suggestion.content_type.model_class()
    listing = model(name=suggestion.changes.get("name", ""))
    listing.source_name = _("Suggested on this site")
    listing.source_seen = suggestion.created_at.date().isoformat()
    listing.version = 0
    return listing


def requests_against(suggestion: Suggestion) -> list[Tombstone]:
    """Removal requests that keep a suggested new listing from being published."""
    if suggestion.kind != Suggestion.Kind.NEW or suggestion.object_id:
        return []
    listing = _suggested(suggestion)
    for name, fact in suggestion.changes.items():
        if name not in ("terms", "service_area"):
            setattr(listing, name, fact)
    found: list[Tombstone] = listing.removal_requests()
    return found


def _accept_check(suggestion: Suggestion, version: str) -> None:
    facts = dict(suggestion.changes)
    facts["on"] = date.fromisoformat(facts["on"])
    listing = locked(suggestion.listing, version)
    then = listing.history.filter(history_date__lte=suggestion.created_at).first()
    names = [
        name
        for fact in facts["facts"]
        for name in FACT_FIELDS[fact]
        if name in fact_names(type(listing))
    ]
    if then is not None and past_values(then, names) != values(listing, names):
        raise Refused(
            _("What was checked has changed since then. Decline this, and check again.")
        )
    record_check(listing, by=suggestion.proposed_by, **facts)


def _put_checked(listing: Any, facts: dict[str, Any], suggestion: Suggestion) -> None:
    plain = {n: v for n, v in facts.items() if n not in ("terms", "service_area")}
    for name, fact in plain.items():
        setattr(listing, name, fact)
    with refusing():
        listing.clean_fields(exclude=["slug", "checked_by", "parent", "county"])
    if ADDRESS & set(facts):
        listing.stand_at_its_address()
    listing._change_reason = _("suggestion %(number)s") % {"number": suggestion.pk}
    put_whole(listing, facts)


def put_whole(listing: Any, facts: dict[str, Any]) -> None:
    """Put facts that may not fit the others: a last phone gone, hours without a zone.

    Raises Refused, and leaves the row as it was.
    """
    for name, fact in facts.items():
        if name not in ("terms", "service_area"):
            setattr(listing, name, fact)
    try:
        with refusing():
            _check_area(listing, facts)
            listing.clean()
            listing.validate_constraints()
            put(listing, facts)
    except UnknownArea as error:
        raise Refused(" ".join(error.args)) from None


@contextmanager
def refusing() -> Iterator[None]:
    """Raise Refused, in words, where the model refuses what is to be saved."""
    try:
        yield
    except ValidationError as error:
        raise Refused(_in_words(error)) from None


def _check_area(listing: Any, facts: dict[str, Any]) -> None:
    """Raises ValidationError, and UnknownArea where a service area names no place."""
    if not {"service_area_scope", "service_area"} & set(facts):
        return
    named = from_text(facts["service_area"]) if "service_area" in facts else None
    if named is None:
        named = list(listing.service_area.all()) if listing.pk else []
    listing.check_area(listing.service_area_scope, named)


def _in_words(error: ValidationError) -> str:
    found = error.message_dict
    return "; ".join(
        " ".join(words) if name == NON_FIELD_ERRORS else f"{name}: {' '.join(words)}"
        for name, words in found.items()
    )


@transaction.atomic
def decline(suggestion: Suggestion, reason: str, by: Any) -> None:
    """Raises Refused."""
    if not reason.strip():
        raise Refused(_("Please say why, so that the next curator knows."))
    suggestion = _undecided(suggestion)
    suggestion.reason = reason.strip()
    _decide(suggestion, Suggestion.State.DECLINED, by)


def _undecided(suggestion: Suggestion) -> Suggestion:
    fresh: Suggestion = Suggestion.objects.select_for_update().get(pk=suggestion.pk)
    if fresh.state != Suggestion.State.OPEN:
        raise Refused(
            _("%(name)s has decided this already.") % {"name": fresh.decided_by}
        )
    return fresh


def _decide(suggestion: Suggestion, state: str, by: Any) -> None:
    suggestion.state, suggestion.decided_by = state, by
    suggestion.decided_at = timezone.now()
    suggestion.save()


@transaction.atomic
def merge(
    keep: Any,
    drop: Any,
    facts: Iterable[str],
    versions: Sequence[str] = ("", ""),
) -> Any:
    """Make two listings one: `facts` come from `drop`, its address leads to `keep`.

    Checks, suggestions and old addresses move over; the dropped row stays, closed,
    so that its number in other people's systems still says where to look.
    Raises Refused, also where they are no longer of the `versions` that were compared.
    """
    if keep.pk == drop.pk or type(keep) is not type(drop):
        raise Refused(_("Choose two different listings of one catalogue."))
    keep, drop = locked(keep, versions[0]), locked(drop, versions[1])
    known = set(fact_names(type(drop)))
    chosen = {name: value(drop, name) for name in facts if name in known}
    refuse_to_show_street(keep, values(drop), chosen)
    slug = drop.slug
    drop.slug = f"{slug[:100]}-merged-{drop.pk}"
    drop.status = Listing.Status.CLOSED
    drop.closure_reason = _("Merged with %(name)s.") % {"name": keep.name}
    drop.version += 1
    if not keep.key:
        # Else the closed row keeps it: the next file finds that row, and adds none.
        keep.key, drop.key = drop.key, ""
    drop._change_reason = f"{MERGE}: {keep.name}"[:100]
    keep._change_reason = f"{MERGE}: {drop.name}"[:100]
    drop.save()
    if ADDRESS & set(chosen):
        put_point(keep, point_of(drop))
    if getattr(keep, "parent_id", None) == drop.pk:
        keep.parent_id = drop.parent_id if drop.parent_id != keep.pk else None
    put_whole(keep, chosen)
    _take_checks(keep, drop)
    _take_branches(keep, drop)
    kind = ContentType.objects.get_for_model(keep)
    moved = {"content_type": kind, "object_id": drop.pk}
    for model in (OldSlug, Check, Suggestion, Reminder):
        model._default_manager.filter(**moved).update(object_id=keep.pk)
    # Its old address leads on, and so does the row that stays behind.
    for old in (slug, drop.slug):
        OldSlug.objects.leave(keep, old)
    _forget_links_and_doubles(drop)
    return keep


def _take_checks(keep: Any, drop: Any) -> None:
    """What was checked on `drop`, and stands on `keep` now, is as safe from a file as
    before: each check is in the history once, and the newest is the one that shows."""
    known = set(fact_names(type(keep)))
    same = []
    for fact, fields in FACT_FIELDS.items():
        names = known & set(fields)
        if names and values(keep, names) == values(drop, names):
            same.append(fact)
    columns = ("checked_on", "checked_how", "checked_by_id", "checked_facts")
    own = tuple(getattr(keep, column) for column in columns)
    past = drop.history.exclude(checked_on=None).order_by("checked_on", "history_id")
    checks = []
    for on, how, by, facts in past.values_list(*columns):
        covered = [fact for fact in same if fact in (facts or same)]
        if covered and (on, how, by, covered) not in checks:
            checks.append((on, how, by, covered))
    if checks and keep.checked_on and keep.checked_on >= checks[-1][0]:
        checks.append(own)
    for check in checks:
        for column, plain in zip(columns, check, strict=True):
            setattr(keep, column, plain)
        keep.version += 1
        keep.save()


def _take_branches(keep: Any, drop: Any) -> None:
    """Branches and meetings of the dropped listing belong to the one that stays."""
    if hasattr(drop, "branches"):
        _hand_over(drop.branches.exclude(pk=keep.pk), "parent", keep)
    if hasattr(drop, "meetings"):
        _hand_over(drop.meetings.all(), "organization", keep)


def _hand_over(rows: Iterable[Any], owner: str, keep: Any) -> None:
    for row in rows:
        setattr(row, owner, keep)
        row.version += 1
        row._change_reason = _("merge")
        row.save()


def _forget_links_and_doubles(listing: Any) -> None:
    """What the nightly commands found out about a listing that is going."""
    LinkCheck.objects.about(listing).delete()
    kind = ContentType.objects.get_for_model(listing)
    either = DuplicatePair.objects.filter(content_type=kind)
    (either.filter(first_id=listing.pk) | either.filter(second_id=listing.pk)).delete()


@transaction.atomic
def publish(listing: Any) -> None:
    """Raises Refused."""
    fresh = locked(listing)
    if not fresh.has_contact:
        raise Refused(_("%(name)s has no way to make contact.") % {"name": fresh})
    with refusing():
        fresh.publish()


@transaction.atomic
def close(listing: Any, because: str, temporarily: bool) -> None:
    """Raises Refused."""
    with refusing():
        locked(listing).close(because=because, temporarily=temporarily)


@transaction.atomic
def remove_on_request(listing: Any, reason: str) -> None:
    """Take a listing off for good, and leave a request that nothing overrules."""
    fresh = locked(listing)
    # It may come back under any of its numbers.
    for number in sorted(numbers_of(fresh)) or [""]:
        Tombstone.objects.create(
            key=fresh.file_key,
            name=fresh.name,
            phone=number,
            website=fresh.website,
            reason=reason,
        )
    fresh.status = Listing.Status.CLOSED
    fresh.closure_reason = _("They asked not to be listed.")
    fresh.version += 1
    fresh._change_reason = _("removal on request")
    fresh.save()
