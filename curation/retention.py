"""What the desk keeps of people outside it, and when it lets go."""

from __future__ import annotations

from datetime import datetime, timedelta

from axes.models import AccessAttempt
from django.contrib.sessions.models import Session

from curation.models import OutgoingMail, Reminder, Suggestion, UnsentForm
from curation.unsent_forms import KEPT_FOR

# After a decision the sender's address is of no more use, nor what they wrote.
AFTER_DECISION = timedelta(days=30)
# A mailed link is open for 30 days, and nobody is asked again within 60.
AFTER_LINK = timedelta(days=90)
# A mail that no server took for a week is old news, and holds an address.
AFTER_MAIL = timedelta(days=7)
# Wrong passwords count for 15 minutes; a day shows whether somebody tries many.
AFTER_WRONG_PASSWORD = timedelta(days=1)


def forget(at: datetime) -> dict[str, int]:
    """Let go of what has had its time; how many of each.

    A suggestion stays, with its facts and its decision: only its sender goes.
    """
    decided = Suggestion.objects.filter(decided_at__lte=at - AFTER_DECISION)
    told = decided.exclude(sender_email="", words="")
    links = Reminder.objects.filter(sent_at__lte=at - AFTER_LINK)
    unsent = OutgoingMail.objects.filter(created_at__lte=at - AFTER_MAIL)
    tried = AccessAttempt.objects.filter(attempt_time__lte=at - AFTER_WRONG_PASSWORD)
    typed = UnsentForm.objects.filter(created_at__lte=at - KEPT_FOR)
    over = Session.objects.filter(expire_date__lte=at)
    return {
        "senders": told.update(sender_email="", words=""),
        "mailed links": links.delete()[0],
        "unsent forms": typed.delete()[0],
        "unsent mails": unsent.delete()[0],
        "wrong passwords": tried.delete()[0],
        "sessions": over.delete()[0],
    }
