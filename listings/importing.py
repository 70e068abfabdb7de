"""Files of listings: rows become facts, and facts become listings or refusals."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import Max

from kept.published import links_told
from listings.drafts import AS_DRAFT, is_completed_by
from listings.hours import BadHours, check
from listings.models import Listing, Term
from listings.phones import PhoneField
from listings.rows import Row
from listings.sourced import Sourced
from listings.values import value
from places.counties import CountiesByName, counties_by_name, county_meant
from places.keys import place_key
from places.models import Place
from places.near import Located
from places.normalized import NormalizedCharField

BATCH = 2_000
# The facts that Importer.link() sets.
LINKED = ("parent_id", "host")
KEYS = 500
# The far side of each many-to-many.
OTHER = {"terms": "term_id", "serves": "place_id"}
# What a curator says was checked → the fields that an import then leaves alone.
FACT_FIELDS: dict[str, tuple[str, ...]] = {
    "name": ("name",),
    "phone": ("phone", "toll_free", "tty", "videophone", "text_line"),
    "hours": ("hours", "hours_note", "timezone"),
    "address": ("street", "city", "state", "zip_code", "point"),
    "email": ("email",),
    "website": ("website", "chat_url"),
    "area": ("area", "area_note", "serves", "who_may_call", "open_to"),
    "offers": ("summary", "run_by", "terms", "in_person", "online", "by_phone"),
}


class RowRefused(ValueError):
    """One row cannot be listed; the message says why in plain words."""


@dataclass
class Facts:
    """What a row says: plain fields, terms by (kind, slug), places served."""

    key: str
    fields: dict[str, Any]
    terms: set[tuple[str, str]] = field(default_factory=set)
    serves: list[Place] = field(default_factory=list)
    place: Place | None = None
    precision: str = ""
    parent: str = ""
    host: str = ""
    # What a new listing takes from its file, and a known one never does.
    wishes: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


class Importer(ABC):
    """Reads the rows of one kind of file."""

    model: ClassVar[type[Sourced]]
    # Columns that a file must have.
    columns: ClassVar[frozenset[str]]
    # Columns that a file may have or lack.
    optional_columns: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, rows: list[Row]) -> None:
        """Sees the rows first, so that a reader can look things up at once."""
        self.rows = rows

    @abstractmethod
    def read(self, row: Row) -> Facts:
        """The row's facts. Raises RowRefused."""

    def link(  # noqa: B027  # most kinds of files join nothing
        self, listings: list[Any], facts: dict[str, Facts]
    ) -> None:
        """Join listings that name one another; that may change `LINKED` facts."""

    @cached_property
    def counties(self) -> CountiesByName:
        return counties_by_name(Place.objects.counties())

    @cached_property
    def states(self) -> dict[str, Place]:
        return {state.code: state for state in Place.objects.states()}

    def county(self, name: str, state: str) -> Place | None:
        """Return the county of a name, before an independent city that shares it."""
        return county_meant(self.counties.get((state, place_key(name)), []))


def split(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]


def yes(cell: str) -> bool | None:
    """True for "yes"; anything else is not known, never no."""
    return True if cell.casefold() == "yes" else None


def filled(row: Row, *columns: str) -> dict[str, str]:
    """Return the cells that say something: an empty one or a missing column says that
    the fact is not known, and takes nothing from a listing."""
    return {name: row[name] for name in columns if row.get(name)}


def source(row: Row) -> dict[str, str]:
    names = ("source_name", "source_url", "source_seen", "source_license")
    return {name: row[name] for name in names}


def hours(row: Row, column: str, facts: Facts) -> None:
    """Readable hours; unreadable ones stay as published, with a warning."""
    try:
        facts.fields["hours"] = check(row[column])
    except BadHours as error:
        facts.fields["hours"] = ""
        facts.warnings.append(f"hours “{row[column]}”: {error}")


def terms(facts: Facts, kind: str, slugs: Iterable[str]) -> None:
    facts.terms |= {(kind, slug) for slug in slugs}


