"""Delete personal data once it is no longer needed."""

from __future__ import annotations

from datetime import datetime, timedelta

from axes.models import AccessAttempt
from django.contrib.sessions.models import Session

from curation.models import ImportRun, OutgoingMail, Reminder, Suggestion, UnsentForm
from curation.unsent_forms import UNSENT_FORM_LIFETIME

# After a decision, the sender's address and words are no longer needed.
DECIDED_SENDER_LIFETIME = timedelta(days=30)
# A link works for 30 days, and the same address gets no other mail for 60.
REMINDER_LIFETIME = timedelta(days=90)
# A mail that could not be sent for a week is out of date, and contains an address.
OUTGOING_MAIL_LIFETIME = timedelta(days=7)
# The facts of an old preview have changed since.
PREVIEW_LIFETIME = timedelta(days=14)
# Failed sign-ins count for 15 minutes; a day of them shows an attack.
FAILED_SIGN_IN_LIFETIME = timedelta(days=1)


def delete_expired(at: datetime) -> dict[str, int]:
    """Delete what has expired at this time, and return how many rows of each kind.

    A decided suggestion stays, with its facts; only its sender's data is deleted.
    """
    decided = Suggestion.objects.filter(decided_at__lte=at - DECIDED_SENDER_LIFETIME)
    with_sender = decided.exclude(sender_email="", words="")
    reminders = Reminder.objects.filter(sent_at__lte=at - REMINDER_LIFETIME)
    mails = OutgoingMail.objects.filter(created_at__lte=at - OUTGOING_MAIL_LIFETIME)
    failed = AccessAttempt.objects.filter(
        attempt_time__lte=at - FAILED_SIGN_IN_LIFETIME
    )
    unsent = UnsentForm.objects.filter(created_at__lte=at - UNSENT_FORM_LIFETIME)
    previews = ImportRun.objects.filter(
        state=ImportRun.State.PREVIEWED, created_at__lte=at - PREVIEW_LIFETIME
    )
    sessions = Session.objects.filter(expire_date__lte=at)
    return {
        "senders": with_sender.update(sender_email="", words=""),
        "mailed links": reminders.delete()[0],
        "unsent forms": unsent.delete()[0],
        "unsent mails": mails.delete()[0],
        "previews of imports": previews.delete()[0],
        "wrong passwords": failed.delete()[0],
        "sessions": sessions.delete()[0],
    }
