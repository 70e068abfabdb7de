"""Restore a form of the admin that was sent after its session had ended.

A curator may type for half an hour during a phone call, and then be asked to sign in.
The form is stored for an hour, encrypted for that user and that address, and restored
once. Every form of the admin contains the signed id of the user who opened it, because
a session that has ended no longer tells who it was.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from curation.anonymous_forms import is_same_origin
from curation.models import UnsentForm
from curation.staff_request import AnyUser

MAX_PATH_LENGTH = 300
UNSENT_FORM_LIFETIME = timedelta(hours=1)
SIGNER = signing.TimestampSigner(salt="admin-form")
# The hidden field with the signed id of the user who opened the form.
OWNER_FIELD = "_owner"
# Restored data contains this, and curation.forms then says that nothing is saved yet.
RESTORED_FIELD = "_restored"
# Fields with one of these in their names are not stored, not even encrypted.
SECRET_NAME_PARTS = ("password", "token", "csrf")


def sign_owner(user: AnyUser) -> str:
    """Return the value of the hidden field that names the user."""
    return SIGNER.sign(str(user.pk))


def store(request: HttpRequest) -> bool:
    """Store the sent data if it is a form of the admin, and return whether it was."""
    owner = _read_owner(request)
    if owner is None or len(request.path) > MAX_PATH_LENGTH:
        return False
    typed = request.POST.copy()
    for name in list(typed):
        is_secret = any(part in name.lower() for part in SECRET_NAME_PARTS)
        if name == OWNER_FIELD or is_secret:
            del typed[name]
    content = _cipher(owner).encrypt(typed.urlencode().encode())
    UnsentForm.objects.update_or_create(
        user_id=owner,
        path=request.path,
        defaults={"content": content.decode(), "created_at": timezone.now()},
    )
    return True


def redirect_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Redirect to the sign-in page, which says that nothing is lost and leads back."""
    query = urlencode({"next": request.get_full_path(), "unsaved": "1"})
    return redirect(f"{reverse('admin:login')}?{query}")


def restore_after_csrf_failure(request: HttpRequest) -> HttpResponse | None:
    """Store a form that was opened in an earlier session, and redirect back to it.

    It failed Django's CSRF check, because signing in changes the token. So it must come
    from our own site, and is only shown again, never saved. Return None if it is not
    such a form.
    """
    if request.method != "POST" or not request.path.startswith(reverse("admin:index")):
        return None
    if not is_same_origin(request) or not store(request):
        return None
    if request.user.is_authenticated:
        return redirect(request.get_full_path())
    return redirect_to_sign_in(request)


def _read_owner(request: HttpRequest) -> int | None:
    """Return the id of the user who opened the form, or None if it has no valid one."""
    max_age = timedelta(seconds=settings.SESSION_COOKIE_AGE) + UNSENT_FORM_LIFETIME
    try:
        pk = int(SIGNER.unsign(request.POST.get(OWNER_FIELD, ""), max_age=max_age))
    except signing.BadSignature:
        return None
    staff = User.objects.filter(is_active=True, is_staff=True)
    return pk if staff.filter(pk=pk).exists() else None


def _cipher(user_id: int) -> MultiFernet:
    """Return a cipher for one user. It also decrypts with the site's former keys."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [
        salted_hmac("unsent-form", str(user_id), secret=key, algorithm="sha256")
        for key in keys
    ]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(h.digest())) for h in digests])


def pop(request: HttpRequest) -> QueryDict | None:
    """Return what this user typed at this address in the last hour, and delete it."""
    if request.method != "GET" or request.user.pk is None:
        return None
    user_id = request.user.pk
    stored = UnsentForm.objects.filter(user_id=user_id, path=request.path)
    row = stored.first()
    if row is None:
        return None
    stored.delete()
    if row.created_at < timezone.now() - UNSENT_FORM_LIFETIME:
        return None
    try:
        text = _cipher(user_id).decrypt(row.content.encode()).decode()
    except InvalidToken:
        # SECRET_KEY was changed, and the former one is not in the settings.
        return None
    typed = QueryDict(text, mutable=True)
    typed[RESTORED_FIELD] = "1"
    return typed


def render_restored(
    request: HttpRequest, typed: QueryDict, view: Callable[[], HttpResponse]
) -> HttpResponse | None:
    """Return the page with the form as it was typed, or None if it has no such form.

    The view runs as if the form had been sent, and what it writes is rolled back.
    """
    # Django reads the body only once, so it must do that before the method changes.
    request.POST  # noqa: B018
    request.method, request.POST = "POST", typed  # type: ignore[assignment]
    try:
        with transaction.atomic():
            response: Any = view()
            if hasattr(response, "render"):
                response.render()
            transaction.set_rollback(True)
    finally:
        request.method, request.POST = "GET", QueryDict()
    return response if response.status_code == 200 else None
