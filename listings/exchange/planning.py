"""Plan what an import does to each row: changes, protected facts and refusals."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError

from listings import service_areas
from listings.exchange.bulk_writes import RowChange
from listings.exchange.choices import ImportChoices
from listings.exchange.csv_rows import DEFAULT_CHOICES
from listings.exchange.drafts import AS_DRAFT, is_completed_by
from listings.exchange.importing import (
    Importer,
    ParsedRow,
    RowError,
    protected_fields,
    serialize_facts,
    set_point,
)
from listings.field_values import fact_value
from listings.history import link_field_names
from listings.models import Listing, Term
from listings.phones import PhoneField
from listings.removals import RemovalRequestIndex
from places.nearest import POINT_FIELDS, LocatedModel
from places.normalized_text import NormalizedCharField

# Fields that imports do not set from files, or that the database validates.
NOT_VALIDATED = ("slug", "checked_by", "parent", "county")


@dataclass
class RowPlan:
    """One row of a file and the change that it causes."""

    number: int
    facts: ParsedRow
    change: RowChange
    # The names of the changed facts for the report; empty if nothing changes.
    names: list[str] = field(default_factory=list)
    before: dict[str, Any] = field(default_factory=dict)
    # Messages about facts that no import may change, and about unknown terms.
    protected: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    # The version and changed_at of the row when it was compared.
    stamp: tuple[Any, ...] = ()

    @property
    def is_write(self) -> bool:
        return self.change.is_new or bool(self.names)


class ImportPlanner:
    """Compares parsed rows with the database, without writing."""

    def __init__(
        self,
        importer: Importer,
        reason: str,
        written_to: int = 0,
        choices: ImportChoices = DEFAULT_CHOICES,
    ) -> None:
        self.choices = choices
        self.model: Any = importer.model
        self.reason = reason
        # An earlier run, which was interrupted, wrote the rows up to this number.
        self.written_to = written_to
        self.links = link_field_names(self.model)
        kinds = (PhoneField, NormalizedCharField)
        fields = self.model._meta.get_fields()
        self.normalized = {f.name: f for f in fields if isinstance(f, kinds)}
        terms = Term.objects.all()
        self.terms = {(term.kind, term.slug): term.pk for term in terms}
        self.requests = RemovalRequestIndex()

    def plan(
        self,
        rows: Iterable[tuple[int, ParsedRow]],
        refuse: Callable[[int, str, str], None],
    ) -> list[RowPlan]:
        """Plan some rows of the file, and call `refuse` for each refused one."""
        rows = list(rows)
        known = {
            row.import_key: row for row in self._known(facts for _n, facts in rows)
        }
        plans = []
        for number, facts in rows:
            try:
                plans.append(self._plan(number, facts, known.get(facts.key)))
            except RowError as refusal:
                refuse(number, facts.key, str(refusal))
        return plans

    def _known(self, facts: Iterable[ParsedRow]) -> Iterable[Any]:
        named = self.model.objects.with_import_keys([one.key for one in facts])
        return named.prefetch_related(*self.links)  # type: ignore[no-any-return]

    def is_current(self, plans: list[RowPlan]) -> Callable[[RowPlan], bool]:
        """Lock the rows of the plans; return a function that says if one is current."""
        if self.requests.have_changed():
            return lambda _plan: False
        pks = [plan.change.row.pk for plan in plans if not plan.change.is_new]
        rows = self.model.objects.select_for_update().filter(pk__in=pks).order_by("pk")
        stamps = {pk: stamp for pk, *stamp in rows.values_list("pk", *REVISION_FIELDS)}
        new = [plan.facts.key for plan in plans if plan.change.is_new]
        new_keys = {row.import_key for row in self.model.objects.with_import_keys(new)}

        def is_current(plan: RowPlan) -> bool:
            if plan.change.is_new:
                return plan.facts.key not in new_keys
            return tuple(stamps.get(plan.change.row.pk, ())) == plan.stamp

        return is_current

    def _plan(self, number: int, facts: ParsedRow, row: Any) -> RowPlan:
        """Plan a row: set the facts that differ and may change. Raises RowError."""
        is_new = row is None
        if row is None:
            row = self.model(key=facts.key)
        elif number <= self.written_to:
            return RowPlan(number, facts, RowChange(row, is_new=False))
        change = RowChange(
            row, is_new, public_before=None if is_new else row.public_fields()
        )
        if is_new:
            self._add_choices(facts)
        stamp = () if is_new else tuple(getattr(row, name) for name in REVISION_FIELDS)
        plan = RowPlan(number, facts, change, stamp=stamp)
        wanted = self._wanted(plan)
        plan.names = self._may_change(plan, wanted)
        if not is_new and _is_completed(row, facts, {n: wanted[n] for n in plan.names}):
            wanted["status"] = Listing.Status.PUBLISHED
            plan.names.append("status")
        if plan.is_write:
            if not is_new:
                plan.before = serialize_facts(row, plan.names)
            self._set(plan, wanted)
            self._check(plan)
        return plan

    def _add_choices(self, facts: ParsedRow) -> None:
        """Add to a new row what the person chose for the whole file."""
        for name, value in self.choices.defaults.items():
            if value and not facts.fields.get(name):
                facts.fields[name] = value
        if self.choices.requires_source and not facts.fields.get("source_name"):
            raise RowError("the row has no source. Enter the source of the whole file")
        if self.choices.as_drafts and issubclass(self.model, Listing):
            facts.new_only_fields["status"] = Listing.Status.DRAFT

    def _may_change(self, plan: RowPlan, wanted: dict[str, Any]) -> list[str]:
        """Return the facts that differ, without the protected ones."""
        row = plan.change.row
        names = [
            name for name, value in wanted.items() if self._value(row, name) != value
        ]
        protected_names = protected_fields(row) if names else {}
        found = [name for name in names if name in protected_names]
        plan.protected += [
            f"{plan.facts.key}: {name}, {protected_names[name]}" for name in found
        ]
        return [name for name in names if name not in protected_names]

    def _wanted(self, plan: RowPlan) -> dict[str, Any]:
        facts = plan.facts
        wanted = {name: self._stored_form(name, v) for name, v in facts.fields.items()}
        known = {pair for pair in facts.terms if pair in self.terms}
        for kind, slug in sorted(facts.terms - known):
            plan.warnings.append(f"no {kind} is called “{slug}”; left out")
        row = plan.change.row
        if self.links:
            terms = frozenset(self.terms[pair] for pair in known)
            wanted["terms"] = terms | self._terms_of_kinds(row, facts.absent_terms)
        if self.links and not facts.is_area_absent:
            wanted["service_area"] = frozenset(place.pk for place in facts.service_area)
        if issubclass(self.model, LocatedModel) and not (
            facts.keeps_point and _has_same_address(row, wanted)
        ):
            wanted["point"] = None
            if facts.place is not None:
                point = facts.place.point
                county = facts.place.own_county
                exact = (point.latitude, point.longitude, facts.precision)
                wanted["point"] = (*exact, county.pk if county else None)
        return wanted

    def _terms_of_kinds(self, row: Any, kinds: set[str]) -> frozenset[int]:
        if not kinds or row.pk is None:
            return frozenset()
        return frozenset(term.pk for term in row.terms.all() if term.kind in kinds)

    def _stored_form(self, name: str, value: Any) -> Any:
        """Return a phone number or ZIP code in its stored form."""
        field = self.normalized.get(name)
        return field.normalized(value) if field else value

    def _value(self, row: Any, name: str) -> Any:
        if name in self.links:
            if row.pk is None:
                return frozenset()
            return frozenset(other.pk for other in getattr(row, name).all())
        if name == "point":
            if row.latitude is None:
                return None
            return (row.latitude, row.longitude, row.precision, row.county_id)
        return fact_value(row, name)

    def _set(self, plan: RowPlan, wanted: dict[str, Any]) -> None:
        row, change = plan.change.row, plan.change
        for name in plan.names:
            if name in self.links:
                change.links[name] = wanted[name]
            elif name == "point":
                set_point(row, wanted[name])
                change.columns |= POINT_FIELDS
            else:
                setattr(row, name, wanted[name])
                change.columns.add(name)
        if plan.facts.zip_place is not None:
            row.zip_place = plan.facts.zip_place
        row._change_reason = self.reason
        if not change.is_new:
            row.version += 1
            # The version also counts changes of only terms or places.
            change.columns.add("version")
            return
        change.columns = set()
        # Validation needs a slug; the final one is chosen when the row is written.
        row.prepare_new(set(), plan.facts.new_only_fields)
        if plan.facts.new_only_fields.get("status") == Listing.Status.DRAFT:
            row._change_reason = AS_DRAFT

    def _check(self, plan: RowPlan) -> None:
        """Validate the row. Raises RowError."""
        row = plan.change.row
        try:
            row.clean_fields(exclude=NOT_VALIDATED)
            if not isinstance(row, Listing):
                return
            if self.requests.may_match(row) and row.removal_requests():
                # This also applies to drafts and to listings that are closed.
                raise RowError("the organization asked not to be listed")
            if "status" in plan.names:
                row.check_may_be_public()
        except ValidationError as error:
            raise RowError(_error_text(error)) from None

    def after(self, plan: RowPlan) -> dict[str, Any]:
        """Return the changed facts as plain data."""
        row, facts = plan.change.row, plan.facts
        links = plan.change.links
        found = serialize_facts(row, [name for name in plan.names if name not in links])
        if "terms" in links:
            known = [pair for pair in facts.terms if pair in self.terms]
            found["terms"] = sorted(f"{kind}:{slug}" for kind, slug in known)
        if "service_area" in links:
            places = {place.pk: place for place in facts.service_area}
            found["service_area"] = service_areas.to_text(places.values())
        return found


def _has_same_address(row: Any, wanted: dict[str, Any]) -> bool:
    """Say whether an existing row has the address that the file has or leaves out."""
    names = ("street", "city", "state", "zip_code")
    return row.pk is not None and all(
        wanted.get(name, getattr(row, name)) == getattr(row, name) for name in names
    )


# These fields change with every change of a row.
REVISION_FIELDS = ("version", "changed_at")


def _is_completed(listing: Any, facts: ParsedRow, changes: dict[str, Any]) -> bool:
    """Say whether a draft is complete now, and its file does not ask for a draft."""
    published = Listing.Status.PUBLISHED
    status = facts.new_only_fields.get("status", published)
    return status == published and is_completed_by(listing, changes)


def _error_text(error: ValidationError) -> str:
    return "; ".join(
        f"{name}: {' '.join(messages)}" for name, messages in error.message_dict.items()
    )
