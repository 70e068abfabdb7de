"""The conditions of the listings in each section of the queue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from curation.link_checker import LINK_FIELDS
from curation.models import Check, LinkCheck
from curation.roles import Listings
from curation.workflow import UNREACHED
from listings.field_values import fact_names
from listings.models import Listing

# A site may be down for a day, so one failure does not count.
MIN_FAILURES = 2


@dataclass(frozen=True)
class ListingSection:
    """A section of listings: its title, and which listings are in it on a day."""

    title: str | Promise
    rows: Callable[[Listings, date], Listings]
    # Catalogs without this fact have no such section.
    fact: str = "name"

    def applies_to(self, model: type[Listing]) -> bool:
        return self.fact in fact_names(model)


def with_broken_links(rows: Listings) -> Listings:
    """Return the public listings with a web address that failed repeatedly, and that
    was not changed since."""
    kind = ContentType.objects.get_for_model(rows.model)
    failing = LinkCheck.objects.filter(content_type=kind, failures__gte=MIN_FAILURES)
    names = {field.name for field in rows.model._meta.get_fields()}
    current = [Q(field=f, url=OuterRef(f)) for f in LINK_FIELDS if f in names]
    return rows.public().filter(
        # Only few links fail, so this condition comes first.
        Q(pk__in=failing.values("object_id")),
        Exists(failing.filter(reduce(or_, current), object_id=OuterRef("pk"))),
    )


def unreached_twice(rows: Listings, on: date) -> Listings:
    """Return the public listings whose last two checks reached nobody."""
    kind = ContentType.objects.get_for_model(rows.model)
    unreached = Check.objects.filter(content_type=kind, outcome__in=UNREACHED)
    own = Check.objects.filter(content_type=kind, object_id=OuterRef("pk"))
    last, before = (Subquery(own.values("outcome")[n : n + 1]) for n in (0, 1))
    # Few listings have such a check, so this condition comes first.
    attempted = rows.public().filter(pk__in=unreached.values("object_id"))
    found: Listings = (
        attempted.alias(last_outcome=last, outcome_before=before)
        .filter(last_outcome__in=UNREACHED, outcome_before__in=UNREACHED)
        .order_by("check_due_on", "slug")
    )
    return found


def _oldest_first(rows: Listings) -> Listings:
    return rows.order_by("changed_at", "slug")


def _without_area(rows: Listings) -> Listings:
    unknown = Listing.ServiceAreaScope.UNKNOWN
    return rows.public().filter(service_area_scope=unknown)


# By the name of a section in an address, in the order of the first page.
LISTING_SECTIONS = {
    "due": ListingSection(
        gettext_lazy("Due for a check"), lambda rows, on: rows.due_for_check(on)
    ),
    "no_answer": ListingSection(gettext_lazy("No answer twice"), unreached_twice),
    "draft": ListingSection(
        gettext_lazy("Drafts that could be published"),
        lambda rows, on: _oldest_first(rows.publishable_drafts()),
    ),
    "link": ListingSection(
        gettext_lazy("Broken link"),
        lambda rows, on: _oldest_first(with_broken_links(rows)),
    ),
    "contact": ListingSection(
        gettext_lazy("No way to make contact"), lambda rows, on: rows.without_contact()
    ),
    "phone": ListingSection(
        gettext_lazy("No phone number"),
        lambda rows, on: _oldest_first(rows.public().filter(phone="", toll_free="")),
        fact="toll_free",
    ),
    "hours": ListingSection(
        gettext_lazy("Hours not known"),
        lambda rows, on: _oldest_first(rows.public().filter(hours="")),
        fact="hours",
    ),
    "area": ListingSection(
        gettext_lazy("Counties or states served not known"),
        lambda rows, on: _oldest_first(_without_area(rows)),
        fact="hours",
    ),
    "point": ListingSection(
        gettext_lazy("Not on the map, or only roughly"),
        lambda rows, on: rows.without_point(),
    ),
    "dates": ListingSection(
        gettext_lazy("No next date: is it still on?"),
        lambda rows, on: rows.without_next_date(on),
    ),
    "ended": ListingSection(
        gettext_lazy("Not seen for 90 days: is it still on?"),
        lambda rows, on: _oldest_first(rows.may_have_ended(on)),
    ),
}


def filter_section(rows: Listings, section: str, on: date) -> Listings:
    """Return the listings that are in a section of the queue on this day."""
    return LISTING_SECTIONS[section].rows(rows, on)