@dataclass
class Report:
    """What an import did, row by row where something is worth saying."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)
    kept: list[tuple[int, str]] = field(default_factory=list)
    warnings: list[tuple[int, str]] = field(default_factory=list)
    changes: list[tuple[int, str]] = field(default_factory=list)
    steps: list[dict[str, Any]] = field(default_factory=list)


class Applier:
    """Turns facts into rows of a model, changing only what differs and may change."""

    def __init__(self, importer: Importer, reason: str = "") -> None:
        self.importer = importer
        self.reason = reason
        self.added: list[Any] = []
        self.model: Any = importer.model
        # Of the two many-to-many, those that this model has.
        self.many = [name for name in OTHER if hasattr(self.model, name)]
        fields = self.model._meta.get_fields()
        kinds = (PhoneField, NormalizedCharField)
        self.normalized = {f.name: f for f in fields if isinstance(f, kinds)}
        self.existing: dict[str, Any] = dict(self._known())
        self.terms = {(term.kind, term.slug): term for term in Term.objects.all()}
        self.slugs = self.model.taken_slugs()
        self.links: dict[str, list[tuple[int, int]]] = {n: [] for n in self.many}

    def _known(self) -> Iterator[tuple[str, Any]]:
        """The rows that the file names, by their keys; some at a time, for a database
        takes only so many values in one question."""
        keys = [row.get("key", "") for row in self.importer.rows]
        for start in range(0, len(keys), KEYS):
            named = self.model.objects.of_file_keys(keys[start : start + KEYS])
            for row in named.prefetch_related(*self.many):
                yield row.file_key, row

    def apply(self, facts: Facts, report: Report, number: int) -> Any:
        """Save the row's listing if it is new or differs. Raises RowRefused."""
        listing = self.existing.get(facts.key)
        known = listing is not None
        if listing is None:
            listing = self.model(key=facts.key)
        wanted = self._wanted(facts)
        changed = [n for n, v in wanted.items() if self._value(listing, n) != v]
        theirs = guarded(listing) if changed else {}
        for name in [name for name in changed if name in theirs]:
            report.kept.append((number, f"{facts.key}: {name}, {theirs[name]}"))
        changed = [name for name in changed if name not in theirs]
        if known and self._is_completed(
            listing, facts, {n: wanted[n] for n in changed}
        ):
            wanted["status"] = Listing.Status.PUBLISHED
            changed.append("status")
        if known and not changed:
            report.unchanged += 1
            return listing
        step = {"row": number, "key": facts.key, "added": not known, "before": {}}
        if known:
            step["before"] = plain_facts(listing, changed)
        wishes = None if known else facts.wishes
        self._set(listing, {name: wanted[name] for name in changed}, wishes)
        step |= {"pk": listing.pk, "name": listing.name, "version": listing.version}
        step["after"] = plain_facts(listing, changed) if known else {}
        report.steps.append(step)
        if known:
            report.changed += 1
            report.changes.append((number, f"{facts.key}: {', '.join(changed)}"))
        else:
            report.added += 1
        self.existing[facts.key] = listing
        return listing

    def _wanted(self, facts: Facts) -> dict[str, Any]:
        wanted = {name: self._as_kept(name, v) for name, v in facts.fields.items()}
        known = {pair for pair in facts.terms if pair in self.terms}
        for kind, slug in sorted(facts.terms - known):
            facts.warnings.append(f"no {kind} is called “{slug}”; left out")
        if self.many:
            wanted["terms"] = frozenset(self.terms[pair].pk for pair in known)
            wanted["serves"] = frozenset(place.pk for place in facts.serves)
        if issubclass(self.model, Located):
            wanted["point"] = None
            if facts.place is not None:
                point = facts.place.point
                county = facts.place.own_county
                exact = (point.latitude, point.longitude, facts.precision)
                wanted["point"] = (*exact, county.pk if county else None)
        return wanted

    def _is_completed(
        self, listing: Any, facts: Facts, changes: dict[str, Any]
    ) -> bool:
        """Is it a draft that has now what it lacked, in a file that asks for none?"""
        published = Listing.Status.PUBLISHED
        wish = facts.wishes.get("status", published)
        return wish == published and is_completed_by(listing, changes)

    def _as_kept(self, name: str, said: Any) -> Any:
        """A number or ZIP code as it will be stored, however the file writes it."""
        field = self.normalized.get(name)
        return field.normalized(said) if field else said

    def _value(self, listing: Any, name: str) -> Any:
        if name in ("terms", "serves"):
            if listing.pk is None:
                return frozenset()
            return frozenset(row.pk for row in getattr(listing, name).all())
        if name == "point":
            if listing.latitude is None:
                return None
            exact = (listing.latitude, listing.longitude, listing.precision)
            return (*exact, listing.county_id)
        return value(listing, name)

    def _set(
        self, listing: Any, values: dict[str, Any], wishes: dict[str, Any] | None
    ) -> None:
        """Set and save; `wishes` are those of a new listing, None for a known one."""
        known = wishes is None
        many = {n: values.pop(n) for n in self.many if n in values}
        if "point" in values:
            put_point(listing, values.pop("point"))
        for name, wanted in values.items():
            setattr(listing, name, wanted)
        if wishes is None:
            listing.version += 1
            listing._change_reason = self.reason
        else:
            listing.enter(self.slugs, wishes)
            is_draft_wished = wishes.get("status") == Listing.Status.DRAFT
            listing._change_reason = AS_DRAFT if is_draft_wished else self.reason
            # Its first row of history is written by finish(), with its terms.
            listing.skip_history_when_saving = True
        try:
            listing.clean_fields(exclude=["slug", "checked_by", "parent", "county"])
        except ValidationError as error:
            raise RowRefused(_in_words(error)) from None
        if isinstance(listing, Listing) and listing.removal_requests():
            # Not as a draft either, and one that left takes nothing from a file.
            raise RowRefused("the organization asked not to be listed")
        listing.save()
        if not known:
            # Not before: a row that the database refuses has no history.
            self.added.append(listing)
        self.slugs.add(getattr(listing, "slug", ""))
        for name, ids in many.items():
            if known:
                with links_told(listing, name):
                    getattr(listing, name).set(ids)
            else:
                self.links[name] += [(listing.pk, pk) for pk in sorted(ids)]

    def finish(self) -> None:
        """Write terms, places and history of the new listings, all at once."""
        mine = f"{self.model._meta.model_name}_id"
        rows = {}
        for name, pairs in self.links.items():
            through = getattr(self.model, name).through
            rows[name] = through._default_manager.bulk_create(
                (through(**{mine: listing, OTHER[name]: pk}) for listing, pk in pairs),
                batch_size=BATCH,
            )
        if self.added:
            self._begin_history(rows, mine)

    def _begin_history(self, rows: dict[str, list[Any]], mine: str) -> None:
        """The first row of history of each new listing, with its terms and places."""
        for listing in self.added:
            del listing.skip_history_when_saving
        past: Any = self.model.history
        past.bulk_history_create(
            self.added, batch_size=BATCH, default_change_reason=self.reason
        )
        last = _latest(past.model, self.added)
        for name, links in rows.items():
            through = apps.get_model(
                past.model._meta.app_label, f"{past.model.__name__}_{name}"
            )
            through._default_manager.bulk_create(
                (
                    through(
                        id=link.pk,
                        history_id=last[getattr(link, mine)],
                        **{
                            field: getattr(link, field) for field in (mine, OTHER[name])
                        },
                    )
                    for link in links
                ),
                batch_size=BATCH,
            )


