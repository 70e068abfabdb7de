"""Organizations that asked not to be listed, and how a listing of theirs is known."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Count, F, Max, Q
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField
from phonenumber_field.phonenumber import to_python

from listings.text import site_of

# Every field of a listing that may hold a number.
PHONES = ("phone", "toll_free", "tty", "videophone", "sms_number")
# The fields by which a removal request knows a listing.
KNOWN_BY = frozenset({"key", "website", *PHONES})
Identifier = tuple[str, str]


def numbers_of(listing: Any) -> set[str]:
    """Its numbers in E.164, however and in whichever field they are written."""
    said = [to_python(getattr(listing, name)) for name in PHONES]
    return {number.as_e164 for number in said if number and number.is_valid()}


def identifiers(listing: Any) -> set[Identifier]:
    """What a removal request may know a listing by, made comparable."""
    found = {("key", listing.key), ("key", f"uuid:{listing.uuid}")}
    found |= {("phone", number) for number in numbers_of(listing)}
    found.add(("website", site_of(listing.website)))
    return {pair for pair in found if pair[1]}


class TombstoneQuerySet(models.QuerySet["Tombstone"]):
    def matching(self, listing: Any) -> list[Tombstone]:
        """The requests that would be broken if this listing were public."""
        return self.matching_any(identifiers(listing))

    def matching_any(self, wanted: set[Identifier]) -> list[Tombstone]:
        by_kind: dict[str, list[str]] = {"key": [], "phone": [], "website": []}
        for kind, text in wanted:
            by_kind[kind].append(text)
        likely = Q(key__in=by_kind["key"]) | Q(phone__in=by_kind["phone"])
        for site in by_kind["website"]:
            likely |= Q(website__icontains=site.split("/")[0])
        return [one for one in self.filter(likely) if one.identifiers() & wanted]

    def identifiers(self) -> set[Identifier]:
        """Those of every request."""
        return {pair for one in self for pair in one.identifiers()}


class Tombstone(models.Model):
    """An organization that asked not to be listed; Listing.save() minds it."""

    key = models.CharField(_("source key"), max_length=200, blank=True)
    name = models.CharField(_("name"), max_length=200)
    phone = PhoneNumberField(_("phone"), blank=True)
    website = models.URLField(_("website"), max_length=300, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = TombstoneQuerySet.as_manager()

    class Meta:
        verbose_name = _("removal on request")
        verbose_name_plural = _("removals on request")
        ordering = [F("created_at").desc()]
        constraints = [
            models.CheckConstraint(
                condition=~Q(key="") | ~Q(phone="") | ~Q(website=""),
                name="tombstone_names_something",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def identifiers(self) -> set[Identifier]:
        number = to_python(self.phone)
        found = {("key", self.key), ("website", site_of(self.website))}
        if number and number.is_valid():
            found.add(("phone", number.as_e164))
        return {pair for pair in found if pair[1]}


class KnownRequests:
    """The identifiers of every request, for many listings that are to be compared."""

    def __init__(self) -> None:
        self._read()

    def _read(self) -> None:
        self._state = self._current_state()
        self._identifiers = Tombstone.objects.all().identifiers()

    def _current_state(self) -> dict[str, Any]:
        return Tombstone.objects.aggregate(Count("pk"), Max("pk"))

    def have_changed(self) -> bool:
        """Read them again if one has come or gone since, and say so."""
        if self._current_state() == self._state:
            return False
        self._read()
        return True

    def may_match(self, listing: Any) -> bool:
        """Might Listing.removal_requests() find one? False is certain."""
        if not self._identifiers:
            return False
        return bool(identifiers(listing) & self._identifiers)
