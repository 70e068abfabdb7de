"""The models of national crisis lines and of the phrases that lead to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, ClassVar, Self
from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from caching.unreadable_values import Placeholders
from listings.crisis import matching
from listings.history import History
from listings.hours import InvalidHours, validate_hours
from listings.provenance import ProvenanceModel

# These two are the same everywhere in the country, so no curator needs to check them.
NO_CHECK_NEEDED = ("crisis:988-lifeline", "crisis:911")
LANGUAGES = ("en", "es", "ase", "interpreters")
# The fields that can be hidden until a curator has tried them.
UNTRIED_CHOICES = (
    "phone",
    "text_number",
    "chat_url",
    "website",
    "how_in_spanish",
    "tty_or_asl",
)


class CrisisKind(models.TextChoices):
    """The kinds of trouble, with the codes that both CSV files use."""

    EMERGENCY = "emergency", _("Emergency")
    SUICIDE = "suicide", _("Suicide")
    SELF_HARM = "self_harm", _("Self-harm")
    OVERDOSE = "overdose", _("Overdose")
    POISON = "poison", _("Poisoning")
    SUBSTANCE_USE = "substance_use", _("Substance use")
    EATING = "eating", _("Eating disorder")
    HARM_TO_OTHERS = "harm_to_others", _("Thoughts of hurting someone")
    VIOLENCE = "violence", _("Domestic violence")
    SEXUAL_ASSAULT = "sexual_assault", _("Sexual assault")
    CHILD_ABUSE = "child_abuse", _("Child abuse")
    ELDER_ABUSE = "elder_abuse", _("Elder abuse")
    TRAFFICKING = "trafficking", _("Human trafficking")
    RUNAWAY_YOUTH = "runaway_youth", _("Runaway youth")
    LGBTQ_YOUTH = "lgbtq_youth", _("LGBTQ+ youth")
    TRANS = "trans", _("Trans people")
    MATERNAL = "maternal", _("Pregnancy and new parents")
    VETERANS = "veterans", _("Veterans")
    NATIVE = "native", _("Native people")
    DISASTER = "disaster", _("Disaster")


def split_list(text: str) -> list[str]:
    """Split a list that is separated by semicolons."""
    return [part.strip() for part in text.split(";") if part.strip()]


def _check_list(text: str, known: Iterable[str]) -> None:
    allowed = list(known)
    for part in split_list(text):
        if part not in allowed:
            raise ValidationError(
                _("“%(part)s” is not known here. Use: %(known)s."),
                params={"part": part, "known": ", ".join(allowed)},
            )


def validate_kinds(text: str) -> None:
    _check_list(text, CrisisKind.values)


def validate_languages(text: str) -> None:
    _check_list(text, LANGUAGES)


def validate_untried_fields(text: str) -> None:
    _check_list(text, UNTRIED_CHOICES)


def validate_hours_text(text: str) -> None:
    try:
        validate_hours(text)
    except InvalidHours as error:
        raise ValidationError(str(error)) from None


def validate_time_zone(text: str) -> None:
    if text not in available_timezones():
        raise ValidationError(_("Write a time zone like America/Denver."))


PHONE_VALIDATOR = RegexValidator(
    r"^(\+1[2-9][0-9]{9}|988|911)$",
    _("Write a number like +18005550199, or 988 or 911."),
)
SMS_NUMBER_VALIDATOR = RegexValidator(
    r"^(\+1[2-9][0-9]{9}|[0-9]{3,6})$",
    _("Write a number like +18005550199, or a short code of 3 to 6 digits."),
)


class CrisisQuerySet(models.QuerySet[Any]):
    def with_import_keys(self, keys: Iterable[str]) -> Self:
        return self.filter(key__in=set(keys) - {""})

    def active(self) -> Self:
        return self.filter(is_active=True)


class CheckableRow(ProvenanceModel):
    """Abstract model for a row that a curator can check as a whole and turn off."""

    # The cards of listings do not depend on it.
    is_global = False
    internal_fields = ProvenanceModel.internal_fields | {"internal_note"}
    # If the stored value cannot be read, the row is not in use.
    placeholders: ClassVar[Placeholders] = {
        **ProvenanceModel.placeholders,
        "is_active": lambda _row: False,
        "order": lambda _row: 1000,
    }

    is_active = models.BooleanField(
        _("in use"),
        default=True,
        help_text=_("Uncheck it to take this off the site without losing it."),
    )
    internal_note = models.TextField(_("internal note"), blank=True)
    checked_on = models.DateField(_("checked on"), null=True, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("checked by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )

    objects: ClassVar[CrisisQuerySet] = CrisisQuerySet.as_manager()  # type: ignore[assignment]
    history = History(inherit=True)

    class Meta(ProvenanceModel.Meta):
        abstract = True
        constraints = [
            *ProvenanceModel.Meta.constraints,
            models.CheckConstraint(
                condition=Q(checked_on=None, checked_by=None)
                | Q(checked_on__isnull=False, checked_by__isnull=False),
                name="%(app_label)s_%(class)s_check_on_and_by_together",
                violation_error_message=_("A check needs its day and by whom."),
            ),
        ]

    @property
    def is_public(self) -> bool:
        return self.is_active

    @property
    def checked_facts(self) -> list[str]:
        """Every fact: a check covers the whole row, and imports then change nothing."""
        return list(self.facts)

    def mark_checked(self, *, on: date, by: Any) -> None:
        self.checked_on, self.checked_by = on, by
        self.version += 1
        self.save()


class CrisisLine(CheckableRow):
    """A national phone, text or chat line for people in danger or distress."""

    importers = {"crisis_lines": "listings.crisis.importing.CrisisLineImporter"}
    facts = (
        "name",
        "name_es",
        "for_what",
        "for_whom",
        "phone",
        "phone_display",
        "text_number",
        "text_keyword",
        "chat_url",
        "website",
        "hours",
        "timezone",
        "languages",
        "how_in_spanish",
        "tty_or_asl",
        "order",
        "internal_note",
        "is_active",
        "untried_fields",
        "source_name",
        "source_url",
        "source_seen",
    )

    name = models.CharField(_("name"), max_length=200)
    name_es = models.CharField(_("name in Spanish"), max_length=200)
    for_what = models.CharField(
        _("what it is for"),
        max_length=300,
        validators=[validate_kinds],
        help_text=_("Kinds of trouble, separated by semicolons."),
    )
    for_whom = models.CharField(
        _("for whom it is"),
        max_length=200,
        blank=True,
        db_default="",
        help_text=_("One plain sentence for the reader, like: For LGBTQ+ young people"),
    )
    phone = models.CharField(
        _("phone"), max_length=16, blank=True, validators=[PHONE_VALIDATOR]
    )
    phone_display = models.CharField(
        _("phone, as people read it"), max_length=60, blank=True
    )
    text_number = models.CharField(
        _("text number"), max_length=16, blank=True, validators=[SMS_NUMBER_VALIDATOR]
    )
    text_keyword = models.CharField(_("text word"), max_length=40, blank=True)
    chat_url = models.URLField(_("chat address"), blank=True)
    website = models.URLField(_("website"), max_length=300, blank=True)
    hours = models.CharField(
        _("hours"),
        max_length=500,
        blank=True,
        validators=[validate_hours_text],
        help_text=_("OpenStreetMap opening_hours syntax. Empty means not known."),
    )
    timezone = models.CharField(
        _("time zone"), max_length=40, blank=True, validators=[validate_time_zone]
    )
    languages = models.CharField(
        _("languages"), max_length=60, validators=[validate_languages]
    )
    how_in_spanish = models.CharField(
        _("how to reach it in Spanish"), max_length=300, blank=True
    )
    tty_or_asl = models.CharField(_("TTY or ASL"), max_length=300, blank=True)
    order = models.PositiveSmallIntegerField(_("order"))
    untried_fields = models.CharField(
        _("not shown until tried"),
        max_length=120,
        blank=True,
        validators=[validate_untried_fields],
        help_text=_("Names of fields, separated by semicolons. A check empties it."),
    )

    class Meta(CheckableRow.Meta):
        verbose_name = _("crisis line")
        verbose_name_plural = _("crisis lines")
        ordering = ["order", "key"]
        constraints = [
            *CheckableRow.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(phone="") | ~Q(text_number="") | ~Q(chat_url=""),
                name="crisis_line_has_contact",
                violation_error_message=_(
                    "Give a phone number, a text number or a chat address."
                ),
            ),
            models.CheckConstraint(
                condition=Q(phone="") | ~Q(phone_display=""),
                name="crisis_line_phone_is_readable",
                violation_error_message=_("Write the phone number for people, too."),
            ),
            models.CheckConstraint(
                condition=Q(hours__in=["", "24/7"]) | ~Q(timezone=""),
                name="crisis_line_hours_have_zone",
                violation_error_message=_(
                    "Hours need a time zone, like America/Denver."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def prepare_new(
        self, used_slugs: set[str], new_only_fields: Mapping[str, Any]
    ) -> None:
        self.untried_fields = new_only_fields.get("untried_fields", "")

    def mark_checked(self, *, on: date, by: Any) -> None:
        """Record that a person called and texted the line and opened its addresses."""
        self.untried_fields = ""
        super().mark_checked(on=on, by=by)

    @property
    def kinds(self) -> list[str]:
        return split_list(self.for_what)

    @property
    def untried(self) -> list[str]:
        return split_list(self.untried_fields)

    @property
    def language_codes(self) -> list[str]:
        return split_list(self.languages)

    @property
    def needs_check(self) -> bool:
        return self.checked_on is None and self.key not in NO_CHECK_NEEDED


class CrisisPhrase(CheckableRow):
    """A phrase that people in distress may type, and how pages respond to it."""

    class Level(models.TextChoices):
        EMERGENCY = matching.EMERGENCY, _("911 first, then its lines")
        FIRST = matching.FIRST, _("Its lines first")
        QUIET = matching.QUIET, _("Results first, 988 in one line")
        ADDS = matching.ADDS, _("Adds its lines to those of others")

    class Match(models.TextChoices):
        PHRASE = matching.PHRASE, _("These words in a row, anywhere")
        EXACT = matching.EXACT, _("Nothing else typed")
        PREFIX = matching.PREFIX, _("A word that begins so")

    class Language(models.TextChoices):
        ENGLISH = "en", _("English")
        SPANISH = "es", _("Spanish")

    importers = {"crisis_phrases": "listings.crisis.importing.CrisisPhraseImporter"}
    facts = (
        "for_what",
        "language",
        "phrase",
        "level",
        "match",
        "internal_note",
        "is_active",
    )

    for_what = models.CharField(
        _("kind of trouble"), max_length=20, choices=CrisisKind.choices
    )
    language = models.CharField(_("language"), max_length=2, choices=Language)
    phrase = models.CharField(_("phrase"), max_length=120)
    level = models.CharField(_("level"), max_length=10, choices=Level)
    match = models.CharField(
        _("match"), max_length=10, choices=Match, default=Match.PHRASE
    )

    class Meta(CheckableRow.Meta):
        verbose_name = _("crisis phrase")
        verbose_name_plural = _("crisis phrases")
        ordering = ["for_what", "phrase"]

    def __str__(self) -> str:
        return self.phrase

    def clean(self) -> None:
        super().clean()
        words = matching.split_words(self.phrase)
        if not words:
            raise ValidationError({"phrase": _("Write at least one word.")})
        if self.match == self.Match.PREFIX and len(words) > 1:
            raise ValidationError({"phrase": _("The beginning of a word is one word.")})

    @property
    def name(self) -> str:
        return self.phrase

    @property
    def as_phrase(self) -> matching.Phrase:
        words = matching.split_words(self.phrase)
        return matching.Phrase(
            self.for_what, self.level, self.match, words, self.language
        )
