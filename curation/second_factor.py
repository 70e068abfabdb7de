"""The second factor of a staff account: set it up, ask for it, replace it, reset it."""

from __future__ import annotations

import base64
import math
import time
from typing import Any

import django_otp
import segno
from axes.utils import reset as reset_lockouts
from django.contrib.auth import authenticate, get_user_model
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice, default_key

from curation.mail import send_now
from curation.sessions import end_all

BACKUP_CODES = 10
# Seconds for which a password that was typed in this session counts.
PASSWORD_SECONDS = 10 * 60
# Steps of 30 seconds that the clock of a phone may be off.
TOLERANCE = 1
# Keys of the session: when the password was typed, and the secret being set up.
PASSWORD_AT, SECRET = "password_at", "second_factor_secret"


def has_device(user: Any) -> bool:
    found: bool = TOTPDevice.objects.filter(user=user, confirmed=True).exists()
    return found


def note_password(request: HttpRequest) -> None:
    """Remember that the right password was typed in this session just now."""
    request.session[PASSWORD_AT] = time.time()


def password_is_recent(request: HttpRequest) -> bool:
    typed = request.session.get(PASSWORD_AT, 0)
    return bool(time.time() - typed < PASSWORD_SECONDS)


def password_is_right(request: HttpRequest, password: str) -> bool:
    """Check the password of the person who is signed in; wrong ones are counted."""
    user: Any = request.user
    name = user.get_username()
    found: Any = authenticate(request, username=name, password=password)
    return bool(found == user)


def new_secret(request: HttpRequest) -> TOTPDevice:
    """Make a secret that lives in this session alone until a code confirms it.

    Every look at the page makes another, so that no secret is shown twice.
    """
    key = default_key()
    request.session[SECRET] = key
    return TOTPDevice(user=request.user, key=key)


@transaction.atomic
def confirm_device(
    request: HttpRequest, token: str, *, replacing: bool
) -> tuple[TOTPDevice, list[str]] | None:
    """Keep the session's secret as the account's only device; with new backup codes.

    None where the code is wrong, or where somebody else has set up a device since.
    """
    user: Any = request.user
    key = request.session.get(SECRET)
    step = _step_of(key, token) if key else None
    # One at a time: whoever comes second finds the device of the first.
    get_user_model()._default_manager.select_for_update().get(pk=user.pk)
    if step is None or (has_device(user) and not replacing):
        return None
    del request.session[SECRET]
    TOTPDevice.objects.filter(user=user).delete()
    device = TOTPDevice.objects.create(user=user, name="phone", key=key, last_t=step)
    send_now(
        "second_factor",
        _("A phone was set up for your account"),
        user.email,
        {"person": user},
    )
    return device, _backup_codes(user)


def _step_of(key: str, token: str) -> int | None:
    """The time step whose code this is, or None if it is none of the last few."""
    totp = TOTP(bytes.fromhex(key))
    totp.time = time.time()
    if token.isdecimal() and totp.verify(int(token), TOLERANCE):
        return int(totp.t())
    return None


def _backup_codes(user: Any) -> list[str]:
    """New codes for a lost phone; each works once, and they are shown once."""
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="backup codes")
    codes = [StaticToken.random_token() for _number in range(BACKUP_CODES)]
    device.token_set.bulk_create(StaticToken(device=device, token=c) for c in codes)
    return codes


def seconds_to_wait(user: Any) -> int:
    """How long after wrong codes no code is looked at; 0 if one may be tried now."""
    waits = [0.0]
    for device in django_otp.devices_for_user(user):
        _allowed, why_not = device.verify_is_allowed()
        if why_not and "locked_until" in why_not:
            waits.append((why_not["locked_until"] - timezone.now()).total_seconds())
    return math.ceil(max(waits))


@transaction.atomic
def reset_sign_in(user: Any) -> None:
    """Let somebody who lost their phone or was locked out sign in with the password.

    Their phone and backup codes are forgotten, every session of theirs ends, and a mail
    tells them. At the next sign-in they set up a phone.
    """
    for model in (TOTPDevice, StaticDevice):
        model.objects.filter(user=user).delete()
    end_all(user)
    reset_lockouts(username=user.get_username())
    send_now(
        "sign_in_reset",
        _("Your sign-in was reset"),
        user.email,
        {"person": user},
    )


def picture(device: TOTPDevice) -> str:
    """The QR code that an authenticator app scans, as the source of an <img>."""
    made: str = segno.make(device.config_url).png_data_uri(scale=5, border=4)
    return made


def readable_secret(device: TOTPDevice) -> str:
    """The secret as people type it into an app, in groups of four."""
    text = base64.b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))
