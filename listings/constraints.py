"""The database constraints that every listing has."""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db.models import CheckConstraint, Q
from django.utils.translation import gettext_lazy as _

# Each of these is a way to make contact. A listing without any cannot be published.
CONTACT_FIELDS = (
    "phone",
    "toll_free",
    "tty",
    "videophone",
    "sms_number",
    "chat_url",
    "email",
    "website",
)


def _is_filled(name: str) -> Q:
    return ~Q(**{name: ""})


LISTING_CONSTRAINTS = (
    CheckConstraint(
        condition=~Q(name="") & ~Q(slug=""),
        name="%(app_label)s_%(class)s_name_and_slug_set",
        violation_error_message=_("A listing needs a name and an address."),
    ),
    CheckConstraint(
        condition=reduce(or_, map(_is_filled, CONTACT_FIELDS), ~Q(status="published")),
        name="%(app_label)s_%(class)s_published_has_contact",
        violation_error_message=_(
            "To publish it, give one way to make contact: a phone, a "
            "text line, an e-mail address or a website."
        ),
    ),
    CheckConstraint(
        condition=~Q(status="closed") | ~Q(closure_reason=""),
        name="%(app_label)s_%(class)s_closed_has_reason",
        violation_error_message=_("Please say why it has closed."),
    ),
    CheckConstraint(
        condition=Q(checked_on=None, checked_how="", checked_by=None)
        | Q(checked_on__isnull=False, checked_by__isnull=False) & ~Q(checked_how="")
        | Q(checked_on__isnull=False, checked_how="confirmed"),
        name="%(app_label)s_%(class)s_check_on_how_by_together",
        violation_error_message=_(
            "A check needs its day, how it was done and by whom."
        ),
    ),
    CheckConstraint(
        condition=Q(hours="") | ~Q(timezone=""),
        name="%(app_label)s_%(class)s_hours_have_zone",
        violation_error_message=_("Hours need a time zone, like America/Denver."),
    ),
)
