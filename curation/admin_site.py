"""The admin site: its sign-in with a second factor, and its first page, the queue."""

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
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_otp.models import Device

from curation import second_factor, unsent_forms
from curation.audit_trail import parse_row_id
from curation.base_admin import ExtraContext
from curation.forms import PasswordForm, SignInForm, TokenForm
from curation.queue.progress import build_progress_charts, count_week
from curation.queue.sections import build_queue
from curation.sessions import end_sessions_of
from curation.sign_in import SIGN_IN_SECONDS, SignInBusy, is_over_sign_in_limit
from curation.staff_request import StaffRequest
from listings.rate_limit import seconds_left
from places.geocoders import geocode_before_transaction

View = TypeVar("View", bound=Callable[..., Any])
COMMITS_IN_BATCHES = "commits_in_batches"


def commits_in_batches(view: View) -> View:
    """Mark a view that writes many rows, and commits them in batches itself.

    In a single transaction, it would block all other writers until its end.
    """
    setattr(view, COMMITS_IN_BATCHES, True)
    return view


class CurationAdminSite(AdminSite):
    site_header = gettext_lazy("Curation")
    site_title = gettext_lazy("Curation")
    index_title = gettext_lazy("Waiting for you")
    index_template = "curation/index.html"
    login_form = SignInForm
    # The first page lists everything, and lists of listings need the width.
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        if not super().has_permission(request):
            return False
        user: Any = request.user
        return not settings.SECOND_FACTOR or bool(user.is_verified())

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Run a view in one transaction, unless it commits in batches itself.

        If the session has ended, store the sent form; after the sign-in, restore it.
        """
        atomic_view = transaction.atomic(view)

        @wraps(view)
        def run(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if _is_malformed(request):
                raise BadRequest("no form of the admin sends this")
            if typed := unsent_forms.pop(request):
                render_view = partial(view, request, *args, **kwargs)
                page = unsent_forms.render_restored(request, typed, render_view)
                if page is not None:
                    return page
            if request.method != "POST" or getattr(view, COMMITS_IN_BATCHES, False):
                return view(request, *args, **kwargs)
            return geocode_before_transaction(
                partial(atomic_view, request, *args, **kwargs)
            )

        protected = super().admin_view(run, cacheable)

        @wraps(view)
        def store_if_signed_out(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            may_post = request.method != "POST" or self.has_permission(request)
            if not may_post and unsent_forms.store(request):
                return unsent_forms.redirect_to_sign_in(request)
            return protected(request, *args, **kwargs)

        return store_if_signed_out

    def each_context(self, request: HttpRequest) -> ExtraContext:
        return {
            **super().each_context(request),
            "owner_signature": unsent_forms.sign_owner(request.user),
        }

    def get_urls(self) -> list[URLPattern | URLResolver]:
        own: list[URLPattern | URLResolver] = [
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

    def login(
        self, request: HttpRequest, extra_context: ExtraContext | None = None
    ) -> HttpResponse:
        """Ask for the password first, then for the second factor if it is required."""
        if super().has_permission(request) and not self.has_permission(request):
            next_url = request.GET.get("next", "")
            return redirect_to_login(next_url, reverse("admin:second_factor"))
        if request.method == "POST" and is_over_sign_in_limit(request):
            return too_many_sign_ins(request)
        response = super().login(request, extra_context)
        if request.method == "POST" and request.user.is_authenticated:
            second_factor.remember_password(request)
        return response

    def logout(
        self, request: HttpRequest, extra_context: ExtraContext | None = None
    ) -> TemplateResponse:
        """Sign out, and make the browser delete what it stored of the admin."""
        response = super().logout(request, extra_context)
        response["Clear-Site-Data"] = '"cache", "cookies"'
        return response

    def sign_out_everywhere(self, request: StaffRequest) -> HttpResponse:
        """End every session of the user, this one included."""
        if request.method != "POST":
            return redirect("admin:index")
        end_sessions_of(request.user)
        return self.logout(request)

    def index(
        self, request: HttpRequest, extra_context: ExtraContext | None = None
    ) -> TemplateResponse:
        today = timezone.localdate()
        context = {
            "sections": build_queue(request.user, today),
            "week": count_week(request.user, today),
            "charts": build_progress_charts(request.user),
            **(extra_context or {}),
        }
        return super().index(request, context)

    def second_factor(self, request: HttpRequest) -> HttpResponse:
        """Ask for the code, or at the first sign-in set up the phone."""
        if not super().has_permission(request):
            return redirect_to_login(request.get_full_path(), reverse("admin:login"))
        if not second_factor.has_device(request.user):
            return self._enroll(request, replacing=False)
        form = TokenForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            if wait := second_factor.seconds_to_wait(request.user):
                message = _("After a wrong code, please wait %(seconds)s seconds.")
                form.add_error("token", message % {"seconds": wait})
            elif matched := django_otp.match_token(request.user, form.code):
                self._sign_in_with(request, matched)
                messages.success(request, _("You are signed in."))
                return redirect(_get_next_url(request))
            else:
                message = _("This code is not right, or was used already.")
                form.add_error("token", message)
        return self._render_second_factor(request, form=form)

    def new_second_factor(self, request: HttpRequest) -> HttpResponse:
        """Replace the phone of a signed-in user."""
        return self._enroll(request, replacing=True)

    def _enroll(self, request: HttpRequest, *, replacing: bool) -> HttpResponse:
        if not second_factor.password_is_recent(request):
            return self._ask_password(request)
        form = TokenForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            done = second_factor.confirm_device(request, form.code, replacing=replacing)
            if done is not None:
                device, codes = done
                self._sign_in_with(request, device)
                return self._render_second_factor(request, codes=codes)
            form.add_error("token", _("This code is not right. Try the next one."))
        if request.method == "POST":
            return self._render_second_factor(request, form=form, may_restart=True)
        device = second_factor.start_enrollment(request)
        return self._render_second_factor(
            request,
            form=form,
            qr_code_uri=second_factor.qr_code_uri(device),
            secret=second_factor.format_secret(device),
        )

    def _ask_password(self, request: HttpRequest) -> HttpResponse:
        """Ask for the password, because another person may be at an open browser."""
        form = PasswordForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            typed = form.cleaned_data["password"]
            try:
                is_right = second_factor.password_is_right(request, typed)
            except SignInBusy as busy:
                form.add_error("password", busy)
                return self._render_second_factor(request, form=form)
            if is_right:
                second_factor.remember_password(request)
                return redirect(request.get_full_path())
            form.add_error("password", _("This is not your password."))
        return self._render_second_factor(request, form=form)

    def _sign_in_with(self, request: HttpRequest, device: Device) -> None:
        # A session that gains permissions needs a new key (session fixation).
        request.session.cycle_key()
        django_otp.login(request, device)

    def _render_second_factor(
        self, request: HttpRequest, **context: object
    ) -> HttpResponse:
        shared = {
            "site_header": self.site_header,
            "site_title": self.site_title,
            "title": _("Second factor"),
            "next_url": _get_next_url(request),
        }
        return render(request, "curation/second_factor.html", {**shared, **context})


def _get_next_url(request: HttpRequest) -> str:
    """Return the address in `next` if it is on this site, otherwise the first page."""
    address: str = request.GET.get("next", "")
    host = {request.get_host()}
    safe = url_has_allowed_host_and_scheme(address, host, request.is_secure())
    return address if safe else reverse("admin:index")


def _is_malformed(request: HttpRequest) -> bool:
    """Return whether Django's admin would crash on the input: on a null character, for
    example, or on an id that is not a number."""
    query, sent = request.GET, request.POST
    ids = sent.getlist("_selected_action")
    return (
        any("\0" in value for values in query.lists() for value in values[1])
        or query.get("_to_field") == ""
        or None in map(parse_row_id, ids)
    )


def locked_out(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    """Return the page after five wrong passwords."""
    message = _(
        "Too many wrong passwords for this name from your network. Please wait 15 "
        "minutes, or ask an administrator."
    )
    return _please_wait(request, message)


def too_many_sign_ins(request: HttpRequest) -> HttpResponse:
    """Return the page after more sign-ins than one network may try."""
    message = _(
        "Too many people tried to sign in from your network. Wait 15 minutes, then try "
        "again."
    )
    response = _please_wait(request, message)
    response["Retry-After"] = str(seconds_left(SIGN_IN_SECONDS))
    return response


def _please_wait(request: HttpRequest, message: str) -> HttpResponse:
    context = {
        "site_header": CurationAdminSite.site_header,
        "site_title": CurationAdminSite.site_title,
        "title": _("Please wait"),
        "message": message,
    }
    return render(request, "curation/locked.html", context, status=429)
