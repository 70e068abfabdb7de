"""The public's side of the desk: suggest, correct, report, confirm."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from caching.db_router import use_primary
from curation.anonymous_forms import VisitorForm
from curation.duplicates import like
from curation.models import OptOut, Reminder, Suggestion
from curation.public_forms import PageReportForm, RemoveForm, ReportForm, proposal_form
from curation.workflow import locked, record_check, remove_on_request
from listings.exchange.importing import FACT_FIELDS
from listings.field_values import value
from listings.models import Listing
from listings.registry import listing_models
from listings.shared_views import public_or_404

form_methods = require_http_methods(["GET", "HEAD", "POST"])


def anonymous_form(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Forms are protected without a cookie, by curation.anonymous_forms."""
    return csrf_exempt(use_primary(view))


def _accepted(request: HttpRequest, form: VisitorForm, link: int | None = None) -> bool:
    """Is the form sent, right, and from a person? Says beside it what is not."""
    if request.method != "POST" or not form.is_valid():
        return False
    if problem := form.obstacle(request, link):
        form.add_error(None, problem)
        return False
    return True


def _ask(request: HttpRequest, title: str, form: Any, **context: Any) -> HttpResponse:
    shared = {"listing": None, "similar": [], "stamp": form.fresh_stamp()}
    context = {"title": title, "form": form, **shared, **context}
    return render(request, "curation/public/form.html", context)


def _thanks(request: HttpRequest, words: str, listing: Any = None) -> HttpResponse:
    context = {"words": words, "listing": listing}
    return render(request, "curation/public/thanks.html", context)


def _public(model: Any, slug: str) -> Any:
    if issubclass(model, Listing):
        return public_or_404(model, slug)
    return get_object_or_404(model.objects.public(), slug=slug)


@anonymous_form
@form_methods
def suggest(request: HttpRequest) -> HttpResponse:
    """A listing we do not have; what is like it is shown first."""
    models = {m._meta.model_name or "": m for m in listing_models()}
    model: Any = models.get(request.GET.get("what", ""))
    if model is None:
        kinds = [(name, m._meta.verbose_name) for name, m in models.items()]
        return render(request, "curation/public/suggest.html", {"kinds": kinds})
    form = proposal_form(model)(request.POST or None)
    similar: list[Any] = []
    if request.method == "POST" and form.is_valid():
        similar = [row for row in like(model, form.cleaned_data) if row.is_public]
    if similar and not form.cleaned_data["none_of_these"]:
        form.add_error("none_of_these", _("Is it one of these? Then it is listed."))
    elif _accepted(request, form):
        _keep(Suggestion.Kind.NEW, form, content_type=_type(model))
        return _thanks(request, _("A curator will look at it before it is shown."))
    title = _("Suggest a listing")
    return _ask(request, title, form, similar=similar)


@anonymous_form
@form_methods
def suggest_change(request: HttpRequest, model: Any, slug: str) -> HttpResponse:
    """A correction, in a form that is filled in as the listing is now."""
    listing = _public(model, slug)
    form = proposal_form(model, listing)(request.POST or None, instance=_copy(listing))
    _must_say_something(form)
    if _accepted(request, form):
        _keep(Suggestion.Kind.CHANGE, form, listing=listing)
        return _thanks(request, _("A curator will look at it soon."), listing)
    return _ask(request, _("Suggest a change"), form, listing=listing)


def _must_say_something(form: Any) -> None:
    if form.is_valid() and not form.proposed() and not form.cleaned_data["words"]:
        form.add_error(None, _("Nothing is changed yet. What should be different?"))


@anonymous_form
@form_methods
def report(request: HttpRequest, model: Any, slug: str) -> HttpResponse:
    """Something is wrong with a listing or a guide: one choice is enough."""
    return report_about(request, _public(model, slug))


def report_about(request: HttpRequest, subject: Any) -> HttpResponse:
    """The same form about anything that has a page."""
    is_listing = isinstance(subject, Listing)
    form = (ReportForm if is_listing else PageReportForm)(request.POST or None)
    if _accepted(request, form):
        _keep(Suggestion.Kind.PROBLEM, form, listing=subject)
        return _thanks(request, _("Thank you. A curator will check it."), subject)
    title = _("Report a problem") if is_listing else _("Something missing or wrong?")
    return _ask(request, title, form, listing=subject)


