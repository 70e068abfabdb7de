"""What the curators' desk keeps beside the listings: checks, proposals, mail, links."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta
from email.utils import make_msgid
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from listings.models import Listing

# A token in an address that cannot be guessed.
TOKEN_BYTES = 24
CONFIRM_DAYS = 30


def new_token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


def in_a_month() -> date:
    return timezone.now().date() + timedelta(days=CONFIRM_DAYS)


def new_message_id() -> str:
    """Of the site's name: that of the machine is nobody's business."""
    return make_msgid(domain=urlsplit(settings.SITE_URL).hostname)


class AboutQuerySet(models.QuerySet[Any]):
    def about(self, listing: Any) -> Self:
        kind = ContentType.objects.get_for_model(listing)
        return self.filter(content_type=kind, object_id=listing.pk)


class AboutListing(models.Model):
    """Anything that points at one listing of any catalogue, or at a page of ours."""

    content_type = models.ForeignKey(
        ContentType, verbose_name=_("catalogue"), on_delete=models.CASCADE
    )
    object_id = models.PositiveBigIntegerField(null=True, blank=True)
    listing = GenericForeignKey("content_type", "object_id")

    class Meta:
        abstract = True


class CuratorProfile(models.Model):
    """What one member of the staff works on; the states limit a state curator."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="curator_profile",
    )
    states = models.ManyToManyField(
        "places.Place",
        verbose_name=_("states"),
        limit_choices_to={"kind": "state"},
        blank=True,
        related_name="+",
    )
    wants_digest = models.BooleanField(_("weekly mail of what is due"), default=True)

    class Meta:
        verbose_name = _("curator profile")
        verbose_name_plural = _("curator profiles")
        permissions = [
            ("check_listing", _("May record checks")),
            ("publish_listing", _("May publish and close listings")),
            ("decide_suggestion", _("May accept and decline suggestions")),
            ("propose_change", _("May propose changes and checks")),
            ("import_listings", _("May import and undo imports")),
            ("export_listings", _("May export listings")),
            ("merge_listings", _("May merge listings")),
            ("see_withheld", _("May see withheld streets")),
        ]

    def __str__(self) -> str:
        return str(self.user)


