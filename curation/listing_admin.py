"""What the admin of every catalogue shares: one form, its pages and its actions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar
from zoneinfo import available_timezones

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models.functions import Lower
from django.forms import Script, modelform_factory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from phonenumber_field.phonenumber import to_python

from caching.invalidation import track_m2m_changes
from curation import workflow
from curation.audit_trail import row_number
from curation.bulk_actions import ListingActions
from curation.duplicates import like
from curation.forms import CheckForm, ListingForm
from curation.models import Check, Suggestion
from curation.roles import may, theirs
from curation.versioned_admin import Fieldset
from curation.widgets import WeekField, WeekWidget
from curation.work_queue import LISTING_HEAPS, titles, waiting
from listings.field_values import fact_names, form_field
from listings.hours import Hours
from listings.models import Listing
from listings.visibility import hidden_facts

CONTACT: Fieldset = (
    gettext_lazy("Contact"),
    {
        "description": gettext_lazy("Any one of these is enough to publish."),
        "fields": Listing.CONTACT_FIELDS,
    },
)
HOURS: Fieldset = (
    gettext_lazy("Hours"),
    {"fields": ("hours", "hours_note", "timezone")},
)
REACH: Fieldset = (
    gettext_lazy("How and whom it serves"),
    {
        "fields": (
            ("in_person", "online", "by_phone"),
            "terms",
            "cost",
            "referral_needed",
            "wheelchair_access",
            "service_area_scope",
            "service_area",
            "service_area_note",
        )
    },
)
STATE: Fieldset = (
    gettext_lazy("State"),
    {
        "fields": (
            "status",
            "closure_reason",
            "public_warning",
            "internal_note",
            "assigned_to",
        )
    },
)
SOURCE: Fieldset = (
    gettext_lazy("Where the facts are from"),
    {
        "fields": (
            "key",
            "source_name",
            "source_url",
            "source_seen",
            "source_license",
            "checked_on",
            "checked_how",
            "checked_by",
            "check_due_on",
            "created_at",
            "changed_at",
            "opened_version",
            "looked",
        )
    },
)


class NeedsChecking(admin.SimpleListFilter):
    title = gettext_lazy("needs checking")
    parameter_name = "checked"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("Not yet checked")), ("yes", _("Checked"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() is None:
            return queryset
        return queryset.filter(checked_on__isnull=self.value() == "no")


class QueueFilter(admin.SimpleListFilter):
    title = gettext_lazy("waiting for")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(titles().items())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() not in LISTING_HEAPS:
            return queryset
        return waiting(queryset, str(self.value()), timezone.localdate())


class SortedChangeList(ChangeList):
    """Sorts the columns of names and towns as the public lists do."""

    COLUMNS: ClassVar = {"name": "sort_name", "city": Lower("city")}

    def get_ordering_field(self, field_name: Any) -> Any:
        return self.COLUMNS.get(field_name) or super().get_ordering_field(field_name)


class ListingAdmin(ListingActions):
    """One form for every catalogue, in a curator's order of work."""

    form = ListingForm
    change_form_template = "curation/change_form.html"
    change_list_template = "curation/change_list.html"
    search_fields = ("name", "search_text", "phone")
    list_filter: ClassVar[tuple[Any, ...]] = (
        QueueFilter,
        "status",
        NeedsChecking,
        ("assigned_to", admin.RelatedOnlyFieldListFilter),
    )
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("terms",)
    # A check is a deliberate act of its own, never a side effect of saving.
    readonly_fields: ClassVar[tuple[str, ...]] = (
        "key",
        "checked_on",
        "checked_how",
        "checked_by",
        "check_due_on",
        "created_at",
        "changed_at",
    )
    fieldsets: ClassVar[tuple[Fieldset, ...]]

    class Media:
        js = [Script("js/curation.js", type="module")]

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ChangeList]:
        return SortedChangeList

    # Who sees what

    def get_queryset(self, request: HttpRequest) -> Any:
        return theirs(super().get_queryset(request), request.user)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """To publish or to close in the form takes what the actions take; to show a
        withheld address takes that one may see it."""
        fields = super().get_readonly_fields(request, obj)
        if obj and hidden_facts(obj) and not may(request.user, "see_withheld"):
            fields = (*fields, "address_withheld")
        if self.has_publish_permission(request):
            return fields
        return (*fields, "status", "closure_reason")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The street of a withheld address is for those who may see it."""
        sets = super().get_fieldsets(request, obj)
        if obj is None or may(request.user, "see_withheld"):
            return sets
        hidden = set(hidden_facts(obj))
        return [
            (title, {**options, "fields": _without(options["fields"], hidden)})
            for title, options in sets
        ]

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        with track_m2m_changes(form.instance, "terms", "service_area"):
            super().save_related(request, form, formsets, change)

    def view_on_site(self, obj: Any) -> str | None:
        return str(obj.get_absolute_url()) if obj.is_public else None

    # Pages of one listing

    def get_urls(self) -> list[URLPattern]:
        pages: dict[str, Callable[..., HttpResponse]] = {
            "check": self.check_page,
            "take": self.take_it,
            "release": self.release_it,
            "propose": self.propose_page,
        }
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        site = self.admin_site
        return [
            path("similar/", site.admin_view(self.similar_to), name=f"{name}_similar"),
            path("hours/", site.admin_view(self.hours_words), name=f"{name}_hours"),
            path(
                "merge/<int:one>/<int:other>/",
                site.admin_view(self.merge_page),
                name=f"{name}_merge",
            ),
            *(
                path(f"<int:pk>/{act}/", site.admin_view(view), name=f"{name}_{act}")
                for act, view in pages.items()
            ),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        listing = self.get_object(request, object_id)
        extra: dict[str, Any] = {}
        if listing is not None:
            checks, suggestions = Check.objects.none(), Suggestion.objects.none()
            if request.user.has_perm("curation.view_check"):
                checks = Check.objects.about(listing).select_related("by")[:10]
            if request.user.has_perm("curation.view_suggestion"):
                suggestions = Suggestion.objects.about(listing).open()
            extra = {
                "holder": workflow.holder(listing),
                "checks": checks,
                "suggestions": suggestions,
                "may_check": self.has_check_permission(request),
                "may_propose": may(request.user, "propose_change"),
            }
        return super().change_view(
            request, object_id, form_url, {**extra, **(extra_context or {})}
        )

    def check_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Write a check down; a volunteer's waits for a curator."""
        listing = self._one(request, pk)
        direct = self.has_check_permission(request)
        if not self._may_work(request):
            raise PermissionDenied
        form = CheckForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                words = _write_check(listing, form.cleaned_data, request.user, direct)
            except workflow.Refused as refusal:
                form.add_error("outcome", str(refusal))
            else:
                self.message_user(request, words)
                return self._to(pk)
        return self._page(
            request,
            template="curation/check.html",
            title=_("Write a check down"),
            form=form,
            listing=listing,
            holder=workflow.holder(listing),
        )

    def _may_work(self, request: HttpRequest) -> bool:
        direct = self.has_check_permission(request)
        return direct or may(request.user, "propose_change")

    def take_it(self, request: HttpRequest, pk: int) -> HttpResponse:
        listing = self._one(request, pk)
        if not self._may_work(request):
            raise PermissionDenied
        if request.method == "POST":
            try:
                workflow.take(listing, request.user)
            except workflow.Refused as refusal:
                self.message_user(request, str(refusal), messages.WARNING)
        return self._to(pk)

    def release_it(self, request: HttpRequest, pk: int) -> HttpResponse:
        listing = self._one(request, pk)
        if not self._may_work(request):
            raise PermissionDenied
        if request.method == "POST" and workflow.holder(listing) == request.user:
            workflow.release(listing)
        return self._to(pk)

    def propose_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The change form, saved as a proposal."""
        listing = self._one(request, pk)
        if not may(request.user, "propose_change"):
            raise PermissionDenied
        form_class = _proposal_form(request, listing)
        form = form_class(request.POST or None, instance=listing)
        if request.method == "POST" and form.is_valid():
            if _propose_change(listing, form, request.user):
                self.message_user(request, _("Thank you. A curator will look at it."))
                return self._to(pk)
            form.add_error(None, _("Nothing is changed yet. What should be different?"))
        return self._page(
            request,
            template="curation/propose.html",
            title=_("Propose a change"),
            form=form,
            listing=listing,
        )

    # Answers for the form's script

    def hours_words(self, request: HttpRequest) -> HttpResponse:
        """The week of an hours string in words, or what is wrong with it."""
        context: dict[str, Any] = {"at": timezone.now()}
        field = WeekField(required=False)
        typed = WeekWidget().value_from_datadict(request.GET, {}, "hours")
        try:
            spec = field.clean(typed)
        except ValidationError as error:
            context["error"] = " ".join(error.messages)
        else:
            zone = request.GET.get("zone") or "UTC"
            known = zone in available_timezones()
            context["hours"] = Hours(spec, zone if known else "UTC") if spec else None
        return render(request, "curation/week_words.html", context)

    def similar_to(self, request: HttpRequest) -> HttpResponse:
        """Listings that the one being typed may repeat."""
        but = request.GET.get("but", "")
        facts = {**request.GET.dict(), "phone": _e164(request.GET.get("phone", ""))}
        found = like(self.model, facts, row_number(but))
        mine = self.get_queryset(request).filter(pk__in=[row.pk for row in found])
        return render(
            request, "curation/similar.html", {"similar": mine, "opts": self.opts}
        )


def _without(fields: Any, hidden: set[str]) -> list[Any]:
    """The fields of a fieldset, those of one line included, but for some."""
    kept = []
    for field in fields:
        if isinstance(field, tuple):
            kept.append(tuple(name for name in field if name not in hidden))
        elif field not in hidden:
            kept.append(field)
    return kept


def _e164(typed: str) -> str:
    number = to_python(typed)
    return str(number.as_e164) if number and number.is_valid() else ""


def _write_check(listing: Any, facts: dict[str, Any], by: Any, direct: bool) -> str:
    """Write it down, or `direct` being no, propose it; the words for it.

    Raises Refused.
    """
    if direct:
        workflow.record_check(listing, by=by, **facts)
        return _("The check is written down.")
    plain = {**facts, "on": facts["on"].isoformat()}
    Suggestion.objects.create(
        listing=listing, kind=Suggestion.Kind.CHECK, changes=plain, proposed_by=by
    )
    return _("Thank you. A curator will look at it.")


def _proposal_form(request: HttpRequest, listing: Any) -> Any:
    hidden = () if may(request.user, "see_withheld") else hidden_facts(listing)
    names = [n for n in fact_names(type(listing)) if n not in (*hidden, "status")]
    form: Any = modelform_factory(
        type(listing), form=ListingForm, fields=names, formfield_callback=form_field
    )
    form.user = request.user
    return form


def _propose_change(listing: Any, form: Any, by: Any) -> bool:
    """Keep what differs for a curator; False where nothing does."""
    names = [n for n in form.changed_data if n in fact_names(type(listing))]
    proposed = {name: form._typed(name) for name in names}
    if not proposed:
        return False
    kind = ContentType.objects.get_for_model(listing)
    Suggestion.objects.create(
        content_type=kind,
        object_id=listing.pk,
        kind=Suggestion.Kind.CHANGE,
        changes=proposed,
        proposed_by=by,
    )
    return True
