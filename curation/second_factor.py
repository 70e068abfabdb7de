"""The second factor of a staff account: how to enroll, verify, replace and reset it."""

from __future__ import annotations

import base64
import math
import time

import django_otp
import segno
from axes.utils import reset as reset_lockouts
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice, default_key

from curation.mail import send_after_commit
from curation.sessions import end_sessions_of
from curation.staff_request import AnyUser

BACKUP_CODES = 10
# So long after a password was typed, it is not asked for again.
PASSWORD_SECONDS = 10 * 60
# A phone's clock may be off by this many steps of 30 seconds.
CLOCK_TOLERANCE_STEPS = 1
# Keys in the session.
PASSWORD_TYPED_AT, ENROLLMENT_SECRET = "password_at", "second_factor_secret"


def has_device(user: AnyUser) -> bool:
    found: bool = TOTPDevice.objects.filter(user=user, confirmed=True).exists()
    return found


def remember_password(request: HttpRequest) -> None:
    """Store in the session that the right password was typed just now."""
    request.session[PASSWORD_TYPED_AT] = time.time()


def password_is_recent(request: HttpRequest) -> bool:
    typed = request.session.get(PASSWORD_TYPED_AT, 0)
    return bool(time.time() - typed < PASSWORD_SECONDS)


def password_is_right(request: HttpRequest, password: str) -> bool:
    """Check the password of the user. A wrong one counts as a failed sign-in."""
    name = request.user.get_username()
    return authenticate(request, username=name, password=password) == request.user


def start_enrollment(request: HttpRequest) -> TOTPDevice:
    """Store a new secret in the session, until a code confirms it.

    Every request replaces it, so that no secret is shown twice.
    """
    key = default_key()
    request.session[ENROLLMENT_SECRET] = key
    return TOTPDevice(user=request.user, key=key)


@transaction.atomic
def confirm_device(
    request: HttpRequest, token: str, *, replacing: bool
) -> tuple[TOTPDevice, list[str]] | None:
    """Save the session's secret as the account's only device, with new backup codes.

    Return None if the code is wrong, or if the account has had a device since.
    """
    key = request.session.get(ENROLLMENT_SECRET)
    step = _matching_time_step(key, token) if key else None
    # Of two requests at a time, the second one finds the device of the first.
    user = User.objects.select_for_update().get(username=request.user.get_username())
    if step is None or (has_device(user) and not replacing):
        return None
    del request.session[ENROLLMENT_SECRET]
    TOTPDevice.objects.filter(user=user).delete()
    device = TOTPDevice.objects.create(user=user, name="phone", key=key, last_t=step)
    send_after_commit(
        "second_factor",
        _("A phone was set up for your account"),
        user.email,
        {"person": user},
    )
    return device, _create_backup_codes(user)


def _matching_time_step(key: str, token: str) -> int | None:
    """Return the time step that has this code, or None if it is not a recent one."""
    totp = TOTP(bytes.fromhex(key))
    totp.time = time.time()
    if token.isdecimal() and totp.verify(int(token), CLOCK_TOLERANCE_STEPS):
        return int(totp.t())
    return None


def _create_backup_codes(user: User) -> list[str]:
    """Replace the codes for a lost phone. Each works once, and they are shown once."""
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="backup codes")
    codes = [StaticToken.random_token() for _number in range(BACKUP_CODES)]
    device.token_set.bulk_create(StaticToken(device=device, token=c) for c in codes)
    return codes


def seconds_to_wait(user: AnyUser) -> int:
    """Return how long no code is accepted, because of wrong ones; 0 if one is."""
    waits = [0.0]
    for device in django_otp.devices_for_user(user):
        _is_allowed, refusal = device.verify_is_allowed()
        if refusal and "locked_until" in refusal:
            waits.append((refusal["locked_until"] - timezone.now()).total_seconds())
    return math.ceil(max(waits))


@transaction.atomic
def reset_sign_in(user: User) -> None:
    """Let a user who lost the phone or is locked out sign in with the password.

    It deletes the phone and the backup codes, ends every session of the user, and
    sends a mail about it. At the next sign-in, the user sets up a phone.
    """
    for model in (TOTPDevice, StaticDevice):
        model.objects.filter(user=user).delete()
    end_sessions_of(user)
    reset_lockouts(username=user.get_username())
    send_after_commit(
        "sign_in_reset",
        _("Your sign-in was reset"),
        user.email,
        {"person": user},
    )


def qr_code_uri(device: TOTPDevice) -> str:
    """Return the QR code for an authenticator app, as the `src` of an <img>."""
    uri: str = segno.make(device.config_url).png_data_uri(scale=5, border=4)
    return uri


def format_secret(device: TOTPDevice) -> str:
    """Return the secret in groups of four characters, as people type it into an app."""
    text = base64.b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))
