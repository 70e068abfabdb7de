"""The public forms: suggest a listing or a change, report a problem, confirm facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from caching.db_router import use_primary
from curation.anonymous_forms import AnonymousForm
from curation.duplicates import find_similar
from curation.models import OptOut, Reminder, Suggestion
from curation.public_forms import (
    PageReportForm,
    RemovalForm,
    ReportForm,
    build_suggestion_form,
)
from curation.workflow import (
    known_facts,
    lock_for_update,
    record_check,
    remove_on_request,
)
from listings.models import Listing
from listings.registry import listing_models
from listings.shared_views import get_public_or_404

form_methods = require_http_methods(["GET", "HEAD", "POST"])


def anonymous_form(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Replace the CSRF cookie by the protection of curation.anonymous_forms."""
    return csrf_exempt(use_primary(view))


def _is_accepted(
    request: HttpRequest, form: AnonymousForm, link: int | None = None
) -> bool:
    """Return whether the form is sent and valid, and add an error if it is rejected."""
    if request.method != "POST" or not form.is_valid():
        return False
    if reason := form.rejection_reason(request, link):
        form.add_error(None, reason)
        return False
    return True


def _render_form(
    request: HttpRequest, title: str, form: AnonymousForm, **context: object
) -> HttpResponse:
    shared: dict[str, Any] = {"listing": None, "similar": [], "stamp": form.new_stamp()}
    context = {"title": title, "form": form, **shared, **context}
    return render(request, "curation/public/form.html", context)


def _render_thanks(
    request: HttpRequest, message: str, listing: Model | None = None
) -> HttpResponse:
    context = {"message": message, "listing": listing}
    return render(request, "curation/public/thanks.html", context)


def _get_public_or_404(model: Any, slug: str) -> Any:
    if issubclass(model, Listing):
        return get_public_or_404(model, slug)
    return get_object_or_404(model.objects.public(), slug=slug)


@anonymous_form
@form_methods
def suggest(request: HttpRequest) -> HttpResponse:
    """Suggest a new listing. Similar ones are shown before it is stored."""
    models = {m._meta.model_name or "": m for m in listing_models()}
    model: Any = models.get(request.GET.get("what", ""))
    if model is None:
        kinds = [(name, m._meta.verbose_name) for name, m in models.items()]
        return render(request, "curation/public/suggest.html", {"kinds": kinds})
    form = build_suggestion_form(model)(request.POST or None)
    similar: list[Listing] = []
    if request.method == "POST" and form.is_valid():
        found = find_similar(model, form.cleaned_data)
        similar = [row for row in found if row.is_public]
    if similar and not form.cleaned_data["none_of_these"]:
        form.add_error("none_of_these", _("Is it one of these? Then it is listed."))
    elif _is_accepted(request, form):
        content_type = ContentType.objects.get_for_model(model)
        _store_suggestion(Suggestion.Kind.NEW, form, content_type=content_type)
        message = _("A curator will look at it before it is shown.")
        return _render_thanks(request, message)
    title = _("Suggest a listing")
    return _render_form(request, title, form, similar=similar)


@anonymous_form
@form_methods
def suggest_change(
    request: HttpRequest, model: type[Listing], slug: str
) -> HttpResponse:
    """Suggest a change, in a form that shows the current facts."""
    listing = _get_public_or_404(model, slug)
    form = _build_change_form(listing, request.POST or None)
    _require_content(form)
    if _is_accepted(request, form):
        _store_suggestion(Suggestion.Kind.CHANGE, form, listing=listing)
        message = _("A curator will look at it soon.")
        return _render_thanks(request, message, listing)
    return _render_form(request, _("Suggest a change"), form, listing=listing)


def _build_change_form(listing: Listing, data: QueryDict | None = None) -> Any:
    # The form sets the facts of its instance, so it gets a separate one.
    instance = type(listing)._default_manager.get(pk=listing.pk)
    return build_suggestion_form(type(listing), listing)(data, instance=instance)


def _require_content(form: Any) -> None:
    if form.is_valid() and not form.changed_facts() and not form.cleaned_data["words"]:
        form.add_error(None, _("Nothing is changed yet. What should be different?"))


