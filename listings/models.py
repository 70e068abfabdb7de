"""What every listing is, whichever catalogue it stands in."""

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
from listings.fields import NamesField
from listings.history import History
from listings.hours import Hours, zone_info
from listings.hours import State as OpenState
from listings.hours import Status as OpenStatus
from listings.phones import PhoneField, TextLineField, TtyField
from listings.provenance import Sourced
from listings.querysets import ListingQuerySet, TermQuerySet
from listings.removals import KNOWN_BY, Tombstone, identifiers
from listings.snapshot import made_on
from listings.text import fits_address, fold
from listings.time_zones import NOT_A_ZONE
from listings.typical_hours import without_now
from listings.visibility import FOLDED, INTERNAL, facts_shown
from places.models import Place


class Term(CacheInvalidatingModel):
    """A word of one of our four vocabularies, with the label people read."""

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
        """The label in the reader's language, in English where that has none."""
        return (self.label_es if get_language() == "es" else "") or self.label

    @property
    def inside_sentence(self) -> str:
        """The label as it is written after other words: "youth", but "LGBTQ+ people"
        and "Spanish speakers"."""
        in_spanish = get_language() == "es" and bool(self.label_es)
        return vocabulary.inside_sentence(str(self), self.slug, in_spanish=in_spanish)


