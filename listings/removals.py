"""Requests of organizations not to be listed, and how a listing is matched to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Count, F, Max, Q
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField
from phonenumber_field.phonenumber import to_python

from listings.text import website_key

if TYPE_CHECKING:
    from listings.models import Listing

# Every field of a listing that may hold a phone number.
PHONE_FIELDS = ("phone", "toll_free", "tty", "videophone", "sms_number")
# The fields by which a removal request can match a listing.
IDENTIFYING_FIELDS = frozenset({"key", "website", *PHONE_FIELDS})
Identifier = tuple[str, str]


def phone_numbers(listing: Listing) -> set[str]:
    """Return all valid numbers of a listing in E.164 format, from every phone field."""
    numbers = [to_python(getattr(listing, name)) for name in PHONE_FIELDS]
    return {number.as_e164 for number in numbers if number and number.is_valid()}


def identifiers(listing: Listing) -> set[Identifier]:
    """Return the normalized keys, numbers and website by which a request can match."""
    found = {("key", listing.key), ("key", f"uuid:{listing.uuid}")}
    found |= {("phone", number) for number in phone_numbers(listing)}
    found.add(("website", website_key(listing.website)))
    return {pair for pair in found if pair[1]}


class RemovalRequestQuerySet(models.QuerySet["RemovalRequest"]):
    def matching(self, listing: Listing) -> list[RemovalRequest]:
        """Return the requests that match this listing."""
        return self.matching_any(identifiers(listing))

    def matching_any(self, wanted: set[Identifier]) -> list[RemovalRequest]:
        by_kind: dict[str, list[str]] = {"key": [], "phone": [], "website": []}
        for kind, text in wanted:
            by_kind[kind].append(text)
        likely = Q(key__in=by_kind["key"]) | Q(phone__in=by_kind["phone"])
        for site in by_kind["website"]:
            likely |= Q(website__icontains=site.split("/")[0])
        return [one for one in self.filter(likely) if one.identifiers() & wanted]

    def identifiers(self) -> set[Identifier]:
        """Return the identifiers of all requests."""
        return {pair for one in self for pair in one.identifiers()}


class RemovalRequest(models.Model):
    """A request of an organization not to be listed. Listing.save() enforces it."""

    key = models.CharField(_("source key"), max_length=200, blank=True)
    name = models.CharField(_("name"), max_length=200)
    phone = PhoneNumberField(_("phone"), blank=True)
    website = models.URLField(_("website"), max_length=300, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = RemovalRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("removal on request")
        verbose_name_plural = _("removals on request")
        ordering = [F("created_at").desc()]
        constraints = [
            models.CheckConstraint(
                condition=~Q(key="") | ~Q(phone="") | ~Q(website=""),
                name="removal_request_has_identifier",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def identifiers(self) -> set[Identifier]:
        number = to_python(self.phone)
        found = {("key", self.key), ("website", website_key(self.website))}
        if number and number.is_valid():
            found.add(("phone", number.as_e164))
        return {pair for pair in found if pair[1]}


def requests_against(listing: Listing) -> list[RemovalRequest]:
    """Return the removal requests that a public listing would violate.

    A listing that is already public may share a number or website with one that was
    removed, so only its new identifiers count.
    """
    found = RemovalRequest.objects.matching(listing)
    if not found or listing._state.adding:
        return found
    before = type(listing)._default_manager.filter(pk=listing.pk).first()
    if before is None or not before.is_public:
        return found
    new = identifiers(listing) - identifiers(before)
    return [request for request in found if request.identifiers() & new]


class RemovalRequestIndex:
    """The identifiers of all requests in memory, to compare many listings quickly."""

    def __init__(self) -> None:
        self._read()

    def _read(self) -> None:
        self._state = self._current_state()
        self._identifiers = RemovalRequest.objects.all().identifiers()

    def _current_state(self) -> dict[str, Any]:
        return RemovalRequest.objects.aggregate(Count("pk"), Max("pk"))

    def have_changed(self) -> bool:
        """Say whether requests were added or deleted, and if so load them again."""
        if self._current_state() == self._state:
            return False
        self._read()
        return True

    def may_match(self, listing: Listing) -> bool:
        """Say whether Listing.removal_requests() could find one. False is certain."""
        if not self._identifiers:
            return False
        return bool(identifiers(listing) & self._identifiers)