@anonymous_form
@form_methods
def report(request: HttpRequest, model: type[Model], slug: str) -> HttpResponse:
    """Report a problem with a listing or a guide."""
    return report_about(request, _get_public_or_404(model, slug))


def report_about(request: HttpRequest, subject: Model) -> HttpResponse:
    """Report a problem with anything that has a page."""
    is_listing = isinstance(subject, Listing)
    form = (ReportForm if is_listing else PageReportForm)(request.POST or None)
    if _is_accepted(request, form):
        _store_suggestion(Suggestion.Kind.PROBLEM, form, listing=subject)
        message = _("Thank you. A curator will check it.")
        return _render_thanks(request, message, subject)
    title = _("Report a problem") if is_listing else _("Something missing or wrong?")
    return _render_form(request, title, form, listing=subject)


def _store_suggestion(kind: str, form: Any, **about: Model) -> Suggestion:
    """Store a sent form for a curator. `about` sets `listing` or `content_type`.

    A form that was sent twice is stored once.
    """
    facts = form.cleaned_data
    changes = form.changed_facts() if hasattr(form, "changed_facts") else {}
    subjects = [(row._meta.label, row.pk) for row in about.values()]
    suggestion, _created = Suggestion.objects.get_or_create(
        form_id=form.submission_id(kind, subjects),
        defaults={
            "kind": kind,
            "problem": facts.get("problem", ""),
            "changes": changes,
            "language": get_language() or "en",
            "words": facts.get("words", ""),
            "sender_email": facts.get("sender_email", ""),
            **about,
        },
    )
    return suggestion


@anonymous_form
@form_methods
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Let an organization confirm or correct its facts, opt out, or remove itself."""
    reminder = get_object_or_404(Reminder, token=token)
    listing: Any = reminder.listing
    if listing is None:
        raise Http404
    if not reminder.is_usable(timezone.localdate()):
        message = _("This link was used already, or is too old.")
        return _render_thanks(request, message)
    act = request.POST.get("act", "")
    form = _build_confirm_form(request, act, listing)
    if act == "correct":
        _require_content(form)
    accepted = _is_accepted(request, form, reminder.pk)
    if accepted and (message := _apply_confirmation(reminder, act, form)):
        listing.refresh_from_db(fields=["status"])
        return _render_thanks(request, message, listing if listing.is_public else None)
    correction = form if act == "correct" else _build_change_form(listing)
    context = {
        "listing": listing,
        "form": correction,
        "problems": form.non_field_errors() if act != "correct" else [],
        "not_sure": act == "remove" and form.errors,
        "stamp": correction.new_stamp(),
    }
    return render(request, "curation/public/confirm.html", context)


def _build_confirm_form(request: HttpRequest, act: str, listing: Listing) -> Any:
    data = request.POST or None
    if act == "correct":
        return _build_change_form(listing, data)
    return RemovalForm(data) if act == "remove" else AnonymousForm(data)


@transaction.atomic
def _apply_confirmation(reminder: Reminder, act: str, form: Any) -> str:
    """Do what the organization asked for, and return the message for it.

    A link works once. Return "" for an unknown `act`.
    """
    fresh = Reminder.objects.select_for_update().get(pk=reminder.pk)
    if not fresh.is_usable(timezone.localdate()):
        return _("This link was used already, or is too old.")
    listing: Any = fresh.listing
    if act == "right":
        how, facts = Listing.CheckedHow.CONFIRMED, known_facts(listing)
        record_check(listing, how=how, outcome="right", facts=facts)
        message = _("Thank you. Your listing is marked as confirmed by you.")
    elif act == "correct":
        fresh_listing = lock_for_update(listing)
        change = Suggestion.Kind.CHANGE
        suggestion = _store_suggestion(change, form, listing=fresh_listing)
        suggestion.mark_from_organization()
        message = _("Thank you. A curator will put your corrections in.")
    elif act == "stop":
        OptOut.objects.get_or_create(email=fresh.sent_to)
        message = _("You get no more mail from us.")
    elif act == "remove":
        remove_on_request(listing, _("asked by the confirm link"))
        message = _("Your listing is off the directory, and stays off.")
    else:
        return ""
    fresh.used_at = timezone.now()
    fresh.save(update_fields=["used_at"])
    return message
