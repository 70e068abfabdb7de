"""The admin site: the queue in front, a second factor before it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any, TypeVar

import django_otp
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curation import second_factor, unsent_forms
from curation.audit_trail import row_number
from curation.charts import Chart, chart
from curation.forms import PasswordForm, SignInForm, TokenForm
from curation.roles import theirs
from curation.sessions import end_all
from curation.sign_in import SIGN_IN_SECONDS, SignInBusy, is_over_limit
from curation.work_queue import heaps
from listings.freshness import fresh_row, tally
from listings.rate_limit import seconds_left
from listings.registry import listing_models
from places.geocoders import geocode_before_transaction
from places.states import STATES

View = TypeVar("View", bound=Callable[..., Any])
BY_PARTS = "commits_by_parts"


def commits_by_parts(view: View) -> View:
    """Mark a view that writes many rows.

    In one transaction it would keep everybody else from writing until its end.
    """
    setattr(view, BY_PARTS, True)
    return view


class DeskSite(AdminSite):
    site_header = gettext_lazy("Curators' desk")
    site_title = gettext_lazy("Curators' desk")
    index_title = gettext_lazy("What waits for you")
    index_template = "curation/index.html"
    login_form = SignInForm

    def has_permission(self, request: HttpRequest) -> bool:
        if not super().has_permission(request):
            return False
        user: Any = request.user
        return not settings.SECOND_FACTOR or bool(user.is_verified())

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """What is done at the desk is done wholly or not at all, but for long acts that
        say themselves when they commit."""
        whole = transaction.atomic(view)

        @wraps(view)
        def act(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if _is_forged(request):
                raise BadRequest("no form of the desk sends this")
            if typed := unsent_forms.take(request):
                again = partial(view, request, *args, **kwargs)
                page = unsent_forms.give_back(request, typed, again)
                if page is not None:
                    return page
            if request.method != "POST" or getattr(view, BY_PARTS, False):
                return view(request, *args, **kwargs)
            return geocode_before_transaction(partial(whole, request, *args, **kwargs))

        protected = super().admin_view(act, cacheable)

        @wraps(view)
        def guard(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            may_post = request.method != "POST" or self.has_permission(request)
            if not may_post and unsent_forms.keep(request):
                return unsent_forms.sign_in_again(request)
            return protected(request, *args, **kwargs)

        return guard

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return {
            **super().each_context(request),
            "owner_note": unsent_forms.owner_note(request.user),
        }

    def get_urls(self) -> list[Any]:
        own: list[URLPattern] = [
            path("second-factor/", self.second_factor, name="second_factor"),
            path(
                "second-factor/new/",
                self.admin_view(self.new_second_factor),
                name="second_factor_new",
            ),
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
            return redirect_to_login(onward, reverse("admin:second_factor"))
        if request.method == "POST" and is_over_limit(request):
            return too_many_sign_ins(request)
        response = super().login(request, extra_context)
        if request.method == "POST" and request.user.is_authenticated:
            second_factor.note_password(request)
        return response

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
        if not second_factor.has_device(request.user):
            return self._set_up(request, replacing=False)
        form = TokenForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            if wait := second_factor.seconds_to_wait(request.user):
                words = _("After a wrong code, please wait %(seconds)s seconds.")
                form.add_error("token", words % {"seconds": wait})
            elif matched := django_otp.match_token(request.user, form.code):
                self._verified(request, matched)
                messages.success(request, _("You are signed in."))
                return redirect(_onward(request))
            else:
                words = _("This code is not right, or was used already.")
                form.add_error("token", words)
        return self._ask(request, form=form)

    def new_second_factor(self, request: HttpRequest) -> HttpResponse:
        """Replace the phone of whoever is signed in with it, or with a backup code."""
        return self._set_up(request, replacing=True)

    def _set_up(self, request: HttpRequest, *, replacing: bool) -> HttpResponse:
        if not second_factor.password_is_recent(request):
            return self._ask_password(request)
        form = TokenForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            done = second_factor.confirm_device(request, form.code, replacing=replacing)
            if done is not None:
                device, codes = done
                self._verified(request, device)
                return self._ask(request, codes=codes)
            form.add_error("token", _("This code is not right. Try the next one."))
        if request.method == "POST":
            return self._ask(request, form=form, may_restart=True)
        device = second_factor.new_secret(request)
        return self._ask(
            request,
            form=form,
            picture=second_factor.picture(device),
            secret=second_factor.readable_secret(device),
        )

    def _ask_password(self, request: HttpRequest) -> HttpResponse:
        """Whoever found a browser open must not be able to set up their own phone."""
        form = PasswordForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            typed = form.cleaned_data["password"]
            try:
                is_right = second_factor.password_is_right(request, typed)
            except SignInBusy as busy:
                form.add_error("password", busy)
                return self._ask(request, form=form)
            if is_right:
                second_factor.note_password(request)
                return redirect(request.get_full_path())
            form.add_error("password", _("This is not your password."))
        return self._ask(request, form=form)

    def _verified(self, request: HttpRequest, device: Any) -> None:
        """From here on more is allowed, so the session gets a new key."""
        request.session.cycle_key()
        django_otp.login(request, device)

    def _ask(self, request: HttpRequest, **context: Any) -> HttpResponse:
        shared = {
            "site_header": self.site_header,
            "site_title": self.site_title,
            "title": _("Second factor"),
            "onward": _onward(request),
        }
        return render(request, "curation/second_factor.html", {**shared, **context})


def _onward(request: HttpRequest) -> str:
    """Where `next` leads, if that is a page of ours; else the desk's first page."""
    address: str = request.GET.get("next", "")
    host = {request.get_host()}
    safe = url_has_allowed_host_and_scheme(address, host, request.is_secure())
    return address if safe else reverse("admin:index")


def _is_forged(request: HttpRequest) -> bool:
    """Input on which Django's own admin would break: a null, a number that is none."""
    asked, sent = request.GET, request.POST
    numbers = sent.getlist("_selected_action")
    return (
        any("\0" in value for values in asked.lists() for value in values[1])
        or asked.get("_to_field") == ""
        or None in map(row_number, numbers)
    )


def locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """After five wrong passwords: what happened, and what to do."""
    words = _(
        "Too many wrong tries for this name from this address. Please wait 15 minutes, "
        "or ask an administrator."
    )
    return _please_wait(request, words)


def too_many_sign_ins(request: HttpRequest) -> HttpResponse:
    """After more sign-ins than one network may try: what happened, and what to do."""
    words = _(
        "Too many people tried to sign in from your network. Wait 15 minutes, then try "
        "again."
    )
    response = _please_wait(request, words)
    response["Retry-After"] = str(seconds_left(SIGN_IN_SECONDS))
    return response


def _please_wait(request: HttpRequest, words: str) -> HttpResponse:
    context = {
        "site_header": DeskSite.site_header,
        "site_title": DeskSite.site_title,
        "title": _("Please wait"),
        "words": words,
    }
    return render(request, "curation/locked.html", context, status=429)


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
            kinds += [
                fresh_row(str(labels.get(k, k)), n) for k, n in sorted(found.items())
            ]
        else:
            name = str(capfirst(model._meta.verbose_name_plural))
            kinds.append(fresh_row(name, tally(rows, None, today)[""]))
        if "state" in fields:
            found = tally(rows, "state", today)
            states += [
                fresh_row(STATES[code].name, numbers)
                for code, numbers in sorted(found.items())
                if code in STATES
            ]
    return [
        chart("kinds", _("Checked, by kind"), kinds),
        chart("states", _("Checked, by state"), states),
    ]
