"""The models of terms, listings and slug redirects that all catalogs share."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.db.models import Q
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

import listings.crisis.models  # noqa: F401  # Django looks for models here.
from caching.invalidation import CacheInvalidatingModel
from caching.unreadable_values import Placeholders, log_once, uuid_from_key
from listings import vocabulary
from listings.fields import NameListField
from listings.history import History
from listings.hours import Hours, OpenState, OpenStatus, zone_info
from listings.phones import PhoneField, SmsNumberField, TtyField
from listings.provenance import ProvenanceModel
from listings.querysets import ListingQuerySet, TermQuerySet
from listings.removals import IDENTIFYING_FIELDS, RemovalRequest, identifiers
from listings.snapshot import snapshot_date
from listings.text import fold, is_valid_slug
from listings.time_zones import NOT_A_ZONE
from listings.typical_hours import timeless_status
from listings.visibility import DERIVED_FIELDS, INTERNAL_FIELDS, public_facts
from places.models import Place


class Term(CacheInvalidatingModel):
    """A term of one of the four vocabularies, with its labels."""

    class Kind(models.TextChoices):
        SERVICE = "service", _("What they offer")
        COMMUNITY = "community", _("Who is welcomed by name")
        CONDITION = "condition", _("What it is about")
        LANGUAGE = "language", _("Languages")

    placeholders: ClassVar[Placeholders] = {"order": lambda _row: 100}

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    slug = models.SlugField(_("slug"), max_length=40)
    label = models.CharField(_("label"), max_length=80)
    label_es = models.CharField(_("label in Spanish"), max_length=80, blank=True)
    description = models.CharField(_("description"), max_length=300, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)

    objects = TermQuerySet.as_manager()

    class Meta:
        verbose_name = _("term")
        verbose_name_plural = _("terms")
        ordering = ["kind", "order", "label"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "slug"], name="term_unique"),
        ]

    def __str__(self) -> str:
        """Return the label in the active language, or in English if it has none."""
        return (self.label_es if get_language() == "es" else "") or self.label

    @property
    def inside_sentence(self) -> str:
        """The label as it is written within a sentence: "youth", "LGBTQ+ people"."""
        in_spanish = get_language() == "es" and bool(self.label_es)
        return vocabulary.inside_sentence(str(self), self.slug, in_spanish=in_spanish)


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
        PLACES = "places", _("The states and counties named")

    class CheckedHow(models.TextChoices):
        CALLED = "called", _("by calling")
        EMAILED = "emailed", _("by e-mail")
        SITE_READ = "site_read", _("by reading their website")
        CONFIRMED = "confirmed", _("by the organization itself")

    # The short name of the catalog, as in `data-listing="org:…"`.
    catalog: ClassVar[str]
    PUBLIC_STATUSES: ClassVar = (Status.PUBLISHED, Status.TEMPORARILY_CLOSED)
    # Each of these is a way to make contact. A listing without any cannot be published.
    CONTACT_FIELDS: ClassVar = (
        "phone",
        "toll_free",
        "tty",
        "videophone",
        "sms_number",
        "chat_url",
        "email",
        "website",
    )

    # The dotted path of the importer for rows of listings.exchange.hsds_mapping.
    hsds_importer: ClassVar[str]

    is_global = False
    # The templates of cards, which are rendered and stored after every change.
    card_templates: ClassVar[tuple[str, ...]] = ()

    placeholders: ClassVar[Placeholders] = {
        **ProvenanceModel.placeholders,
        "uuid": uuid_from_key,
        "checked_facts": lambda _row: [],
    }
    # Days after a check until the listing should be checked again.
    check_interval_days: ClassVar = 180
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
    # Lists sort by it. It ignores capitals, accents and punctuation, and every database
    # sorts plain letters and digits in the same way.
    sort_name = models.TextField(default="", db_default="", editable=False)

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
        constraints = [
            *ProvenanceModel.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(slug=""),
                name="%(app_label)s_%(class)s_name_and_slug_set",
                violation_error_message=_("A listing needs a name and an address."),
            ),
            models.CheckConstraint(
                condition=~Q(status="published")
                | ~Q(phone="")
                | ~Q(toll_free="")
                | ~Q(tty="")
                | ~Q(videophone="")
                | ~Q(sms_number="")
                | ~Q(chat_url="")
                | ~Q(email="")
                | ~Q(website=""),
                name="%(app_label)s_%(class)s_published_has_contact",
                violation_error_message=_(
                    "To publish it, give one way to make contact: a phone, a "
                    "text line, an e-mail address or a website."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(status="closed") | ~Q(closure_reason=""),
                name="%(app_label)s_%(class)s_closed_has_reason",
                violation_error_message=_("Please say why it has closed."),
            ),
            models.CheckConstraint(
                condition=Q(checked_on=None, checked_how="", checked_by=None)
                | Q(checked_on__isnull=False, checked_by__isnull=False)
                & ~Q(checked_how="")
                | Q(checked_on__isnull=False, checked_how="confirmed"),
                name="%(app_label)s_%(class)s_check_on_how_by_together",
                violation_error_message=_(
                    "A check needs its day, how it was done and by whom."
                ),
            ),
            models.CheckConstraint(
                condition=Q(hours="") | ~Q(timezone=""),
                name="%(app_label)s_%(class)s_hours_have_zone",
                violation_error_message=_(
                    "Hours need a time zone, like America/Denver."
                ),
            ),
        ]

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
            SlugRedirect.objects.leave(self, before)
        self._slug_in_db = self.slug

    def update_derived_fields(self) -> None:
        """Compute the search text and the sort name."""
        self.search_text = fold(" ".join(self.searchable_texts()))
        self.sort_name = fold(self.name)

    def clean(self) -> None:
        super().clean()
        self._fill_slug()
        if self.status == self.Status.PUBLISHED:
            # It is open again, so the old reason no longer applies.
            self.closure_reason = ""
        if self.timezone and self.zone is None:
            words = NOT_A_ZONE % {"zone": self.timezone}
            raise ValidationError({"timezone": [words]})

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        super().validate_constraints(exclude=exclude)
        self.check_may_be_public()

    def check_may_be_public(self) -> None:
        """Raise ValidationError if it is public but may not be.

        It may not if it was merged into another, or if a removal request matches it.
        """
        if self.is_public and self._was_merged():
            words = _("This listing was merged with another, and stays closed.")
            raise ValidationError({NON_FIELD_ERRORS: [words]})
        if self.is_public and (found := self.removal_requests()):
            words = _(
                "%(name)s asked not to be listed. If they want to come back, an "
                "administrator deletes that request first."
            )
            raise ValidationError({NON_FIELD_ERRORS: [words % {"name": found[0]}]})

    def _was_merged(self) -> bool:
        """Say whether its slug, as a merge sets it, redirects to another listing."""
        if f"-merged-{self.pk}" not in self.slug:
            return False
        led = SlugRedirect.objects.of(type(self)).filter(slug=self.slug)
        return led.exclude(object_id=self.pk).exists()

    def removal_requests(self) -> list[RemovalRequest]:
        """Return the removal requests that match this listing.

        A listing that is already public may share a number or website with one that was
        removed, so only its new identifiers count.
        """
        found = RemovalRequest.objects.matching(self)
        if not found or self._state.adding:
            return found
        before: Any = type(self)._default_manager.filter(pk=self.pk).first()
        if before is None or not before.is_public:
            return found
        new = identifiers(self) - identifiers(before)
        return [request for request in found if request.identifiers() & new]

    @classmethod
    def check_service_area(
        cls, service_area_scope: str, places: Collection[Place]
    ) -> None:
        """Check that the scope fits the named places. Raises ValidationError."""
        if service_area_scope == cls.ServiceAreaScope.PLACES and not places:
            words = _("Name at least one state or county, or choose “Not known” above.")
            raise ValidationError({"service_area": words})
        if service_area_scope != cls.ServiceAreaScope.PLACES and places:
            words = _(
                "States or counties are named below. Choose “The states and counties "
                "named”, or clear them."
            )
            raise ValidationError({"service_area_scope": words})

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

    def card_facts(self) -> dict[str, str]:
        """Return the facts that a list needs in addition to the card's markup."""
        return {"name": self.name}

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
    def used_slugs(cls, among: Collection[str] | None = None) -> set[str]:
        """Return the slugs of listings and of redirects that are in use."""
        today, once = cls._default_manager.all(), SlugRedirect.objects.of(cls)
        if among is not None:
            today, once = today.filter(slug__in=among), once.filter(slug__in=among)
        slugs = today.values_list("slug", flat=True)
        return {*slugs, *once.values_list("slug", flat=True)}

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
            self.slug = next(
                slug for slug in self.slug_candidates() if slug not in used_slugs
            )

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
            self.slug = self._free_slug()

    def _free_slug(self) -> str:
        today = type(self)._default_manager.exclude(pk=self.pk)
        once = SlugRedirect.objects.of(type(self)).exclude(object_id=self.pk)
        return next(
            slug
            for slug in self.slug_candidates()
            if not today.filter(slug=slug).exists()
            and not once.filter(slug=slug).exists()
        )

    def slug_candidates(self) -> Iterator[str]:
        """Yield slugs: the name, then the name with qualifiers, then with numbers."""
        parts = [self.name, *self.slug_qualifiers()]
        tries = [slugify(" ".join(parts[:n]))[:110] for n in range(1, len(parts) + 1)]
        yield from filter(None, tries)
        stem = tries[-1] or "listing"
        yield from (f"{stem}-{number}" for number in itertools.count(2))

    def slug_qualifiers(self) -> list[str]:
        return []


class SlugRedirectQuerySet(models.QuerySet["SlugRedirect"]):
    def leave(self, listing: Listing, slug: str) -> None:
        """Redirect `slug` to this listing; the newest owner of a slug wins."""
        self.update_or_create(
            content_type=ContentType.objects.get_for_model(listing),
            slug=slug,
            defaults={"object_id": listing.pk},
        )

    def of(self, model: type[Listing]) -> Self:
        return self.filter(content_type=ContentType.objects.get_for_model(model))

    def target(self, model: type[Listing], slug: str) -> Listing | None:
        old = self.of(model).filter(slug=slug).first()
        return model.objects.filter(pk=old.object_id).first() if old else None


class SlugRedirect(models.Model):
    """A slug that a listing once had, so that old links still work."""

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    object_id = models.PositiveBigIntegerField()
    listing = GenericForeignKey("content_type", "object_id")
    slug = models.SlugField(max_length=120)

    objects = SlugRedirectQuerySet.as_manager()

    class Meta:
        verbose_name = _("old address")
        verbose_name_plural = _("old addresses")
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "slug"], name="slug_redirect_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.slug
