"""Find listings that may be the same: by phone, by website, or by a similar name.

A catalog names the facts in which the same listing cannot differ: the city of an
organization, and also the schedule of a meeting.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations
from typing import TypeVar, cast

from django.contrib.contenttypes.models import ContentType
from django.db.models import Manager, Q
from django.utils.translation import gettext as _
from rapidfuzz import fuzz

from curation.historical_values import Facts
from curation.models import DuplicatePair
from listings.models import Listing
from listings.text import fold, phone_key, website_key

ListingT = TypeVar("ListingT", bound=Listing)

# Names are similar from this score of rapidfuzz on, which goes up to 100.
MIN_NAME_SIMILARITY = 88
MAX_SIMILAR = 5
# If more listings than this share a phone or a website, it is that of an umbrella
# organization, and no sign of a duplicate.
MAX_SHARING_CONTACT = 4
NUMBER = re.compile(r"[0-9]+")


def find_similar(
    model: type[ListingT], facts: Facts, exclude_pk: int | None = None
) -> list[ListingT]:
    """Return the listings that a new one with these facts may duplicate, likeliest
    first."""
    manager = cast(Manager[ListingT], model._default_manager)
    others = manager.exclude(status="closed").exclude(pk=exclude_pk)
    found: dict[int, ListingT] = {}
    if model.is_identified_by_contact:
        same_contact = others.filter(_has_same_contact(facts))
        found = {row.pk: row for row in same_contact[:MAX_SIMILAR]}
    known = [name for name in model.identifying_facts if name in facts]
    candidates = others.filter(**{f"{n}__iexact": facts[n] or "" for n in known})
    name = str(facts.get("name") or "")
    for row in candidates.order_by("pk") if fold(name) else []:
        if have_similar_names(name, row.name):
            found.setdefault(row.pk, row)
    return list(found.values())[:MAX_SIMILAR]


def _has_same_contact(facts: Facts) -> Q:
    same_contact = Q(pk=None)
    if phone := phone_key(str(facts.get("phone") or "")):
        same_contact |= Q(phone=phone) | Q(toll_free=phone)
        # This is the same number with any extension.
        same_contact |= Q(phone__startswith=f"{phone};")
    if site := website_key(facts.get("website") or ""):
        same_contact |= Q(website__icontains=site)
    return same_contact


def have_similar_names(one: str, other: str) -> bool:
    """Return False for names with different numbers: those are of different groups."""
    if set(NUMBER.findall(one)) != set(NUMBER.findall(other)):
        return False
    score = fuzz.token_set_ratio(fold(one), fold(other))
    return bool(score >= MIN_NAME_SIMILARITY)


def find_pairs(model: type[Listing]) -> Iterator[tuple[int, int, str]]:
    """Yield every pair that may be the same, as (smaller pk, larger pk, reason)."""
    rows = list(model._default_manager.exclude(status="closed").order_by("pk"))
    seen = set()
    candidates = [(_("a like name in the same town"), _pairs_with_similar_name(rows))]
    if model.is_identified_by_contact:
        phones = _pairs_sharing(rows, lambda row: phone_key(str(row.phone or "")))
        sites = _pairs_sharing(rows, lambda row: website_key(row.website))
        contacts = [(_("same phone"), phones), (_("same website"), sites)]
        candidates = [*contacts, *candidates]
    for reason, pairs in candidates:
        for one, other in pairs:
            if (one.pk, other.pk) not in seen and _identity(one) == _identity(other):
                seen.add((one.pk, other.pk))
                yield one.pk, other.pk, reason


def _pairs_sharing(
    rows: list[ListingT], key: Callable[[ListingT], str]
) -> Iterator[tuple[ListingT, ListingT]]:
    groups = defaultdict(list)
    for row in rows:
        if found := key(row):
            groups[found].append(row)
    for group in groups.values():
        if len(group) <= MAX_SHARING_CONTACT:
            yield from combinations(group, 2)


def _pairs_with_similar_name(
    rows: list[ListingT],
) -> Iterator[tuple[ListingT, ListingT]]:
    groups = defaultdict(list)
    for row in rows:
        groups[_identity(row)].append(row)
    for group in groups.values():
        for one, other in combinations(group, 2):
            if have_similar_names(one.name, other.name):
                yield one, other


def _identity(row: Listing) -> tuple[str, ...]:
    """Return the facts in which the same listing cannot differ.

    Branches of one organization share its phone and website, but not their city.
    """
    return tuple(fold(getattr(row, name)) for name in row.identifying_facts)


def store_duplicate_pairs(models: Iterable[type[Listing]]) -> int:
    """Store the pairs that are new, and return how many. Dismissed pairs stay so."""
    created = 0
    for model in models:
        kind = ContentType.objects.get_for_model(model)
        for first, second, reason in find_pairs(model):
            _pair, is_new = DuplicatePair.objects.get_or_create(
                content_type=kind,
                first_id=first,
                second_id=second,
                defaults={"reason": reason},
            )
            created += is_new
    return created
