"""Guides, and the credentials of peer supporters in each state."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, ClassVar, Self, TypeVar

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from caching.invalidation import CacheInvalidatingModel
from caching.unreadable_values import PLACEHOLDER_DATETIME, Placeholders, log_once
from guides import link_lines
from guides.markdown import render
from guides.slug_lookup import IsValidSlug
from listings.history import History
from listings.provenance import ProvenanceModel
from listings.text import fold, is_valid_slug
from places.states import STATES, get_state_name

# A larger number of hours is a typing error.
MAX_HOURS_VALIDATOR = MaxValueValidator(20_000)

models.SlugField.register_lookup(IsValidSlug)

Link = TypeVar("Link")


class GuideQuerySet(models.QuerySet["Guide"]):
    def public(self) -> Self:
        """Published guides, except those whose slug is not valid in a URL."""
        published = self.filter(status=Guide.Status.PUBLISHED)
        return published.filter(slug__is_valid=True)

    def matching(self, words: str) -> Self:
        """Guides that contain every word, in any field and language."""
        found = self
        for word in fold(words).split()[:8]:
            found = found.filter(search_text__contains=word)
        return found

    def with_slugs(self, *slugs: str) -> Self:
        """Public guides among these slugs, because pages link only to public guides."""
        return self.public().filter(slug__in=slugs)


class Guide(CacheInvalidatingModel):
    """A short page in English and Spanish that ends with searches of the directory."""

    # No card of a listing depends on a guide.
    is_global = False

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")

    facts = (
        "title",
        "title_es",
        "summary",
        "summary_es",
        "body",
        "body_es",
        "searches",
        "sources",
        "order",
        "status",
        "written_on",
        "reviewed_on",
        "reviewed_by",
    )

    title = models.CharField(_("title"), max_length=120)
    title_es = models.CharField(_("title in Spanish"), max_length=120, blank=True)
    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    summary = models.CharField(_("summary"), max_length=250)
    summary_es = models.CharField(_("summary in Spanish"), max_length=250, blank=True)
    body = models.TextField(
        _("text"),
        help_text=_(
            "Markdown: ## heading, - list, **bold**, [link](/warmlines/). "
            "At most 600 words, in plain language."
        ),
    )
    body_es = models.TextField(_("text in Spanish"), blank=True)
    searches = models.TextField(
        _("searches at the end"),
        blank=True,
        help_text=_("One line each: label | label in Spanish | page?filters"),
    )
    sources = models.TextField(
        _("sources"), blank=True, help_text=_("One line each: name | address | year")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=1000)
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.DRAFT
    )
    written_on = models.DateField(_("written on"), null=True, blank=True)
    reviewed_on = models.DateField(_("reviewed on"), null=True, blank=True)
    reviewed_by = models.CharField(
        _("reviewed by"),
        max_length=120,
        blank=True,
        help_text=_("As the public reads it: a name, or a role. Empty: nobody has."),
    )

    internal_fields = frozenset({"search_text", "version", "changed_at"})
    placeholders: ClassVar[Placeholders] = {
        "order": lambda _row: 1000,
        "version": lambda _row: 1,
        "changed_at": lambda _row: PLACEHOLDER_DATETIME,
    }

    search_text = models.TextField(default="", blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    objects: ClassVar[GuideQuerySet] = GuideQuerySet.as_manager()  # type: ignore[assignment]
    history = HistoricalRecords(excluded_fields=["search_text"])

    class Meta:
        verbose_name = _("guide")
        verbose_name_plural = _("guides")
        ordering = ["order", "slug"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="published")
                | ~Q(title="")
                & ~Q(title_es="")
                & ~Q(summary="")
                & ~Q(summary_es="")
                & ~Q(body="")
                & ~Q(body_es=""),
                name="guide_published_in_both_languages",
                violation_error_message=_(
                    "To publish it, give title, summary and text in both languages."
                ),
            ),
            models.CheckConstraint(
                condition=Q(reviewed_on=None, reviewed_by="")
                | Q(reviewed_on__isnull=False) & ~Q(reviewed_by=""),
                name="guide_review_on_and_by_together",
                violation_error_message=_("A review needs its day and by whom."),
            ),
        ]

    def __str__(self) -> str:
        """Return the title in the current language."""
        return self._localized("title")

    def save(self, **options: Any) -> None:
        names = ("title", "summary", "body", "title_es", "summary_es", "body_es")
        self.search_text = fold(" ".join(getattr(self, name) for name in names))
        super().save(**options)

    def get_absolute_url(self) -> str:
        return reverse("guide", args=[self.slug])

    def clean(self) -> None:
        """Check the lines of searches and sources."""
        super().clean()
        problems = {}
        for name, read in (
            ("searches", link_lines.parse_searches),
            ("sources", link_lines.parse_sources),
        ):
            try:
                read(getattr(self, name))
            except ValidationError as error:
                problems[name] = error
        if problems:
            raise ValidationError(problems)

    @property
    def is_public(self) -> bool:
        if not is_valid_slug(self.slug):
            log_once(self._meta.label, self.pk, "slug")
            return False
        return self.status == self.Status.PUBLISHED

    @property
    def localized_summary(self) -> str:
        """The summary in the current language."""
        return self._localized("summary")

    @property
    def html(self) -> SafeString:
        """The body as HTML in the current language."""
        return render(self._localized("body"))

    @property
    def search_list(self) -> list[link_lines.GuideSearch]:
        return self._parse_lines("searches", link_lines.parse_searches)

    @property
    def source_list(self) -> list[link_lines.GuideSource]:
        return self._parse_lines("sources", link_lines.parse_sources)

    @property
    def near_search(self) -> link_lines.GuideSearch | None:
        """The first search that can be repeated near a place, or None."""
        return next((s for s in self.search_list if s.near_url), None)

    def _parse_lines(self, name: str, read: Callable[[str], list[Link]]) -> list[Link]:
        """Parse the lines of a field; a line that is invalid is logged and left out."""
        found: list[Link] = []
        for line in getattr(self, name).splitlines():
            try:
                found += read(line)
            except ValidationError:
                log_once(self._meta.label, self.pk, name)
        return found

    def _localized(self, name: str) -> str:
        spanish = getattr(self, f"{name}_es") if get_language() == "es" else ""
        return spanish or getattr(self, name)


class CredentialQuerySet(models.QuerySet["Credential"]):
    def with_import_keys(self, keys: Iterable[str]) -> Self:
        return self.filter(key__in=set(keys) - {""})

    def public(self) -> Self:
        return self.exclude(status=Credential.Status.ENDED)

    def in_state(self, code: str) -> Self:
        return self.filter(state=code)

    def for_focus(self, focus: str) -> Self:
        """Credentials for a kind of experience; those for both match either one."""
        kinds = [focus]
        if focus in (Credential.Focus.MENTAL_HEALTH, Credential.Focus.SUBSTANCE_USE):
            kinds.append(Credential.Focus.BOTH)
        return self.filter(focus__in=kinds)


class Credential(ProvenanceModel):
    """The requirements of a state for certified peer supporters."""

    class Focus(models.TextChoices):
        BOTH = "both", _("Mental health and substance use")
        MENTAL_HEALTH = "mental_health", _("Mental health")
        SUBSTANCE_USE = "substance_use", _("Substance use")
        FAMILY = "family", _("Families")
        OTHER = "other", _("Other")

    class Status(models.TextChoices):
        OFFERED = "offered", _("Offered, as far as its source says")
        PLANNED = "planned", _("Being set up")
        NOT_FOUND = "not_found", _("None was found")
        ENDED = "ended", _("No longer offered")

    is_global = False
    internal_fields = ProvenanceModel.internal_fields | {"internal_note"}
    importers = {"credentials": "guides.importing.CredentialImporter"}
    facts = (
        "state",
        "name",
        "abbreviation",
        "focus",
        "status",
        "certifying_body",
        "certifying_body_website",
        "training_hours",
        "work_hours",
        "supervision_hours",
        "exam_required",
        "lived_experience_required",
        "min_recovery_time",
        "min_age",
        "education",
        "continuing_education",
        "medicaid_billable",
        "internal_note",
        "source_name",
        "source_url",
        "source_seen",
        "source_license",
    )

    state = models.CharField(_("state"), max_length=2)
    name = models.CharField(_("name"), max_length=120)
    abbreviation = models.CharField(_("abbreviation"), max_length=20, blank=True)
    focus = models.CharField(_("focus"), max_length=15, choices=Focus)
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.OFFERED
    )
    certifying_body = models.CharField(_("who certifies"), max_length=200, blank=True)
    certifying_body_website = models.URLField(
        _("their website"), max_length=300, blank=True
    )
    # The smallest total of hours; null means that no source gives it.
    training_hours = models.PositiveSmallIntegerField(
        _("hours of training"), null=True, blank=True, validators=[MAX_HOURS_VALIDATOR]
    )
    work_hours = models.PositiveSmallIntegerField(
        _("hours of work"), null=True, blank=True, validators=[MAX_HOURS_VALIDATOR]
    )
    supervision_hours = models.PositiveSmallIntegerField(
        _("hours of supervision"),
        null=True,
        blank=True,
        validators=[MAX_HOURS_VALIDATOR],
    )
    exam_required = models.BooleanField(_("exam"), null=True, blank=True)
    lived_experience_required = models.BooleanField(
        _("lived experience"), null=True, blank=True
    )
    min_recovery_time = models.CharField(
        _("time in recovery"), max_length=100, blank=True
    )
    min_age = models.PositiveSmallIntegerField(
        _("age"), null=True, blank=True, validators=[MaxValueValidator(120)]
    )
    education = models.CharField(_("education"), max_length=150, blank=True)
    continuing_education = models.CharField(
        _("continuing education"), max_length=150, blank=True
    )
    medicaid_billable = models.BooleanField(
        _("some services billable to Medicaid"), null=True, blank=True
    )
    internal_note = models.TextField(
        _("note for curators"),
        blank=True,
        help_text=_("Never shown to the public: doubts, and where each fact was read."),
    )

    # The day on which someone compared the facts with the certifying body.
    checked_on = models.DateField(_("checked on"), null=True, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("checked by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )

    objects: ClassVar[CredentialQuerySet] = CredentialQuerySet.as_manager()  # type: ignore[assignment]
    history = History()
    # Read by django-simple-history.
    _change_reason: str

    class Meta(ProvenanceModel.Meta):
        verbose_name = _("credential")
        verbose_name_plural = _("credentials")
        ordering = ["state", "name"]
        constraints = [
            *ProvenanceModel.Meta.constraints,
            models.CheckConstraint(
                condition=Q(state__in=list(STATES)),
                name="credential_state_known",
                violation_error_message=_("Write the state with two letters, like MT."),
            ),
            models.CheckConstraint(
                condition=Q(checked_on=None, checked_by=None)
                | Q(checked_on__isnull=False, checked_by__isnull=False),
                name="credential_check_on_and_by_together",
                violation_error_message=_("A check needs its day and by whom."),
            ),
        ]
        indexes = [models.Index(fields=["state"], name="credential_state")]

    def __str__(self) -> str:
        return f"{self.state}: {self.name}"

    def get_absolute_url(self) -> str:
        return f"{reverse('become')}?state={self.state}"

    @property
    def state_name(self) -> str:
        return get_state_name(self.state)

    @property
    def is_public(self) -> bool:
        return self.status != self.Status.ENDED

    @property
    def is_offered(self) -> bool:
        return self.status == self.Status.OFFERED

    @property
    def checked_facts(self) -> list[str]:
        """All facts, because a check covers them all and protects them from imports."""
        return list(self.facts)

    def mark_checked(self, *, on: date, by: User) -> None:
        """Record that someone compared every fact with the certifying body."""
        self.checked_on, self.checked_by = on, by
        self.version += 1
        self.save()