def _latest(past: Any, listings: list[Any]) -> dict[int, int]:
    """The number of the newest row of history of each of these listings."""
    rows = past.objects.filter(id__gte=min(listing.pk for listing in listings))
    return dict(
        rows.values("id")
        .annotate(latest=Max("history_id"))
        .order_by()
        .values_list("id", "latest")
    )


def plain_facts(listing: Any, names: Iterable[str]) -> dict[str, Any]:
    """Fields as plain data; the point as its numbers."""
    return {
        name: point_of(listing) if name == "point" else value(listing, name)
        for name in names
    }


def point_of(listing: Any) -> list[Any] | None:
    """Where it stands, as put_point() takes it."""
    if listing.latitude is None:
        return None
    return [
        listing.latitude,
        listing.longitude,
        listing.precision,
        listing.county_id,
    ]


def guarded(listing: Any) -> dict[str, str]:
    """The fields that no import changes, and why: checked once, or withheld."""
    found = {}
    if getattr(listing, "address_withheld", False):
        found = dict.fromkeys(("address_withheld", "point"), "the address is withheld")
    if listing.checked_on is None:
        return found
    checks = [(listing.checked_on, listing.checked_facts)]
    if isinstance(listing, Listing):
        # A later check of other facts takes nothing back from those before.
        past = listing.history.exclude(checked_on=None).order_by("checked_on")
        checks = [*past.values_list("checked_on", "checked_facts"), *checks]
    for on, facts in checks:
        covered = facts or list(FACT_FIELDS)
        names = {name for fact in covered for name in FACT_FIELDS.get(fact, (fact,))}
        found |= dict.fromkeys(names, f"checked on {on}")
    return found


def put_point(listing: Any, point: Iterable[Any] | None) -> None:
    """Stand at (latitude, longitude, precision, county's id), or nowhere."""
    if point is None:
        listing.unlocate()
        listing.county_id = None
        return
    latitude, longitude, precision, county_id = point
    listing.locate(Place(latitude=latitude, longitude=longitude).point, precision)
    listing.county_id = county_id


def _in_words(error: ValidationError) -> str:
    return "; ".join(
        f"{name}: {' '.join(messages)}" for name, messages in error.message_dict.items()
    )
