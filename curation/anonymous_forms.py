"""Forms for people without an account: no cookie, no stored address, few robots."""

from __future__ import annotations

import secrets
import time
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from django import forms
from django.core import signing
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from listings.rate_limit import client_key, hit

SIGNER = signing.TimestampSigner(salt="visitor-form")
FORM_IDS = UUID("5b3c4c1e-6f0e-4f55-9a35-0d6b1c0f7a52")
SLOWEST = 24 * 60 * 60
QUICKEST = 3
HOUR = 60 * 60
# From one client, by one mailed link, and from all clients together, in an hour.
MOST_FROM_ONE = 10
MOST_BY_LINK = 10
MOST_FROM_ALL = 300


class VisitorForm(forms.Form):
    """Adds to a form what tells a person from a robot; nothing a person must do."""

    stamp = forms.CharField(widget=forms.HiddenInput, required=False)
    # Out of sight for people; a robot that fills every box fills this one.
    trap = forms.CharField(
        label=gettext_lazy("Leave this empty"), required=False, max_length=200
    )

    # What the stamp says: what was shown when the form was opened.
    shown = "form"

    def fresh_stamp(self) -> str:
        """What was shown, signed; and a word that no other opened form has."""
        return SIGNER.sign(f"{self.stamped() or self.shown} {secrets.token_hex(8)}")

    def stamped(self) -> str:
        """What the stamp that was sent says; "" where it is none of ours."""
        try:
            return SIGNER.unsign(self.data.get("stamp", "")).partition(" ")[0]
        except signing.BadSignature:
            return ""

    def sent_id(self, *about: object) -> UUID:
        """The same for every press of one form's button: its stamp and what was typed,
        together with what it is `about`."""
        sent = [*map(str, about), *sorted(self.data.items())]
        return uuid5(FORM_IDS, repr(sent))

    def obstacle(self, request: HttpRequest, link: int | None = None) -> str:
        """Why this cannot be taken just now, in words; "" if it can.

        `link` is the number of the mailed link that led to the form.
        """
        if not from_this_site(request):
            return _("Your browser did not say that this form is ours. Send it again.")
        if self.cleaned_data.get("trap"):
            return _("Please leave the last box empty, and send it again.")
        try:
            SIGNER.unsign(self.cleaned_data.get("stamp", ""), max_age=SLOWEST)
        except signing.SignatureExpired:
            return _("This page was open for a long time. Please send it again.")
        except signing.BadSignature:
            return _("Something was lost on the way. Please send it again.")
        if _age(self.cleaned_data["stamp"]) < QUICKEST:
            return _("That was very quick. Please look it over, and send it again.")
        if _is_over_limit(request, link):
            return _("Many reports came just now. Please try again in an hour.")
        return ""


def _age(stamp: str) -> float:
    """Seconds since the page with this (valid) stamp was made."""
    return time.time() - signing.b62_decode(stamp.split(":")[1])


def from_this_site(request: HttpRequest) -> bool:
    """Did the form come from a page of ours? By Sec-Fetch-Site, else by Origin."""
    fetched: str = request.headers.get("Sec-Fetch-Site", "")
    if fetched:
        return fetched == "same-origin"
    origin: str = request.headers.get("Origin", "")
    return bool(origin) and urlsplit(origin).netloc == request.get_host()


def _is_over_limit(request: HttpRequest, link: int | None) -> bool:
    """Count this form, and say whether it is one too many.

    A mailed link is known to the organization alone. It has a limit of its own, so
    that a flood of reports cannot keep an organization from taking itself off. A
    client that is over its limit does not count against all the others.
    """
    if link is not None:
        return hit(f"link:{link}", HOUR) > MOST_BY_LINK
    if hit(f"form:{client_key(request)}", HOUR) > MOST_FROM_ONE:
        return True
    return hit("forms", HOUR) > MOST_FROM_ALL