class Listing(Sourced):
    """One thing a person can turn to: its facts, its state and where both are from."""

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

    # The short name of the catalogue, as in `data-listing="org:…"`.
    catalogue: ClassVar[str]
    PUBLIC_STATES: ClassVar = (Status.PUBLISHED, Status.TEMPORARILY_CLOSED)
    # Any one of these is a way to make contact; without one a listing stays a draft.
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

    # Reads what listings.exchange.hsds_mapping makes of another publisher's HSDS.
    hsds_importer: ClassVar[str]

    is_global = False
    # What lists show of a listing; each is rendered and stored with every change.
    card_templates: ClassVar[tuple[str, ...]] = ()

    placeholders: ClassVar[Placeholders] = {
        **Sourced.placeholders,
        "uuid": uuid_from_key,
        "checked_facts": lambda _row: [],
    }
    # Days until a listing that was checked should be checked again.
    check_every_days: ClassVar = 180
    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(_("slug"), max_length=120, unique=True, blank=True)
    summary = models.TextField(_("summary"), blank=True)

    phone: Any = PhoneField(_("phone"), blank=True)
    toll_free: Any = PhoneField(_("toll-free phone"), blank=True)
    tty = TtyField(
        _("TTY"), max_length=20, blank=True, help_text=_("A number, or 711 for relay.")
    )
    videophone: Any = PhoneField(_("videophone"), blank=True)
    sms_number = TextLineField(
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
    checked_facts = NamesField(_("facts checked"), default=list, blank=True)
    check_due_on = models.DateField(_("next check due"), null=True, blank=True)

    # Who is on it just now, so that two people do not ring the same number.
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

    # Stable for ever: other people's systems hold it.
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    search_text = models.TextField(default="", blank=True, editable=False)
    # Lists sort by it: capitals, accents and punctuation make no difference, and every
    # database sorts plain letters and digits alike.
    sort_name = models.TextField(default="", db_default="", editable=False)

    internal_fields = Sourced.internal_fields | INTERNAL
    derived = FOLDED
    objects: ClassVar[ListingQuerySet[Any]] = ListingQuerySet.as_manager()  # type: ignore[assignment]
    # The history adds it to each model.
    save_without_historical_record: Callable[..., None]
    history = History(
        inherit=True,
        m2m_fields=["terms", "service_area"],
        excluded_fields=[*FOLDED, "claimed_by", "claimed_at"],
    )

    class Meta:
        abstract = True
        ordering = ["sort_name", "slug"]
        constraints = [
            *Sourced.Meta.constraints,
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
        """Fill slug and search words; a slug that changed leaves a redirect."""
        self._fill_slug()
        self.fold_words()
        fields = set(options.get("update_fields") or ())
        # Who works on it just now is no change of the listing.
        if fields - self.internal_fields:
            options["update_fields"] = fields | FOLDED | {"slug", "changed_at"}
        if not fields or fields & {"status", *KNOWN_BY}:
            # Here, so that no way of publishing goes around it.
            self.check_may_be_public()
        super().save(**options)
        before: str = getattr(self, "_slug_in_db", "")
        if before and before != self.slug:
            OldSlug.objects.leave(self, before)
        self._slug_in_db = self.slug

    def fold_words(self) -> None:
        """Fill what searches and lists compare, from the words as they are written."""
        self.search_text = fold(" ".join(self.searched_words()))
        self.sort_name = fold(self.name)

    def clean(self) -> None:
        super().clean()
        self._fill_slug()
        if self.status == self.Status.PUBLISHED:
            # It is open again, so the old reason is none.
            self.closure_reason = ""
        if self.timezone and self.zone is None:
            words = NOT_A_ZONE % {"zone": self.timezone}
            raise ValidationError({"timezone": [words]})

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        super().validate_constraints(exclude=exclude)
        self.check_may_be_public()

    def check_may_be_public(self) -> None:
        """Raise ValidationError where it is to be public and was merged into another,
        or asked not to be listed."""
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
        """Does the address that a merge gave it lead to the listing that stayed?"""
        if f"-merged-{self.pk}" not in self.slug:
            return False
        led = OldSlug.objects.of(type(self)).filter(slug=self.slug)
        return led.exclude(object_id=self.pk).exists()

    def removal_requests(self) -> list[Tombstone]:
        """Requests not to be listed that match what this listing says.

        One that is public already may share a number or a website with another that
        left, so of it only what is new counts.
        """
        found = Tombstone.objects.matching(self)
        if not found or self._state.adding:
            return found
        before: Any = type(self)._default_manager.filter(pk=self.pk).first()
        if before is None or not before.is_public:
            return found
        new = identifiers(self) - identifiers(before)
        return [request for request in found if request.identifiers() & new]

    @classmethod
    def check_area(cls, service_area_scope: str, places: Collection[Place]) -> None:
        """Where it serves must fit the places named. Raises ValidationError."""
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
        if slug is not None and not fits_address(slug):
            log_once(listing._meta.label, listing.pk, "slug")
        listing._slug_in_db = slug or ""
        return listing

    def searched_words(self) -> list[str]:
        return [self.name, self.summary]

    def card_facts(self) -> dict[str, str]:
        """What a list says of the listing beside its card."""
        return {"name": self.name}

    @property
    def data_key(self) -> str:
        return f"{self.catalogue}:{self.slug}"

    @property
    def address_slug(self) -> str:
        """The last part of its page's address: the UUID where the slug fits none."""
        return self.slug if fits_address(self.slug) else str(self.uuid)

    @property
    def is_public(self) -> bool:
        return self.status in self.PUBLIC_STATES

    def public_fields(self) -> dict[str, Any] | None:
        return None if self.status == self.Status.DRAFT else facts_shown(self)

    @property
    def serves_everywhere(self) -> bool:
        return self.service_area_scope == self.ServiceAreaScope.NATIONWIDE

    @property
    def has_contact(self) -> bool:
        return any(getattr(self, name) for name in self.CONTACT_FIELDS)

    @property
    def zone(self) -> ZoneInfo | None:
        """None where it is not known, or no zone at all."""
        return zone_info(self.timezone)

    @property
    def opening_hours(self) -> Hours:
        """A row without a zone that we know has hours that are not known."""
        return Hours(self.hours, self.timezone)

    @property
    def has_known_hours(self) -> bool:
        return self.opening_hours.is_known

    def status_at(self, at: datetime) -> OpenStatus:
        """The state at a moment; on a page for later, the usual hours instead."""
        if made_on():
            return without_now(self.opening_hours, at)
        if self.status == self.Status.TEMPORARILY_CLOSED:
            return OpenStatus(OpenState.CLOSED)
        return self.opening_hours.status(at)

    def terms_of(self, kind: str) -> list[Term]:
        """The listing's terms of one vocabulary, from the prefetched set."""
        return [term for term in self.terms.all() if term.kind == kind]

    @property
    def services(self) -> list[Term]:
        return self.terms_of(Term.Kind.SERVICE)

    @property
    def communities(self) -> list[Term]:
        return self.terms_of(Term.Kind.COMMUNITY)

    @property
    def conditions(self) -> list[Term]:
        return self.terms_of(Term.Kind.CONDITION)

    @property
    def languages(self) -> list[Term]:
        return self.terms_of(Term.Kind.LANGUAGE)

    @classmethod
    def taken_slugs(cls, among: Collection[str] | None = None) -> set[str]:
        """Those of today, and those that lead on to where a listing went."""
        today, once = cls._default_manager.all(), OldSlug.objects.of(cls)
        if among is not None:
            today, once = today.filter(slug__in=among), once.filter(slug__in=among)
        slugs = today.values_list("slug", flat=True)
        return {*slugs, *once.values_list("slug", flat=True)}

    @property
    def file_key(self) -> str:
        """The source's key; a listing made at the desk goes by its UUID."""
        return self.key or f"uuid:{self.uuid}"

    def enter(self, taken: set[str], wishes: Mapping[str, Any]) -> None:
        """Public at once if there is a way to make contact, at a free address."""
        for name, value in wishes.items():
            setattr(self, name, value)
        states = self.Status
        if "status" not in wishes:
            self.status = states.PUBLISHED
        if self.status == states.PUBLISHED and not self.has_contact:
            self.status = states.DRAFT
        if not self.slug or self.slug in taken:
            self.slug = next(slug for slug in self.slug_tries() if slug not in taken)

    def publish(self) -> None:
        self.status = self.Status.PUBLISHED
        self.closure_reason = ""
        self._save_state()

    def close(self, *, because: str, temporarily: bool = False) -> None:
        closed, paused = self.Status.CLOSED, self.Status.TEMPORARILY_CLOSED
        self.status = paused if temporarily else closed
        self.closure_reason = because
        self._save_state()

    def _save_state(self) -> None:
        self.version += 1
        self.save(update_fields=["status", "closure_reason", "version"])

    def _fill_slug(self) -> None:
        if not self.slug:
            self.slug = self._free_slug()

    def _free_slug(self) -> str:
        today = type(self)._default_manager.exclude(pk=self.pk)
        once = OldSlug.objects.of(type(self)).exclude(object_id=self.pk)
        return next(
            slug
            for slug in self.slug_tries()
            if not today.filter(slug=slug).exists()
            and not once.filter(slug=slug).exists()
        )

    def slug_tries(self) -> Iterator[str]:
        """The name as a slug; then with what tells it apart; then with numbers."""
        parts = [self.name, *self.slug_parts()]
        tries = [slugify(" ".join(parts[:n]))[:110] for n in range(1, len(parts) + 1)]
        yield from filter(None, tries)
        stem = tries[-1] or "listing"
        yield from (f"{stem}-{number}" for number in itertools.count(2))

    def slug_parts(self) -> list[str]:
        return []


class OldSlugQuerySet(models.QuerySet["OldSlug"]):
    def leave(self, listing: Listing, slug: str) -> None:
        """Remember that `slug` was this listing's address; newest owner wins."""
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


class OldSlug(models.Model):
    """An address a listing once had, so that old links live."""

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    object_id = models.PositiveBigIntegerField()
    listing = GenericForeignKey("content_type", "object_id")
    slug = models.SlugField(max_length=120)

    objects = OldSlugQuerySet.as_manager()

    class Meta:
        verbose_name = _("old address")
        verbose_name_plural = _("old addresses")
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "slug"], name="old_slug_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.slug