def _copy(listing: Any) -> Any:
    """A form writes into its listing; this one is thrown away."""
    return type(listing)._default_manager.get(pk=listing.pk)


def _type(model: Any) -> Any:
    return ContentType.objects.get_for_model(model)


def _keep(kind: str, form: Any, **about: Any) -> Suggestion:
    """Keep what a form says for a curator; pressed twice, it is kept once."""
    facts = form.cleaned_data
    proposed = form.proposed() if hasattr(form, "proposed") else {}
    subjects = [(one._meta.label, one.pk) for one in about.values()]
    made: Suggestion
    made, _is_new = Suggestion.objects.get_or_create(
        form_id=form.sent_id(kind, subjects),
        defaults={
            "kind": kind,
            "problem": facts.get("problem", ""),
            "changes": proposed,
            "language": get_language() or "en",
            "words": facts.get("words", ""),
            "sender_email": facts.get("sender_email", ""),
            **about,
        },
    )
    return made


@anonymous_form
@form_methods
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The organization's own page: all correct, corrections, no more mail, remove."""
    reminder = get_object_or_404(Reminder, token=token)
    listing: Any = reminder.listing
    if listing is None:
        raise Http404
    if not reminder.is_usable(timezone.localdate()):
        return _thanks(request, _("This link was used already, or is too old."))
    act = request.POST.get("act", "")
    form = _confirm_form(request, act, listing)
    if act == "correct":
        _must_say_something(form)
    accepted = _accepted(request, form, reminder.pk)
    if accepted and (words := _confirmed(reminder, act, form)):
        listing.refresh_from_db(fields=["status"])
        return _thanks(request, words, listing if listing.is_public else None)
    correction = form if act == "correct" else _correction(listing)
    context = {
        "listing": listing,
        "form": correction,
        "problems": form.non_field_errors() if act != "correct" else [],
        "not_sure": act == "remove" and form.errors,
        "stamp": correction.fresh_stamp(),
    }
    return render(request, "curation/public/confirm.html", context)


def _correction(listing: Any) -> Any:
    return proposal_form(type(listing), listing)(instance=_copy(listing))


def _confirm_form(request: HttpRequest, act: str, listing: Any) -> Any:
    data = request.POST or None
    if act == "correct":
        return proposal_form(type(listing), listing)(data, instance=_copy(listing))
    return RemoveForm(data) if act == "remove" else VisitorForm(data)


@transaction.atomic
def _confirmed(reminder: Reminder, act: str, form: Any) -> str:
    """Do what the organization asked for, once; the words for it."""
    fresh = Reminder.objects.select_for_update().get(pk=reminder.pk)
    if not fresh.is_usable(timezone.localdate()):
        return _("This link was used already, or is too old.")
    listing: Any = fresh.listing
    if act == "right":
        facts = [fact for fact in FACT_FIELDS if _has(listing, fact)]
        how = Listing.CheckedHow.CONFIRMED
        record_check(listing, how=how, outcome="right", facts=facts)
        words = _("Thank you. Your listing is marked as confirmed by you.")
    elif act == "correct":
        _keep(Suggestion.Kind.CHANGE, form, listing=locked(listing)).mark_from_them()
        words = _("Thank you. A curator will put your corrections in.")
    elif act == "stop":
        OptOut.objects.get_or_create(email=fresh.sent_to)
        words = _("You get no more mail from us.")
    elif act == "remove":
        remove_on_request(listing, _("asked by the confirm link"))
        words = _("Your listing is off the directory, and stays off.")
    else:
        return ""
    fresh.used_at = timezone.now()
    fresh.save(update_fields=["used_at"])
    return words


def _has(listing: Any, fact: str) -> bool:
    """Does the listing say anything of this fact that can be confirmed?"""
    return any(
        bool(value(listing, name))
        for name in FACT_FIELDS[fact]
        if name != "point" and hasattr(listing, name)
    )