class Check(AboutListing):
    """Somebody made sure, on one day, of some facts; never changed afterwards."""

    class Outcome(models.TextChoices):
        RIGHT = "right", _("The facts are right")
        PAUSED = "paused", _("Closed for now")
        CLOSED = "closed", _("Closed for good")
        REOPENED = "reopened", _("It was closed for now, and is open again")
        NO_ANSWER = "no_answer", _("Nobody could be reached")

    on = models.DateField(_("on"))
    how = models.CharField(_("how"), max_length=10, choices=Listing.CheckedHow)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    facts = models.JSONField(_("facts"), default=list)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    note = models.CharField(_("note"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("written down"), auto_now_add=True)

    objects = AboutQuerySet.as_manager()

    class Meta:
        verbose_name = _("check")
        verbose_name_plural = _("checks")
        ordering = ["-on", "-pk"]
        indexes = [models.Index(fields=["content_type", "object_id"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(by__isnull=False) | Q(how="confirmed"),
                name="check_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on}: {self.get_outcome_display()}"


class SuggestionQuerySet(AboutQuerySet):
    def open(self) -> Self:
        return self.filter(state=Suggestion.State.OPEN)


class Suggestion(AboutListing):
    """What somebody says should change; nothing of it is public until accepted."""

    class Kind(models.TextChoices):
        NEW = "new", _("A new listing")
        CHANGE = "change", _("A change")
        PROBLEM = "problem", _("A problem")
        CHECK = "check", _("A check by a volunteer")

    class Problem(models.TextChoices):
        WRONG_NUMBER = "wrong_number", _("The phone number is wrong")
        NO_ANSWER = "no_answer", _("Nobody answers")
        CLOSED = "closed", _("It has closed")
        MOVED = "moved", _("It has moved")
        HOURS = "hours", _("The hours are wrong")
        UNSAFE = "unsafe", _("I felt unsafe or was not respected")
        NOT_PEER_RUN = "not_peer_run", _("It is not run by peers")
        MISSING = "missing", _("Something is missing")
        WRONG = "wrong", _("Something is not right")
        UNCLEAR = "unclear", _("It is hard to understand")
        OTHER = "other", _("Something else")

    # What a page of ours can have wrong; the other problems are those of a listing.
    OF_PAGES: ClassVar = (
        Problem.MISSING,
        Problem.WRONG,
        Problem.UNCLEAR,
        Problem.OTHER,
    )

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    problem = models.CharField(
        _("what is wrong"), max_length=15, choices=Problem, blank=True
    )
    changes = models.JSONField(_("proposed facts"), default=dict, blank=True)
    words = models.TextField(_("in their words"), max_length=2000, blank=True)
    sender_email = models.EmailField(_("their e-mail"), blank=True)
    # The language of the page it came from; the answer is in it too.
    language = models.CharField(_("language"), max_length=5, default="en")
    from_organization = models.BooleanField(_("from the organization"), default=False)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("proposed by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    created_at = models.DateTimeField(_("received"), auto_now_add=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.OPEN
    )
    accepted_facts = models.JSONField(_("accepted facts"), default=list, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    # From what a visitor's form sent: the same form sent twice is kept once.
    form_id = models.UUIDField(unique=True, null=True, editable=False)

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("suggestion")
        verbose_name_plural = _("suggestions")
        ordering = ["created_at", "pk"]
        indexes = [models.Index(fields=["state", "created_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="new") | Q(object_id__isnull=False),
                name="suggestion_is_about_something",
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_by=None, decided_at=None)
                | ~Q(state="open")
                & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="suggestion_decided_by_and_at_together",
            ),
            models.CheckConstraint(
                condition=~Q(state="declined") | ~Q(reason=""),
                name="suggestion_declined_with_reason",
            ),
        ]

    def __str__(self) -> str:
        name = self.listing or self.changes.get("name", "")
        return f"{self.get_kind_display()}: {name}"

    def mark_from_them(self) -> None:
        """It came by the link that was mailed to the organization."""
        self.from_organization = True
        self.save(update_fields=["from_organization"])


class Reminder(AboutListing):
    """A mailed link with which an organization confirms or corrects its facts."""

    token = models.CharField(max_length=40, unique=True, default=new_token)
    sent_to = models.EmailField(_("sent to"))
    sent_at = models.DateTimeField(_("sent"), auto_now_add=True)
    expires_on = models.DateField(_("expires"), default=in_a_month)
    used_at = models.DateTimeField(_("answered"), null=True, blank=True)

    objects = AboutQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["-sent_at"]
        indexes = [models.Index(fields=["content_type", "object_id"])]

    def __str__(self) -> str:
        return f"{self.listing} {self.sent_at:%Y-%m-%d}"

    def is_usable(self, on: date) -> bool:
        return self.used_at is None and on <= self.expires_on


class OptOut(models.Model):
    """An address that wants no more mail from us."""

    email = models.EmailField(_("e-mail"), unique=True)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("no more mail")
        verbose_name_plural = _("no more mail")

    def __str__(self) -> str:
        return self.email


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    def due(self, at: datetime) -> Self:
        return self.filter(due_at__lte=at).order_by("created_at", "pk")


class OutgoingMail(models.Model):
    """A mail until the mail server has taken it; then the row goes."""

    to = models.EmailField()
    subject = models.CharField(max_length=400)
    text = models.TextField()
    html = models.TextField()
    # Stays at every try, so that a mail that was taken twice can be told.
    message_id = models.CharField(max_length=200, default=new_message_id)
    created_at = models.DateTimeField(auto_now_add=True)
    # Not before this: whoever tries takes it off the others for a while.
    due_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = OutgoingMailQuerySet.as_manager()

    def __str__(self) -> str:
        return self.subject

    def claim(self, until: datetime) -> bool:
        """Take it for a try; False where another process was quicker."""
        mine = OutgoingMail.objects.filter(pk=self.pk, due_at=self.due_at)
        return bool(mine.update(due_at=until))

    def wait(self, until: datetime) -> None:
        self.due_at = until
        self.save(update_fields=["due_at"])


class LinkCheck(AboutListing):
    """How a listing's web address answered the last time it was asked."""

    field = models.CharField(_("which"), max_length=20)
    url = models.URLField(_("address"), max_length=300)
    asked_at = models.DateTimeField(_("asked"))
    status = models.PositiveSmallIntegerField(_("status"), null=True, blank=True)
    problem = models.CharField(_("problem"), max_length=200, blank=True)
    moved_to = models.URLField(_("moved to"), max_length=500, blank=True)
    failures = models.PositiveSmallIntegerField(_("times in a row"), default=0)

    objects = AboutQuerySet.as_manager()

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        ordering = ["-failures", "url"]
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "field"], name="link_once"
            ),
        ]

    def __str__(self) -> str:
        return self.url


class DuplicatePair(models.Model):
    """Two listings of one catalogue that may be the same."""

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    first_id = models.PositiveBigIntegerField()
    second_id = models.PositiveBigIntegerField()
    first = GenericForeignKey("content_type", "first_id")
    second = GenericForeignKey("content_type", "second_id")
    because = models.CharField(_("because"), max_length=200)
    dismissed = models.BooleanField(_("not the same"), default=False)
    found_at = models.DateTimeField(_("found"), auto_now_add=True)

    class Meta:
        verbose_name = _("duplicate suspect")
        verbose_name_plural = _("duplicate suspects")
        ordering = ["found_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "first_id", "second_id"], name="pair_once"
            ),
            models.CheckConstraint(
                condition=Q(first_id__lt=models.F("second_id")), name="pair_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first} / {self.second}"


class ImportRun(models.Model):
    """A file that was brought in: previewed at the desk, applied, perhaps undone."""

    class State(models.TextChoices):
        PREVIEWED = "previewed", _("Previewed")
        # In the midst of it, or cut short there.
        APPLYING = "applying", _("Not finished")
        APPLIED = "applied", _("Applied")
        UNDOING = "undoing", _("Not finished undoing")
        UNDONE = "undone", _("Undone")

    kind = models.CharField(_("kind"), max_length=30)
    file_name = models.CharField(_("file"), max_length=200)
    # The text of the file; "" where the command line read it.
    content = models.TextField(_("content"))
    # None where the command line brought it in.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.PREVIEWED
    )
    # A number higher with every process that works on it: an older one stops.
    turn = models.PositiveIntegerField(default=0, db_default=0)
    # The last row of the file whose batch is written.
    written_to = models.PositiveIntegerField(default=0, db_default=0)
    # Counts, refusals and checked facts, as the preview found them.
    preview = models.JSONField(null=True)
    # What the first rows would do: listings.exchange.importing.Step as JSON.
    steps = models.JSONField(default=list)
    summary = models.CharField(_("result"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.file_name


class ImportedRow(models.Model):
    """What an import did to one row, kept until that is taken back."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rows")
    # As in listings.exchange.importing.Step.
    row = models.PositiveIntegerField()
    object_id = models.PositiveBigIntegerField()
    name = models.CharField(max_length=200)
    added = models.BooleanField()
    version = models.PositiveIntegerField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    parents = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "object_id"], name="imported_row_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class UnsentForm(models.Model):
    """A form sent after the session had ended; see curation.unsent_forms."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    path = models.CharField(max_length=300)
    # The fields, encrypted for this person.
    content = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "path"], name="unsent_form_once"),
        ]

    def __str__(self) -> str:
        return self.path
