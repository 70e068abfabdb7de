"""The admin site: the queue in front, a second factor before it."""

from __future__ import annotations

import base64
from functools import wraps
from typing import Any

import django_otp
import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from desk.charts import Chart, chart
from desk.forms import SignInForm, TokenForm
from desk.history import row_number
from desk.queue import heaps
from desk.roles import theirs
from desk.sessions import end_all
from listings.freshness import fresh_row, tally
from listings.registry import listing_models
from places.states import STATES

BACKUP_CODES = 10


class DeskSite(AdminSite):
    site_header = gettext_lazy("Curators' desk")
    site_title = gettext_lazy("Curators' desk")
    index_title = gettext_lazy("What waits for you")
    index_template = "desk/index.html"
    login_form = SignInForm

    def has_permission(self, request: HttpRequest) -> bool:
        if not super().has_permission(request):
            return False
        user: Any = request.user
        return not settings.SECOND_FACTOR or bool(user.is_verified())

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """What is done at the desk is done wholly or not at all."""
        whole = transaction.atomic(view)

        @wraps(view)
        def act(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if _is_forged(request):
                raise BadRequest("no form of the desk sends this")
            chosen = whole if request.method == "POST" else view
            return chosen(request, *args, **kwargs)

        return super().admin_view(act, cacheable)

    def get_urls(self) -> list[Any]:
        own: list[URLPattern] = [
            path("second-factor/", self.second_factor, name="second_factor"),
            path(
                "sign-out-everywhere/",
                self.admin_view(self.sign_out_everywhere),
                name="sign_out_everywhere",
            ),
        ]
        return [*own, *super().get_urls()]

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """A password first; then, where it is asked for, the second factor."""
        if super().has_permission(request) and not self.has_permission(request):
            onward = request.GET.get("next", "")
            address = reverse("admin:second_factor")
            return redirect(f"{address}?next={onward}" if onward else address)
        return super().login(request, extra_context)

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """What the browser holds of the desk goes too."""
        response = super().logout(request, extra_context)
        response["Clear-Site-Data"] = '"cache", "cookies"'
        return response

    def sign_out_everywhere(self, request: HttpRequest) -> HttpResponse:
        """End every session of whoever asks, this one included."""
        if request.method != "POST":
            return redirect("admin:index")
        end_all(request.user)
        response: HttpResponse = self.logout(request)
        return response

    def index(
        self, request: HttpRequest, extra_context: Any = None
    ) -> TemplateResponse:
        today = timezone.localdate()
        context = {
            "heaps": heaps(request.user, today),
            "charts": progress(request.user),
            **(extra_context or {}),
        }
        return super().index(request, context)

    def second_factor(self, request: HttpRequest) -> HttpResponse:
        """Ask for the code; the first time, set the phone up."""
        if not super().has_permission(request):
            return redirect_to_login(request.get_full_path(), reverse("admin:login"))
        device = TOTPDevice.objects.filter(user=request.user, confirmed=True).first()
        if device is None:
            return self._enrol(request)
        form = TokenForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            token = form.cleaned_data["token"].replace(" ", "")
            matched = django_otp.match_token(request.user, token)
            if matched is not None:
                self._verified(request, matched)
                return self._onward(request)
            form.add_error("token", _("This code is not right, or was used already."))
        return self._ask(request, form=form)

    def _enrol(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        device, _made = TOTPDevice.objects.get_or_create(
            user=user, confirmed=False, defaults={"name": "phone"}
        )
        form = TokenForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            if device.verify_token(form.cleaned_data["token"].replace(" ", "")):
                device.confirmed = True
                device.save()
                self._verified(request, device)
                return self._ask(request, codes=_backup_codes(user))
            form.add_error("token", _("This code is not right. Try the next one."))
        picture = segno.make(device.config_url).svg_inline(scale=5, border=2)
        secret = device.bin_key
        return self._ask(request, form=form, picture=picture, secret=_readable(secret))

    def _verified(self, request: HttpRequest, device: Any) -> None:
        """From here on more is allowed, so the session gets a new key."""
        request.session.cycle_key()
        django_otp.login(request, device)

    def _ask(self, request: HttpRequest, **context: Any) -> HttpResponse:
        shared = {
            "site_header": self.site_header,
            "site_title": self.site_title,
            "title": _("Second factor"),
            "next": request.GET.get("next", ""),
        }
        return render(request, "desk/second_factor.html", {**shared, **context})

    def _onward(self, request: HttpRequest) -> HttpResponseRedirect:
        address = request.GET.get("next", "")
        host = {request.get_host()}
        safe = url_has_allowed_host_and_scheme(address, host, request.is_secure())
        messages.success(request, _("You are signed in."))
        return HttpResponseRedirect(address if safe else reverse("admin:index"))


def _is_forged(request: HttpRequest) -> bool:
    """Input on which Django's own admin would break: a null, a number that is none."""
    asked, sent = request.GET, request.POST
    numbers = sent.getlist("_selected_action")
    return (
        any("\0" in value for values in asked.lists() for value in values[1])
        or asked.get("_to_field") == ""
        or None in map(row_number, numbers)
    )


def _readable(key: bytes) -> str:
    """The secret as an authenticator app takes it, in groups of four."""
    text = base64.b32encode(key).decode().rstrip("=")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


@transaction.atomic
def _backup_codes(user: Any) -> list[str]:
    """New codes for a lost phone; each works once, and they are shown once."""
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="backup codes")
    codes = [StaticToken.random_token() for _number in range(BACKUP_CODES)]
    device.token_set.bulk_create(StaticToken(device=device, token=c) for c in codes)
    return codes


def locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """After five wrong passwords: what happened, and what to do."""
    shared = {
        "site_header": DeskSite.site_header,
        "site_title": DeskSite.site_title,
        "title": _("Please wait"),
    }
    return render(request, "desk/locked.html", shared, status=429)


def progress(user: Any) -> list[Chart]:
    """The share of published listings checked, per kind and per state."""
    today = timezone.localdate()
    kinds, states = [], []
    for model in listing_models():
        manager: Any = model._default_manager
        rows = theirs(manager.public(), user)
        fields = {field.name: field for field in model._meta.get_fields()}
        if "kind" in fields:
            kind: Any = fields["kind"]
            labels = dict(kind.flatchoices)
            found = tally(rows, "kind", today)
            kinds += [fresh_row(str(labels[k]), n) for k, n in sorted(found.items())]
        else:
            name = str(capfirst(model._meta.verbose_name_plural))
            kinds.append(fresh_row(name, tally(rows, None, today)[""]))
        if "state" in fields:
            found = tally(rows, "state", today)
            states += [
                fresh_row(STATES[code].name, numbers)
                for code, numbers in sorted(found.items())
                if code
            ]
    return [
        chart("kinds", _("Checked, by kind"), kinds),
        chart("states", _("Checked, by state"), states),
    ]
