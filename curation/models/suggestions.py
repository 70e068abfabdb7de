"""What visitors, organizations and volunteers suggest."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from curation.models.base import ListingRelated, ListingRelatedQuerySet


class SuggestionQuerySet(ListingRelatedQuerySet["Suggestion"]):
    def open(self) -> Self:
        return self.filter(state=Suggestion.State.OPEN)


class Suggestion(ListingRelated):
    """A proposed change or a report. Nothing of it is public until it is accepted."""

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

    # The problems of a guide or a state's page; a listing has the others.
    PAGE_PROBLEMS: ClassVar = (
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
    # The language of the page that it was sent from, and of the answer to it.
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
    # A digest of what the form sent, so that a form sent twice is stored once.
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

    @property
    def proposed_facts(self) -> dict[str, Any]:
        """The facts that it would change, by field; those of a check are in it."""
        if self.kind == self.Kind.CHECK:
            corrections: dict[str, Any] = self.changes.get("corrections", {})
            return corrections
        return dict(self.changes)

    def mark_from_organization(self) -> None:
        """Record that it came through the link that was mailed to the organization."""
        self.from_organization = True
        self.save(update_fields=["from_organization"])
