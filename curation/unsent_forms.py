"""Forms that could not be taken because the session had ended: kept for their writer.

Whoever types for half an hour while on the phone sends the form to a sign-in page. What
they typed is kept encrypted for an hour, for that person at that address alone, and
given back once. Each form of the desk carries a signed note of who opened it, because a
session that is over no longer says.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from curation.anonymous_forms import from_this_site
from curation.models import UnsentForm

LONGEST_PATH = 300
KEPT_FOR = timedelta(hours=1)
SIGNER = signing.TimestampSigner(salt="desk-form")
# The field of a form that names its writer.
OWNER = "_owner"
# In what is given back: curation.forms then says that nothing is saved yet.
RESTORED = "_restored"
# Never written down, not even encrypted.
SECRET_PARTS = ("password", "token", "csrf")


def owner_note(user: Any) -> str:
    """What a form says of who opened it."""
    return SIGNER.sign(str(user.pk))


def keep(request: HttpRequest) -> bool:
    """Keep what was sent, if a form of the desk was; is there anything to give back?"""
    owner = _owner(request)
    if owner is None or len(request.path) > LONGEST_PATH:
        return False
    typed = request.POST.copy()
    for name in list(typed):
        if name == OWNER or any(part in name.lower() for part in SECRET_PARTS):
            del typed[name]
    content = _box(owner).encrypt(typed.urlencode().encode())
    UnsentForm.objects.update_or_create(
        user_id=owner,
        path=request.path,
        defaults={"content": content.decode(), "created_at": timezone.now()},
    )
    return True


def sign_in_again(request: HttpRequest) -> HttpResponse:
    """To the sign-in page, which says that nothing typed is lost, and back here."""
    query = urlencode({"next": request.get_full_path(), "kept": "1"})
    return redirect(f"{reverse('admin:login')}?{query}")


def keep_refused(request: HttpRequest) -> HttpResponse | None:
    """As keep(), for a form of a session before this one; the way back to it.

    It failed Django's check against forgery, because a sign-in changes what that
    compares. So it must come from a page of ours, and is shown again, never saved.
    """
    if request.method != "POST" or not request.path.startswith(reverse("admin:index")):
        return None
    if not from_this_site(request) or not keep(request):
        return None
    if request.user.is_authenticated:
        return redirect(request.get_full_path())
    return sign_in_again(request)


def _owner(request: HttpRequest) -> int | None:
    """Who opened the form that was sent; None where it does not say so."""
    longest = timedelta(seconds=settings.SESSION_COOKIE_AGE) + KEPT_FOR
    try:
        pk = int(SIGNER.unsign(request.POST.get(OWNER, ""), max_age=longest))
    except signing.BadSignature:
        return None
    manager: Any = get_user_model()._default_manager
    return pk if manager.filter(pk=pk, is_active=True, is_staff=True).exists() else None


def _box(user_id: int) -> MultiFernet:
    """Encrypts for one person; opens what older keys of the site encrypted, too."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    made = [
        salted_hmac("unsent-form", str(user_id), secret=key, algorithm="sha256")
        for key in keys
    ]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(h.digest())) for h in made])


def take(request: HttpRequest) -> QueryDict | None:
    """What this person typed at this address within the last hour; then it is gone."""
    if request.method != "GET":
        return None
    user_id: Any = request.user.pk
    mine = UnsentForm.objects.filter(user_id=user_id, path=request.path)
    row = mine.first()
    if row is None:
        return None
    mine.delete()
    if row.created_at < timezone.now() - KEPT_FOR:
        return None
    try:
        text = _box(user_id).decrypt(row.content.encode()).decode()
    except InvalidToken:
        # The site has another SECRET_KEY now.
        return None
    typed = QueryDict(text, mutable=True)
    typed[RESTORED] = "1"
    return typed


def give_back(
    request: HttpRequest, typed: QueryDict, view: Callable[[], HttpResponse]
) -> HttpResponse | None:
    """The page of a form as it was typed; None where the address shows no form.

    The view runs as if the form had been sent, and everything it did is undone.
    """
    # Django reads the body once, by the method of then: this one has none.
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
