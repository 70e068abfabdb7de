"""What an import is to do to each row: facts become planned changes or refusals."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError

from listings import service_areas
from listings.exchange.bulk_writes import Change
from listings.exchange.drafts import AS_DRAFT, is_completed_by
from listings.exchange.importing import (
    Facts,
    Importer,
    RowRefused,
    guarded,
    plain_facts,
    put_point,
)
from listings.field_values import value
from listings.history import link_names
from listings.models import Listing, Term
from listings.phones import PhoneField
from listings.removals import KnownRequests
from places.nearest import POINT_FIELDS, LocatedModel
from places.normalized_text import NormalizedCharField

# Checked by the form or the database, or no business of a file.
NOT_VALIDATED = ("slug", "checked_by", "parent", "county")


@dataclass
class Plan:
    """One row of a file and what it does."""

    number: int
    facts: Facts
    change: Change
    # The facts that change, as the report names them; empty where nothing does.
    names: list[str] = field(default_factory=list)
    before: dict[str, Any] = field(default_factory=dict)
    # What no import may change, and words of the file that we do not have.
    kept: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    # (version, changed_at) of the row that was compared.
    stamp: tuple[Any, ...] = ()

    @property
    def is_write(self) -> bool:
        return self.change.is_new or bool(self.names)


class Planner:
    """Compares what rows say with what is there, and writes nothing."""

    def __init__(self, importer: Importer, reason: str, written_to: int = 0) -> None:
        self.model: Any = importer.model
        self.reason = reason
        # Rows up to this number were written by a run that was cut short.
        self.written_to = written_to
        self.links = link_names(self.model)
        kinds = (PhoneField, NormalizedCharField)
        fields = self.model._meta.get_fields()
        self.normalized = {f.name: f for f in fields if isinstance(f, kinds)}
        terms = Term.objects.all()
        self.terms = {(term.kind, term.slug): term.pk for term in terms}
        self.requests = KnownRequests()

    def plan(
        self,
        rows: Iterable[tuple[int, Facts]],
        refuse: Callable[[int, str, str], None],
    ) -> list[Plan]:
        """Plan some rows of the file; `refuse` is called for those refused."""
        rows = list(rows)
        known = {row.file_key: row for row in self._known(facts for _n, facts in rows)}
        plans = []
        for number, facts in rows:
            try:
                plans.append(self._plan(number, facts, known.get(facts.key)))
            except RowRefused as refusal:
                refuse(number, facts.key, str(refusal))
        return plans

    def _known(self, facts: Iterable[Facts]) -> Iterable[Any]:
        named = self.model.objects.of_file_keys([one.key for one in facts])
        return named.prefetch_related(*self.links)  # type: ignore[no-any-return]

    def is_current(self, plans: list[Plan]) -> Callable[[Plan], bool]:
        """Lock the rows of these plans; then tell of each whether it still holds."""
        if self.requests.have_changed():
            return lambda _plan: False
        pks = [plan.change.row.pk for plan in plans if not plan.change.is_new]
        rows = self.model.objects.select_for_update().filter(pk__in=pks).order_by("pk")
        stamps = {pk: stamp for pk, *stamp in rows.values_list("pk", *STAMP)}
        new = [plan.facts.key for plan in plans if plan.change.is_new]
        made = {row.file_key for row in self.model.objects.of_file_keys(new)}

        def is_current(plan: Plan) -> bool:
            if plan.change.is_new:
                return plan.facts.key not in made
            return tuple(stamps.get(plan.change.row.pk, ())) == plan.stamp

        return is_current

    def _plan(self, number: int, facts: Facts, row: Any) -> Plan:
        """Set what differs and may change. Raises RowRefused."""
        is_new = row is None
        if row is None:
            row = self.model(key=facts.key)
        elif number <= self.written_to:
            return Plan(number, facts, Change(row, is_new=False))
        change = Change(
            row, is_new, shown_before=None if is_new else row.public_fields()
        )
        stamp = () if is_new else tuple(getattr(row, name) for name in STAMP)
        plan = Plan(number, facts, change, stamp=stamp)
        wanted = self._wanted(plan)
        plan.names = self._may_change(plan, wanted)
        if not is_new and _is_completed(row, facts, {n: wanted[n] for n in plan.names}):
            wanted["status"] = Listing.Status.PUBLISHED
            plan.names.append("status")
        if plan.is_write:
            if not is_new:
                plan.before = plain_facts(row, plan.names)
            self._set(plan, wanted)
            self._check(plan)
        return plan

    def _may_change(self, plan: Plan, wanted: dict[str, Any]) -> list[str]:
        """The facts that differ, without those that no import changes."""
        row = plan.change.row
        names = [
            name for name, said in wanted.items() if self._value(row, name) != said
        ]
        theirs = guarded(row) if names else {}
        found = [name for name in names if name in theirs]
        plan.kept += [f"{plan.facts.key}: {name}, {theirs[name]}" for name in found]
        return [name for name in names if name not in theirs]

    def _wanted(self, plan: Plan) -> dict[str, Any]:
        facts = plan.facts
        wanted = {name: self._as_kept(name, v) for name, v in facts.fields.items()}
        known = {pair for pair in facts.terms if pair in self.terms}
        for kind, slug in sorted(facts.terms - known):
            plan.warnings.append(f"no {kind} is called “{slug}”; left out")
        if self.links:
            wanted["terms"] = frozenset(self.terms[pair] for pair in known)
            wanted["service_area"] = frozenset(place.pk for place in facts.service_area)
        if issubclass(self.model, LocatedModel):
            wanted["point"] = None
            if facts.place is not None:
                point = facts.place.point
                county = facts.place.own_county
                exact = (point.latitude, point.longitude, facts.precision)
                wanted["point"] = (*exact, county.pk if county else None)
        return wanted

    def _as_kept(self, name: str, said: Any) -> Any:
        """A number or ZIP code as it will be stored, however the file writes it."""
        field = self.normalized.get(name)
        return field.normalized(said) if field else said

    def _value(self, row: Any, name: str) -> Any:
        if name in self.links:
            if row.pk is None:
                return frozenset()
            return frozenset(other.pk for other in getattr(row, name).all())
        if name == "point":
            if row.latitude is None:
                return None
            return (row.latitude, row.longitude, row.precision, row.county_id)
        return value(row, name)

    def _set(self, plan: Plan, wanted: dict[str, Any]) -> None:
        row, change = plan.change.row, plan.change
        for name in plan.names:
            if name in self.links:
                change.links[name] = wanted[name]
            elif name == "point":
                put_point(row, wanted[name])
                change.columns |= POINT_FIELDS
            else:
                setattr(row, name, wanted[name])
                change.columns.add(name)
        if plan.facts.zip_place is not None:
            row.zip_place = plan.facts.zip_place
        row._change_reason = self.reason
        if not change.is_new:
            row.version += 1
            # Also where only terms or places change.
            change.columns.add("version")
            return
        change.columns = set()
        # For the checks; its address is chosen when it is written.
        row.enter(set(), plan.facts.wishes)
        if plan.facts.wishes.get("status") == Listing.Status.DRAFT:
            row._change_reason = AS_DRAFT

    def _check(self, plan: Plan) -> None:
        """Raises RowRefused."""
        row = plan.change.row
        try:
            row.clean_fields(exclude=NOT_VALIDATED)
            if not isinstance(row, Listing):
                return
            if self.requests.may_match(row) and row.removal_requests():
                # Not as a draft either, and one that left takes nothing from a file.
                raise RowRefused("the organization asked not to be listed")
            if "status" in plan.names:
                row.check_may_be_public()
        except ValidationError as error:
            raise RowRefused(_in_words(error)) from None

    def after(self, plan: Plan) -> dict[str, Any]:
        """The facts that the plan has changed, as plain data."""
        row, facts = plan.change.row, plan.facts
        links = plan.change.links
        found = plain_facts(row, [name for name in plan.names if name not in links])
        if "terms" in links:
            known = [pair for pair in facts.terms if pair in self.terms]
            found["terms"] = sorted(f"{kind}:{slug}" for kind, slug in known)
        if "service_area" in links:
            places = {place.pk: place for place in facts.service_area}
            found["service_area"] = service_areas.to_text(places.values())
        return found


# New with every change of a row.
STAMP = ("version", "changed_at")


def _is_completed(listing: Any, facts: Facts, changes: dict[str, Any]) -> bool:
    """Is it a draft that has now what it lacked, in a file that asks for none?"""
    published = Listing.Status.PUBLISHED
    wish = facts.wishes.get("status", published)
    return wish == published and is_completed_by(listing, changes)


def _in_words(error: ValidationError) -> str:
    return "; ".join(
        f"{name}: {' '.join(messages)}" for name, messages in error.message_dict.items()
    )
