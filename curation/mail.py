"""The mails of curation: confirm links, answers to senders, weekly digests.

A mail is a row of the outbox until the mail server has accepted it, so that no mail is
lost while the server cannot be reached (docs/decisions/0025-mail-outbox.md).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from smtplib import SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from curation.models import OptOut, OutgoingMail, Reminder, Suggestion
from curation.queue.sections import QueueSection, build_queue
from listings.models import Listing
from listings.registry import listing_models

LOG = logging.getLogger(__name__)
# One address gets at most one reminder in this many days.
REMINDER_INTERVAL_DAYS = 60
# A mail that the server did not accept is sent again after this time.
RETRY_DELAY = timedelta(minutes=5)
# A process that takes longer to send a mail is considered dead.
CLAIM_DURATION = timedelta(hours=1)
# SMTP codes from here on are permanent failures (RFC 5321, section 4.2.1).
FIRST_PERMANENT_CODE = 500


def enqueue(
    template: str, subject: str, to: str, context: Mapping[str, object]
) -> OutgoingMail:
    """Add a mail to the outbox, as plain text and as HTML. `deliver` sends it."""
    context = {**context, "site_url": settings.SITE_URL, "subject": subject}
    return OutgoingMail.objects.create(
        to=to,
        # A name may contain a line break, which is not allowed in a header.
        subject=" ".join(subject.split()),
        text=render_to_string(f"curation/mail/{template}.txt", context),
        html=render_to_string(f"curation/mail/{template}.html", context),
    )


def deliver(mails: Iterable[OutgoingMail], at: datetime) -> int:
    """Send mails, and return how many the server accepted. The others stay."""
    connection = get_connection()
    accepted = 0
    for mail in mails:
        if not mail.claim(at + CLAIM_DURATION):
            continue
        try:
            _build_message(mail, connection).send()
        except SMTPRecipientsRefused as error:
            _handle_refused_recipient(mail, error, at)
        except OSError as error:  # SMTPException is a subclass.
            mail.postpone(at + RETRY_DELAY)
            LOG.warning("A mail was not sent: %s", type(error).__name__)
            if not isinstance(error, SMTPResponseException):
                # The server cannot be reached, so the next mail would fail too.
                break
        else:
            mail.delete()
            accepted += 1
    return accepted


def _handle_refused_recipient(
    mail: OutgoingMail, error: SMTPRecipientsRefused, at: datetime
) -> None:
    """Delete the mail after a permanent failure, and postpone it after another one."""
    codes = {code for code, _reply in error.recipients.values()}
    if min(codes) >= FIRST_PERMANENT_CODE:
        mail.delete()
    else:
        mail.postpone(at + RETRY_DELAY)
    LOG.warning("The mail server refused an address: %s", sorted(codes))


def _build_message(
    mail: OutgoingMail, connection: BaseEmailBackend
) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        mail.subject,
        mail.text,
        to=[mail.to],
        connection=connection,
        headers={"Message-ID": mail.message_id},
    )
    message.attach_alternative(mail.html, "text/html")
    return message


def send_after_commit(
    template: str, subject: str, to: str, context: Mapping[str, object]
) -> None:
    """Send a mail once the transaction is committed, if `to` is not empty."""
    if to:
        mail = enqueue(template, subject, to, context)
        transaction.on_commit(lambda: deliver([mail], timezone.now()), robust=True)


def answer_sender(suggestion: Suggestion, words: str) -> None:
    with override(suggestion.language):
        send_after_commit(
            "answer",
            _("About your note to the Peer Support Directory"),
            suggestion.sender_email,
            {"suggestion": suggestion, "words": words},
        )


def find_listings_to_remind(limit: int) -> Iterator[Listing]:
    """Yield due listings with an e-mail address, longest due first.

    There is one listing for each address.
    """
    excluded = _excluded_addresses()
    for model in listing_models():
        due = model.objects.due_for_check(timezone.localdate())
        for listing in due.exclude(email=""):
            address = listing.email.casefold()
            if limit <= 0:
                return
            if address not in excluded:
                excluded.add(address)
                limit -= 1
                yield listing


def _excluded_addresses() -> set[str]:
    """Return the addresses that opted out or got a reminder recently."""
    since = timezone.now() - timedelta(days=REMINDER_INTERVAL_DAYS)
    reminders = Reminder.objects.filter(sent_at__gte=since)
    addresses = [
        *OptOut.objects.values_list("email", flat=True),
        *reminders.values_list("sent_to", flat=True),
    ]
    return {address.casefold() for address in addresses}


@transaction.atomic
def enqueue_reminder(listing: Listing) -> Reminder:
    """Create a confirm link for a listing, and the mail with it."""
    reminder = Reminder.objects.create(listing=listing, sent_to=listing.email)
    enqueue(
        "confirm",
        _("Is your listing still right? %(name)s") % {"name": listing.name},
        listing.email,
        {"listing": listing, "reminder": reminder},
    )
    return reminder


def find_digest_recipients() -> Iterator[tuple[User, list[QueueSection]]]:
    """Yield (user, sections of the queue) for each user who wants the weekly mail."""
    users = User.objects.filter(
        is_active=True, is_staff=True, curator_profile__wants_digest=True
    )
    for user in users.exclude(email=""):
        if sections := build_queue(user, timezone.localdate()):
            yield user, sections
