"""The abstract model of a listing, which all catalogs share."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

import listings.crisis.models  # noqa: F401  # Django looks for models here.
from caching.unreadable_values import Placeholders, log_once, uuid_from_key
from listings import slugs
from listings.constraints import CONTACT_FIELDS, LISTING_CONSTRAINTS
from listings.fields import NameListField
from listings.history import History
from listings.hours import Hours, OpenState, OpenStatus, zone_info
from listings.lookup import contact_texts, lookup_text
from listings.phones import PhoneField, SmsNumberField, TtyField
from listings.provenance import ProvenanceModel
from listings.querysets import ListingQuerySet
from listings.removals import IDENTIFYING_FIELDS, RemovalRequest, requests_against
from listings.service_areas import NAMED_PLACES
from listings.snapshot import snapshot_date
from listings.terms import Term
from listings.text import fold, is_valid_slug
from listings.time_zones import NOT_A_ZONE
from listings.typical_hours import timeless_status
from listings.visibility import DERIVED_FIELDS, INTERNAL_FIELDS, public_facts
from places.models import Place

__all__ = ["Listing", "Term"]


class Listing(ProvenanceModel):
    """Abstract listing of one catalog: its facts, its status and its source."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        TEMPORARILY_CLOSED = "temporarily_closed", _("Temporarily closed")
        CLOSED = "closed", _("Closed")

    class ServiceAreaScope(models.TextChoices):
        UNKNOWN = "unknown", _("Not known")
        NATIONWIDE = "nationwide", _("The whole country")
        PLACES = NAMED_PLACES, _("The states and counties named")

    class CheckedHow(models.TextChoices):
        CALLED = "called", _("by calling")
        EMAILED = "emailed", _("by e-mail")
        SITE_READ = "site_read", _("by reading their website")
        CONFIRMED = "confirmed", _("by the organization itself")

    # The short name of the catalog, as in `data-listing="org:…"`.
    catalog: ClassVar[str]
    PUBLIC_STATUSES: ClassVar = (Status.PUBLISHED, Status.TEMPORARILY_CLOSED)
    CONTACT_FIELDS: ClassVar = CONTACT_FIELDS

    # The dotted path of the importer for rows of listings.exchange.hsds_mapping.
    hsds_importer: ClassVar[str]

    is_global = False
    card_templates: ClassVar[tuple[str, ...]] = ()

    placeholders: ClassVar[Placeholders] = {
        **ProvenanceModel.placeholders,
        "uuid": uuid_from_key,
        "checked_facts": lambda _row: [],
    }
    # Days after a check until the listing should be checked again.
    check_interval_days: ClassVar = 180
    # The facts in which two rows for the same listing cannot differ.
    identifying_facts: ClassVar[tuple[str, ...]] = ()
    # Whether two listings with the same phone or website are likely the same.
    is_identified_by_contact: ClassVar = True
    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(_("slug"), max_length=120, unique=True, blank=True)
    summary = models.TextField(_("summary"), blank=True)

    phone: Any = PhoneField(_("phone"), blank=True)
    toll_free: Any = PhoneField(_("toll-free phone"), blank=True)
    tty = TtyField(
        _("TTY"), max_length=20, blank=True, help_text=_("A number, or 711 for relay.")
    )
    videophone: Any = PhoneField(_("videophone"), blank=True)
    sms_number = SmsNumberField(
        _("text line"),
        max_length=60,
        blank=True,
        help_text=_("A number, or a short code and keyword: 38255 (keyword TALK)."),
    )
    chat_url = models.URLField(_("chat address"), blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    website = models.URLField(_("website"), max_length=300, blank=True)

    hours = models.CharField(
        _("hours"),
        max_length=500,
        blank=True,
        help_text=_("OpenStreetMap opening_hours syntax. Empty means not known."),
    )
    hours_note = models.CharField(_("hours, as published"), max_length=300, blank=True)
    timezone = models.CharField(_("time zone"), max_length=40, blank=True)

    in_person = models.BooleanField(_("in person"), null=True, blank=True)
    online = models.BooleanField(_("online"), null=True, blank=True)
    by_phone = models.BooleanField(_("by phone"), null=True, blank=True)
    cost = models.CharField(_("cost"), max_length=200, blank=True)
    referral_needed = models.BooleanField(_("referral needed"), null=True, blank=True)
    wheelchair_access = models.BooleanField(
        _("wheelchair access"), null=True, blank=True
    )
    terms = models.ManyToManyField(
        Term, verbose_name=_("terms"), related_name="%(class)ss", blank=True
    )

    service_area_scope = models.CharField(
        _("where it serves"),
        max_length=10,
        choices=ServiceAreaScope,
        default=ServiceAreaScope.UNKNOWN,
    )
    service_area = models.ManyToManyField(
        Place,
        verbose_name=_("states and counties served"),
        related_name="served_by_%(class)ss",
        blank=True,
    )
    service_area_note = models.CharField(
        _("area, in words"), max_length=300, blank=True
    )

    status = models.CharField(
        _("status"), max_length=20, choices=Status, default=Status.DRAFT
    )
    closure_reason = models.CharField(_("why closed"), max_length=300, blank=True)
    public_warning = models.CharField(
        _("public warning"),
        max_length=300,
        blank=True,
        help_text=_("Shown to the public."),
    )
    internal_note = models.TextField(_("internal note"), blank=True)

    checked_on = models.DateField(_("checked on"), null=True, blank=True)
    checked_how = models.CharField(
        _("checked how"), max_length=10, choices=CheckedHow, blank=True
    )
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("checked by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    checked_facts = NameListField(_("facts checked"), default=list, blank=True)
    check_due_on = models.DateField(_("next check due"), null=True, blank=True)

    # The person working on it now, so that two people do not call the same number.
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("taken by"),
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
    )
    claimed_at = models.DateTimeField(_("taken"), null=True, blank=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("assigned to"),
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
    )

    # It never changes, because other systems store it.
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    search_text = models.TextField(default="", blank=True, editable=False)
    # Lists sort by it: every database sorts plain letters and digits in the same way.
    sort_name = models.TextField(default="", db_default="", editable=False)
    lookup_text = models.TextField(default="", db_default="", editable=False)

    internal_fields = ProvenanceModel.internal_fields | INTERNAL_FIELDS
    derived_fields = DERIVED_FIELDS
    objects: ClassVar[ListingQuerySet[Any]] = ListingQuerySet.as_manager()  # type: ignore[assignment]
    # The history adds it to each model.
    save_without_historical_record: Callable[..., None]
    history = History(
        inherit=True,
        m2m_fields=["terms", "service_area"],
        excluded_fields=[*DERIVED_FIELDS, "claimed_by", "claimed_at"],
    )

    class Meta:
        abstract = True
        ordering = ["sort_name", "slug"]
        constraints = [*ProvenanceModel.Meta.constraints, *LISTING_CONSTRAINTS]
        indexes = [models.Index(fields=["lookup_text"], name="%(class)s_lookup_text")]

    def __str__(self) -> str:
        return self.name

    def save(self, **options: Any) -> None:
        """Save with slug and derived fields; redirect from a slug that changed."""
        self._fill_slug()
        self.update_derived_fields()
        fields = set(options.get("update_fields") or ())
        # A save of internal fields alone does not count as a change of the listing.
        if fields - self.internal_fields:
            options["update_fields"] = fields | DERIVED_FIELDS | {"slug", "changed_at"}
        if not fields or fields & {"status", *IDENTIFYING_FIELDS}:
            # It is checked here so that no way of publishing avoids it.
            self.check_may_be_public()
        super().save(**options)
        before: str = getattr(self, "_slug_in_db", "")
        if before and before != self.slug:
            slugs.SlugRedirect.objects.record(self, before)
        self._slug_in_db = self.slug

    def update_derived_fields(self) -> None:
        """Compute the texts that searches use, and the sort name."""
        self.search_text = fold(" ".join(self.searchable_texts()))
        self.sort_name = fold(self.name)
        self.lookup_text = lookup_text(self.lookup_texts())

    def clean(self) -> None:
        super().clean()
        self._fill_slug()
        if self.status == self.Status.PUBLISHED:
            # It is open again, so the old reason no longer applies.
            self.closure_reason = ""
        if self.timezone and self.zone is None:
            raise ValidationError({"timezone": [NOT_A_ZONE % {"zone": self.timezone}]})

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        super().validate_constraints(exclude=exclude)
        self.check_may_be_public()

    def check_may_be_public(self) -> None:
        """Raise ValidationError if it is public, but was merged or asked to leave."""
        if self.is_public and slugs.is_merged(self):
            words = _("This listing was merged with another, and stays closed.")
            raise ValidationError({NON_FIELD_ERRORS: [words]})
        if self.is_public and (found := self.removal_requests()):
            words = _(
                "%(name)s asked not to be listed. If they want to come back, an "
                "administrator deletes that request first."
            )
            raise ValidationError({NON_FIELD_ERRORS: [words % {"name": found[0]}]})

    def removal_requests(self) -> list[RemovalRequest]:
        """Return the removal requests that forbid to publish this listing."""
        return requests_against(self)

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        listing = super().from_db(*args, **kwargs)
        slug = listing.__dict__.get("slug")
        if slug is not None and not is_valid_slug(slug):
            log_once(listing._meta.label, listing.pk, "slug")
        listing._slug_in_db = slug or ""
        return listing

    def searchable_texts(self) -> list[str]:
        return [self.name, self.summary]

    def lookup_texts(self) -> list[str]:
        return list(contact_texts(self))

    def card_facts(self) -> dict[str, str]:
        """Return the facts that a list needs in addition to the card's markup."""
        return {"name": self.name, "url": self.get_absolute_url()}

    @property
    def data_key(self) -> str:
        return f"{self.catalog}:{self.slug}"

    @property
    def url_slug(self) -> str:
        """The last part of the page address: the slug, or the UUID if it is invalid."""
        return self.slug if is_valid_slug(self.slug) else str(self.uuid)

    @property
    def is_public(self) -> bool:
        return self.status in self.PUBLIC_STATUSES

    def public_fields(self) -> dict[str, Any] | None:
        return None if self.status == self.Status.DRAFT else public_facts(self)

    @property
    def is_nationwide(self) -> bool:
        return self.service_area_scope == self.ServiceAreaScope.NATIONWIDE

    @property
    def has_contact(self) -> bool:
        return any(getattr(self, name) for name in self.CONTACT_FIELDS)

    @property
    def zone(self) -> ZoneInfo | None:
        """The time zone; None if it is empty or unknown."""
        return zone_info(self.timezone)

    @property
    def opening_hours(self) -> Hours:
        """The opening hours; without a known time zone they are unknown."""
        return Hours(self.hours, self.timezone)

    @property
    def has_known_hours(self) -> bool:
        return self.opening_hours.is_known

    def get_absolute_url(self) -> str:
        raise NotImplementedError

    def status_at(self, at: datetime) -> OpenStatus:
        """Return the open status at a moment, or the typical hours in a snapshot."""
        if snapshot_date():
            return timeless_status(self.opening_hours, at)
        if self.status == self.Status.TEMPORARILY_CLOSED:
            return OpenStatus(OpenState.CLOSED)
        return self.opening_hours.status(at)

    def terms_of_kind(self, kind: str) -> list[Term]:
        """Return the terms of one vocabulary, from the prefetched terms if there."""
        return [term for term in self.terms.all() if term.kind == kind]

    @property
    def services(self) -> list[Term]:
        return self.terms_of_kind(Term.Kind.SERVICE)

    @property
    def communities(self) -> list[Term]:
        return self.terms_of_kind(Term.Kind.COMMUNITY)

    @property
    def conditions(self) -> list[Term]:
        return self.terms_of_kind(Term.Kind.CONDITION)

    @property
    def languages(self) -> list[Term]:
        return self.terms_of_kind(Term.Kind.LANGUAGE)

    @classmethod
    def used_slugs(cls, candidates: Collection[str] | None = None) -> set[str]:
        return slugs.used_slugs(cls, candidates)

    @property
    def import_key(self) -> str:
        """The source key, or "uuid:…" for a listing without one."""
        return self.key or f"uuid:{self.uuid}"

    def prepare_new(
        self, used_slugs: set[str], new_only_fields: Mapping[str, Any]
    ) -> None:
        """Publish a new row if it has a way to make contact, and choose a free slug."""
        for name, value in new_only_fields.items():
            setattr(self, name, value)
        states = self.Status
        if "status" not in new_only_fields:
            self.status = states.PUBLISHED
        if self.status == states.PUBLISHED and not self.has_contact:
            self.status = states.DRAFT
        if not self.slug or self.slug in used_slugs:
            self.slug = next(s for s in self.slug_candidates() if s not in used_slugs)

    def publish(self) -> None:
        self.status = self.Status.PUBLISHED
        self.closure_reason = ""
        self._save_state()

    def close(self, *, reason: str, temporarily: bool = False) -> None:
        closed, paused = self.Status.CLOSED, self.Status.TEMPORARILY_CLOSED
        self.status = paused if temporarily else closed
        self.closure_reason = reason
        self._save_state()

    def _save_state(self) -> None:
        self.version += 1
        self.save(update_fields=["status", "closure_reason", "version"])

    def _fill_slug(self) -> None:
        if not self.slug:
            self.slug = slugs.free_slug(self, self.slug_candidates())

    def slug_candidates(self) -> Iterator[str]:
        return slugs.slug_candidates(self.name, self.slug_qualifiers())

    def slug_qualifiers(self) -> list[str]:
        """Return what distinguishes the listing from others of the same name."""
        return []
