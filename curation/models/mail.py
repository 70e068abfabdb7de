"""Mail that leaves the site, and the links in it."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta
from email.utils import make_msgid
from typing import Self
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from curation.models.base import ListingRelated, ListingRelatedQuerySet

# Enough random bytes that nobody can guess the address of a confirm link.
TOKEN_BYTES = 24
CONFIRM_LINK_DAYS = 30


def new_token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


def default_link_expiry() -> date:
    return timezone.now().date() + timedelta(days=CONFIRM_LINK_DAYS)


def new_message_id() -> str:
    """Return a Message-ID in the site's domain, which does not reveal the host name."""
    return make_msgid(domain=urlsplit(settings.SITE_URL).hostname)


class Reminder(ListingRelated):
    """A mailed link, by which an organization confirms or corrects its facts."""

    token = models.CharField(max_length=40, unique=True, default=new_token)
    sent_to = models.EmailField(_("sent to"))
    sent_at = models.DateTimeField(_("sent"), auto_now_add=True)
    expires_on = models.DateField(_("expires"), default=default_link_expiry)
    used_at = models.DateTimeField(_("answered"), null=True, blank=True)

    objects = ListingRelatedQuerySet["Reminder"].as_manager()

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
    """An e-mail address that asked for no more mail."""

    email = models.EmailField(_("e-mail"), unique=True)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("e-mail opt-out")
        verbose_name_plural = _("e-mail opt-outs")

    def __str__(self) -> str:
        return self.email


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    def due(self, at: datetime) -> Self:
        return self.filter(due_at__lte=at).order_by("created_at", "pk")


class OutgoingMail(models.Model):
    """A mail that waits for the mail server. The row is deleted once it is accepted."""

    to = models.EmailField()
    subject = models.CharField(max_length=400)
    text = models.TextField()
    html = models.TextField()
    # The same at every attempt, so that a recipient can recognize a duplicate.
    message_id = models.CharField(max_length=200, default=new_message_id)
    created_at = models.DateTimeField(auto_now_add=True)
    # No attempt before this time. A process that sends it moves this ahead.
    due_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = OutgoingMailQuerySet.as_manager()

    def __str__(self) -> str:
        return self.subject

    def claim(self, until: datetime) -> bool:
        """Reserve it for an attempt. Return False if another process was faster."""
        mine = OutgoingMail.objects.filter(pk=self.pk, due_at=self.due_at)
        return bool(mine.update(due_at=until))

    def postpone(self, until: datetime) -> None:
        self.due_at = until
        self.save(update_fields=["due_at"])
