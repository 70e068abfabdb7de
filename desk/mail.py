"""Mails of the desk: please confirm, an answer, the weekly digest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from desk.models import OptOut, Reminder, Suggestion
from desk.queue import heaps
from listings.registry import listing_models

# No address is asked twice within this many days.
QUIET_DAYS = 60


def send(template: str, subject: str, to: str, context: dict[str, Any]) -> None:
    """One mail, as plain text and as HTML. Raises OSError, SMTPException."""
    context = {**context, "site_url": settings.SITE_URL, "subject": subject}
    text = render_to_string(f"desk/mail/{template}.txt", context)
    mail = EmailMultiAlternatives(subject, text, to=[to])
    page = render_to_string(f"desk/mail/{template}.html", context)
    mail.attach_alternative(page, "text/html")
    mail.send()


def answer_sender(suggestion: Suggestion, words: str) -> None:
    with override(suggestion.language):
        send(
            "answer",
            _("About your note to the Peer Support Directory"),
            suggestion.sender_email,
            {"suggestion": suggestion, "words": words},
        )


def to_remind(limit: int) -> Iterator[Any]:
    """Due listings with a mail address, one for each address; longest due first."""
    silent = _not_to_be_asked()
    for model in listing_models():
        manager: Any = model._default_manager
        for listing in manager.due_for_check(timezone.localdate()).exclude(email=""):
            address = listing.email.casefold()
            if limit <= 0:
                return
            if address not in silent:
                silent.add(address)
                limit -= 1
                yield listing


def _not_to_be_asked() -> set[str]:
    """Addresses that want no mail, or had one lately."""
    lately = timezone.now() - timedelta(days=QUIET_DAYS)
    asked = Reminder.objects.filter(sent_at__gte=lately)
    addresses = [
        *OptOut.objects.values_list("email", flat=True),
        *asked.values_list("sent_to", flat=True),
    ]
    return {address.casefold() for address in addresses}


def remind(listing: Any) -> Reminder:
    """Ask an organization to confirm its facts. Raises OSError, SMTPException."""
    reminder = Reminder.objects.create(listing=listing, sent_to=listing.email)
    try:
        send(
            "confirm",
            _("Is your listing still right? %(name)s") % {"name": listing.name},
            listing.email,
            {"listing": listing, "reminder": reminder},
        )
    except Exception:
        # A mail that never left must not count as sent.
        reminder.delete()
        raise
    return reminder


def digests() -> Iterator[tuple[Any, list[Any]]]:
    """(person, what waits for them) of everybody who wants the weekly mail."""
    people = get_user_model().objects.filter(
        is_active=True, is_staff=True, desk__wants_digest=True
    )
    for person in people.exclude(email=""):
        if waiting := heaps(person, timezone.localdate()):
            yield person, waiting
