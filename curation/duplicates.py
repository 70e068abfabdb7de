"""Which listings may be the same: same phone, same website, a like name nearby."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.utils.translation import gettext as _
from rapidfuzz import fuzz

from curation.models import DuplicatePair
from listings.models import Listing
from listings.text import fold, number_of, site_of

ALIKE = 88
SHOWN = 5
# More listings than this on one number or site is a switchboard, not a duplicate.
SWITCHBOARD = 4


def like(
    model: type[Listing], facts: dict[str, Any], but: int | None = None
) -> list[Any]:
    """Listings that a new one with these facts may repeat, likeliest first."""
    manager: Any = model._default_manager
    others = manager.exclude(status="closed").exclude(pk=but)
    wanted = Q(pk=None)
    if phone := number_of(str(facts.get("phone") or "")):
        wanted |= Q(phone=phone) | Q(toll_free=phone)
        # The same number with any extension.
        wanted |= Q(phone__startswith=f"{phone};")
    if site := site_of(facts.get("website") or ""):
        wanted |= Q(website__icontains=site)
    found = {row.pk: row for row in others.filter(wanted)[:SHOWN]}
    nearby = others
    if hasattr(model, "city"):
        place = Q(city__iexact=facts.get("city") or "", state=facts.get("state") or "")
        nearby = others.filter(place)
    name = fold(facts.get("name") or "")
    for row in nearby.order_by("pk") if name else []:
        if fuzz.token_set_ratio(name, fold(row.name)) >= ALIKE:
            found.setdefault(row.pk, row)
    return list(found.values())[:SHOWN]


def pairs(model: type[Listing]) -> Iterator[tuple[int, int, str]]:
    """Every pair that may be the same, as (smaller pk, bigger pk, because)."""
    manager: Any = model._default_manager
    rows = list(manager.exclude(status="closed").order_by("pk"))
    seen = set()
    reasons = [
        (_("same phone"), _by(rows, lambda row: number_of(str(row.phone or "")))),
        (_("same website"), _by(rows, lambda row: site_of(row.website))),
        (_("a like name in the same town"), _alike(rows)),
    ]
    for because, groups in reasons:
        for one, other in groups:
            if (one.pk, other.pk) not in seen and _plausible(one, other):
                seen.add((one.pk, other.pk))
                yield one.pk, other.pk, because


def _by(rows: list[Any], key: Any) -> Iterator[tuple[Any, Any]]:
    groups = defaultdict(list)
    for row in rows:
        if found := key(row):
            groups[found].append(row)
    for group in groups.values():
        if len(group) <= SWITCHBOARD:
            yield from _every_two(group)


def _alike(rows: list[Any]) -> Iterator[tuple[Any, Any]]:
    towns = defaultdict(list)
    for row in rows:
        towns[getattr(row, "state", ""), fold(getattr(row, "city", ""))].append(row)
    for town in towns.values():
        for one, other in _every_two(town):
            if fuzz.token_set_ratio(fold(one.name), fold(other.name)) >= ALIKE:
                yield one, other


def _every_two(rows: list[Any]) -> Iterator[tuple[Any, Any]]:
    for number, one in enumerate(rows):
        for other in rows[number + 1 :]:
            yield one, other


def _plausible(one: Any, other: Any) -> bool:
    """Branches of one organization share its number and site, and are not the same."""
    return bool(getattr(one, "city", "") == getattr(other, "city", ""))


def find_duplicates(models: Iterable[type[Listing]]) -> int:
    """Write new suspects down; how many. Pairs that were dismissed stay so."""
    made = 0
    for model in models:
        kind = ContentType.objects.get_for_model(model)
        for first, second, because in pairs(model):
            _pair, is_new = DuplicatePair.objects.get_or_create(
                content_type=kind,
                first_id=first,
                second_id=second,
                defaults={"because": because},
            )
            made += is_new
    return made
