"""The admin of every catalog: its form, its pages and its actions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, cast
from zoneinfo import available_timezones

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.forms import Script
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from phonenumber_field.phonenumber import to_python

from caching.invalidation import track_m2m_changes
from curation import workflow
from curation.base_admin import ExtraContext
from curation.calls.pages import CallPages
from curation.duplicates import find_similar
from curation.fieldsets import Fieldset
from curation.forms import ListingForm, build_fact_form
from curation.models import Check, Suggestion
from curation.queue.filters import LISTING_FILTERS, SortedChangeList
from curation.roles import Listings, has_curation_perm, visible_to
from curation.staff_request import StaffRequest
from curation.widgets import WeeklyHoursField, WeeklyHoursWidget
from listings.field_values import fact_names
from listings.hours import Hours
from listings.lookup import (
    lookup_condition,
    similar_names,
    withheld_address_condition,
)
from listings.models import Listing
from listings.phones import national
from listings.visibility import withheld_fields


class ListingAdmin(CallPages):
    """The admin of the listings of a catalog."""

    form = ListingForm
    change_form_template = "curation/change_form.html"
    change_list_template = "curation/change_list.html"
    # get_search_results() searches; Django shows the box only if there is a field.
    search_fields = ("name",)
    search_help_text = gettext_lazy(
        "A name, phone number, e-mail, website, street, ZIP code, city or source key"
    )
    list_filter: ClassVar[tuple[Any, ...]] = LISTING_FILTERS
    list_select_related: ClassVar[tuple[str, ...]] = ("claimed_by",)
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("terms",)
    # A check has a page of its own, so that saving the form never records one.
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

    @admin.display(description=gettext_lazy("Working on it"))
    def working_on_it(self, listing: Listing) -> str:
        return str(workflow.get_claimant(listing) or "")

    @admin.display(description=gettext_lazy("Phone"))
    def phone_numbers(self, listing: Listing) -> str:
        numbers = filter(None, (listing.phone, listing.toll_free))
        return ", ".join(map(national, numbers))

    # Permissions

    def get_queryset(self, request: HttpRequest) -> Listings:
        rows = cast(Listings, super().get_queryset(request))
        return visible_to(rows, request.user)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Listing | None = None
    ) -> list[str] | tuple[str, ...]:
        """Require the same permissions as the actions for a change of the status, and
        as the street itself for a change of `address_withheld`."""
        fields = super().get_readonly_fields(request, obj)
        if (
            obj
            and withheld_fields(obj)
            and not has_curation_perm(request.user, "see_withheld")
        ):
            fields = (*fields, "address_withheld")
        if self.has_publish_permission(request):
            return fields
        return (*fields, "status", "closure_reason")

    def get_fieldsets(self, request: HttpRequest, obj: Listing | None = None) -> Any:
        """Leave out a withheld street for users who may not see it."""
        sets = super().get_fieldsets(request, obj)
        if obj is None or has_curation_perm(request.user, "see_withheld"):
            return sets
        hidden = set(withheld_fields(obj))
        return [
            (title, {**options, "fields": _without_fields(options["fields"], hidden)})
            for title, options in sets
        ]

    def save_related(
        self, request: HttpRequest, form: ListingForm, formsets: list[Any], change: bool
    ) -> None:
        with track_m2m_changes(form.instance, "terms", "service_area"):
            super().save_related(request, form, formsets, change)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search by what a caller names, and by similar names if nothing matches."""
        rows = cast(Listings, queryset)
        if not search_term.strip():
            return rows, False
        condition = lookup_condition(rows, search_term)
        if has_curation_perm(request.user, "see_withheld"):
            condition |= withheld_address_condition(rows, search_term)
        found = rows.filter(condition)
        if not found.exists():
            found = rows.filter(pk__in=similar_names(rows, search_term))
        return found, False

    def changelist_view(
        self, request: HttpRequest, extra_context: ExtraContext | None = None
    ) -> HttpResponse:
        context = {"may_call": self.may_call(request), **(extra_context or {})}
        return super().changelist_view(request, context)

    def view_on_site(self, obj: Any) -> str | None:
        return str(obj.get_absolute_url()) if obj.is_public else None

    # Pages of one listing

    def get_urls(self) -> list[URLPattern]:
        pages: dict[str, Callable[..., HttpResponse]] = {
            "start": self.start_page,
            "call": self.call_page,
            "release": self.release_page,
            "propose": self.propose_page,
        }
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        site = self.admin_site
        return [
            path(
                "similar/", site.admin_view(self.similar_page), name=f"{name}_similar"
            ),
            path("start/", site.admin_view(self.start_list), name=f"{name}_start_list"),
            path("hours/", site.admin_view(self.hours_page), name=f"{name}_hours"),
            path(
                "merge/<int:one>/<int:other>/",
                site.admin_view(self.merge_page),
                name=f"{name}_merge",
            ),
            *(
                path(f"<int:pk>/{page}/", site.admin_view(view), name=f"{name}_{page}")
                for page, view in pages.items()
            ),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: ExtraContext | None = None,
    ) -> HttpResponse:
        listing = self.get_object(request, object_id)
        extra: dict[str, Any] = {}
        if listing is not None:
            checks, suggestions = Check.objects.none(), Suggestion.objects.none()
            if request.user.has_perm("curation.view_check"):
                checks = Check.objects.for_listing(listing).select_related("by")[:10]
            if request.user.has_perm("curation.view_suggestion"):
                suggestions = Suggestion.objects.for_listing(listing).open()
            extra = {
                "claimant": workflow.get_claimant(listing),
                "checks": checks,
                "suggestions": suggestions,
                "may_check": self.has_check_permission(request),
                "may_propose": has_curation_perm(request.user, "propose_change"),
            }
        return super().change_view(
            request, object_id, form_url, {**extra, **(extra_context or {})}
        )

    def propose_page(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Show the change form, and save it as a suggestion."""
        listing = self._get_or_404(request, pk)
        if not has_curation_perm(request.user, "propose_change"):
            raise PermissionDenied
        names = [name for name in fact_names(self.model) if name != "status"]
        form_class = build_fact_form(listing, request.user, names, self.form)
        form = form_class(request.POST or None, instance=listing)
        if request.method == "POST" and form.is_valid():
            if _propose_change(listing, form, request.user):
                self.message_user(request, _("Thank you. A curator will look at it."))
                return self._redirect_to(pk)
            form.add_error(None, _("Nothing is changed yet. What should be different?"))
        return self.render_page(
            request,
            "curation/propose.html",
            title=_("Propose a change"),
            form=form,
            listing=listing,
        )

    # Fragments for curation.js

    def hours_page(self, request: HttpRequest) -> HttpResponse:
        """Render the typed hours as visitors see them, or their error."""
        context: dict[str, Any] = {"at": timezone.now()}
        field = WeeklyHoursField(required=False)
        typed = WeeklyHoursWidget().value_from_datadict(request.GET, {}, "hours")
        try:
            spec = field.clean(typed)
        except ValidationError as error:
            context["error"] = " ".join(error.messages)
        else:
            zone = request.GET.get("zone") or "UTC"
            known = zone in available_timezones()
            context["hours"] = Hours(spec, zone if known else "UTC") if spec else None
        return render(request, "curation/hours_preview.html", context)

    def similar_page(self, request: HttpRequest) -> HttpResponse:
        """Render the listings that the typed one may duplicate."""
        facts = {**request.GET.dict(), "phone": _e164(request.GET.get("phone", ""))}
        pks = [row.pk for row in find_similar(self.model, facts)]
        similar = self.get_queryset(request).filter(pk__in=pks)
        return render(request, "curation/similar.html", {"similar": similar})


def _without_fields(
    fields: Iterable[str | Sequence[str]], hidden: set[str]
) -> list[str | list[str]]:
    """Return the fields of a fieldset without some. A tuple holds those of one line."""
    remaining: list[str | list[str]] = []
    for field in fields:
        if not isinstance(field, str):
            remaining.append([name for name in field if name not in hidden])
        elif field not in hidden:
            remaining.append(field)
    return remaining


def _e164(typed: str) -> str:
    number = to_python(typed)
    return str(number.as_e164) if number and number.is_valid() else ""


def _propose_change(listing: Listing, form: ListingForm, by: User) -> bool:
    """Store the changed facts as a suggestion. Return False if none is changed."""
    names = [n for n in form.changed_data if n in fact_names(type(listing))]
    proposed = {name: form.typed_value(name) for name in names}
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
