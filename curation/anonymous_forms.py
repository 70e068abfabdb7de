"""Protect the forms for people without an account, without a cookie or a CAPTCHA."""

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

SIGNER = signing.TimestampSigner(salt="anonymous-form")
SUBMISSION_NAMESPACE = UUID("5b3c4c1e-6f0e-4f55-9a35-0d6b1c0f7a52")
MAX_FORM_AGE_SECONDS = 24 * 60 * 60
MIN_FORM_AGE_SECONDS = 3
LIMIT_SECONDS = 60 * 60
# So many forms are accepted in that time: from one client, through one mailed link, and
# from all clients together.
MAX_FORMS_PER_CLIENT = 10
MAX_FORMS_PER_LINK = 10
MAX_FORMS_IN_TOTAL = 300


class AnonymousForm(forms.Form):
    """A form with hidden fields that tell a person from a robot."""

    # The signed time at which the form was opened, and the revision that it showed.
    stamp = forms.CharField(widget=forms.HiddenInput, required=False)
    # A honeypot: people do not see this field, but robots fill every field.
    trap = forms.CharField(
        label=gettext_lazy("Leave this empty"), required=False, max_length=200
    )

    # Identifies what the form shows, such as a version of a listing.
    revision = "form"

    def new_stamp(self) -> str:
        """Return a signed stamp: the revision, and a nonce that differs every time.

        A form that is shown again after an error keeps its first revision.
        """
        revision = self.sent_revision() or self.revision
        return SIGNER.sign(f"{revision} {secrets.token_hex(8)}")

    def sent_revision(self) -> str:
        """Return the revision in the sent stamp, or "" if it has no valid signature."""
        try:
            return SIGNER.unsign(self.data.get("stamp", "")).partition(" ")[0]
        except signing.BadSignature:
            return ""

    def submission_id(self, *subjects: object) -> UUID:
        """Return an id that is the same if the same form is sent twice.

        It is a digest of the sent data, the stamp included, and of the `subjects`.
        """
        sent = [*map(str, subjects), *sorted(self.data.items())]
        return uuid5(SUBMISSION_NAMESPACE, repr(sent))

    def rejection_reason(self, request: HttpRequest, link: int | None = None) -> str:
        """Return the message if the form cannot be accepted now, or "" if it can.

        `link` is the id of the reminder whose link led to the form.
        """
        if not is_same_origin(request):
            return _("Your browser did not say that this form is ours. Send it again.")
        if self.cleaned_data.get("trap"):
            return _("Please leave the last box empty, and send it again.")
        try:
            SIGNER.unsign(
                self.cleaned_data.get("stamp", ""), max_age=MAX_FORM_AGE_SECONDS
            )
        except signing.SignatureExpired:
            return _("This page was open for a long time. Please send it again.")
        except signing.BadSignature:
            return _("Something was lost on the way. Please send it again.")
        if _age_seconds(self.cleaned_data["stamp"]) < MIN_FORM_AGE_SECONDS:
            return _("That was very quick. Please look it over, and send it again.")
        if _is_over_limit(request, link):
            return _("Many reports came just now. Please try again in an hour.")
        return ""


def _age_seconds(stamp: str) -> float:
    """Return how long ago a page with this (valid) stamp was rendered."""
    return time.time() - signing.b62_decode(stamp.split(":")[1])


def is_same_origin(request: HttpRequest) -> bool:
    """Return whether the form was sent from a page of this site.

    The header Sec-Fetch-Site tells it, or Origin in older browsers.
    """
    fetched: str = request.headers.get("Sec-Fetch-Site", "")
    if fetched:
        return fetched == "same-origin"
    origin: str = request.headers.get("Origin", "")
    return bool(origin) and urlsplit(origin).netloc == request.get_host()


def _is_over_limit(request: HttpRequest, link: int | None) -> bool:
    """Count this form, and return whether it exceeds a limit.

    Only the organization has its mailed link. The link has a separate limit, so that a
    flood of reports cannot keep an organization from removing its listing. The forms of
    a client over its limit do not count toward the total.
    """
    if link is not None:
        return hit(f"link:{link}", LIMIT_SECONDS) > MAX_FORMS_PER_LINK
    if hit(f"form:{client_key(request)}", LIMIT_SECONDS) > MAX_FORMS_PER_CLIENT:
        return True
    return hit("forms", LIMIT_SECONDS) > MAX_FORMS_IN_TOTAL
