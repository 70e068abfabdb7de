"""Mails of the desk: please confirm, an answer, the weekly digest.

A mail is a row of the outbox until the mail server has taken it, so that a server that
is away loses none (docs/decisions/0025-mail-outbox.md).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from curation.models import OptOut, OutgoingMail, Reminder, Suggestion
from curation.work_queue import heaps
from listings.registry import listing_models

# No address is asked twice within this many days.
QUIET_DAYS = 60
LOG = logging.getLogger(__name__)
# A mail that was not taken is tried again after this.
PAUSE = timedelta(minutes=5)
# So long whoever tries has a mail to themselves; after that they must have died.
HELD = timedelta(hours=1)
# From here on an SMTP answer is meant for good.
PERMANENT = 500


def put(template: str, subject: str, to: str, context: dict[str, Any]) -> OutgoingMail:
    """A mail into the outbox, as plain text and as HTML; `hand_over` sends it."""
    context = {**context, "site_url": settings.SITE_URL, "subject": subject}
    return OutgoingMail.objects.create(
        to=to,
        # A name may hold a line break, which no header may.
        subject=" ".join(subject.split()),
        text=render_to_string(f"curation/mail/{template}.txt", context),
        html=render_to_string(f"curation/mail/{template}.html", context),
    )


def hand_over(mails: Iterable[OutgoingMail], at: datetime) -> int:
    """Give mails to the server; how many it took. The others stay for a later try."""
    connection = get_connection()
    taken = 0
    for mail in mails:
        if not mail.claim(at + HELD):
            continue
        try:
            _message(mail, connection).send()
        except SMTPRecipientsRefused as error:
            _refused(mail, error, at)
        except OSError as error:  # SMTPException is one.
            mail.wait(at + PAUSE)
            LOG.warning("A mail was not sent: %s", type(error).__name__)
            if not isinstance(error, SMTPResponseException):
                # The server itself is away: the next mail would fare no better.
                break
        else:
            mail.delete()
            taken += 1
    return taken


def _refused(mail: OutgoingMail, error: SMTPRecipientsRefused, at: datetime) -> None:
    """Not now (4xx), or never (5xx), and then the mail goes. Raises nothing."""
    codes = {code for code, _words in error.recipients.values()}
    if min(codes) >= PERMANENT:
        mail.delete()
    else:
        mail.wait(at + PAUSE)
    LOG.warning("The mail server refused an address: %s", sorted(codes))


def _message(mail: OutgoingMail, connection: Any) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        mail.subject,
        mail.text,
        to=[mail.to],
        connection=connection,
        headers={"Message-ID": mail.message_id},
    )
    message.attach_alternative(mail.html, "text/html")
    return message


def send_now(template: str, subject: str, to: str, context: dict[str, Any]) -> None:
    """Send a mail as soon as the transaction is over; nobody without an address."""
    if to:
        mail = put(template, subject, to, context)
        # What is taken back sends nothing.
        transaction.on_commit(lambda: hand_over([mail], timezone.now()), robust=True)


def answer_sender(suggestion: Suggestion, words: str) -> None:
    with override(suggestion.language):
        send_now(
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


@transaction.atomic
def remind(listing: Any) -> Reminder:
    """Ask an organization to confirm its facts: the link and its mail together."""
    reminder = Reminder.objects.create(listing=listing, sent_to=listing.email)
    put(
        "confirm",
        _("Is your listing still right? %(name)s") % {"name": listing.name},
        listing.email,
        {"listing": listing, "reminder": reminder},
    )
    return reminder


def digests() -> Iterator[tuple[Any, list[Any]]]:
    """(person, what waits for them) of everybody who wants the weekly mail."""
    people = get_user_model().objects.filter(
        is_active=True, is_staff=True, curator_profile__wants_digest=True
    )
    for person in people.exclude(email=""):
        if waiting := heaps(person, timezone.localdate()):
            yield person, waiting
