"""The actions on several selected listings at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curation import workflow
from curation.calls.forms import CheckForm
from curation.forms import AssignForm, CloseForm, CurationForm, TagForm
from curation.roles import Listings, has_curation_perm
from curation.staff_request import StaffRequest
from curation.state_scope import enforce_scope, refuse_branches_out_of_scope
from curation.unsent_forms import RESTORED_FIELD
from curation.versioned_admin import VersionedAdmin
from listings.exchange.csv_export import csv_text_lines, export_rows
from listings.exchange.files.writing import EXCEL_CONTENT_TYPE, write_excel
from listings.field_values import (
    Difference,
    apply_facts,
    differences,
    fact_value,
    fact_values,
)
from listings.models import Listing, Term
from listings.visibility import withheld_fields

# One message for each refused listing, but not for more than this.
MAX_REFUSALS_NAMED = 20


class ListingBulkActions(VersionedAdmin):
    """The actions of a list of listings, and the permissions for them."""

    actions: tuple[str, ...] = (
        "check_selected",
        "publish_selected",
        "close_selected",
        "tag_selected",
        "assign_selected",
        "export_selected",
        "export_selected_to_excel",
        "merge_selected",
    )

    def has_check_permission(self, request: HttpRequest) -> bool:
        return has_curation_perm(request.user, "check_listing")

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return has_curation_perm(request.user, "publish_listing")

    def has_export_permission(self, request: HttpRequest) -> bool:
        return has_curation_perm(request.user, "export_listings")

    def has_merge_permission(self, request: HttpRequest) -> bool:
        return has_curation_perm(request.user, "merge_listings")

    def _ask_and_run(
        self,
        request: HttpRequest,
        queryset: Listings,
        form_class: type[CurationForm],
        act: Callable[..., None],
        title: str,
    ) -> HttpResponse | None:
        """Show the form of an action. Once it is sent, run the action on each listing,
        and say how many succeeded."""
        sent = "_sent" in request.POST
        form = form_class(request.POST if sent else None)
        if not (sent and form.is_valid()):
            across = request.POST.get("select_across") == "1"
            return self.render_page(
                request,
                "curation/action.html",
                title=title,
                form=form,
                listings=queryset,
                across=across,
                # A form with every listing of a catalog would have too many fields.
                selected=queryset[:1] if across else queryset,
                action=request.POST.get("action", ""),
            )
        done, refused = 0, []
        for listing in queryset:
            try:
                with transaction.atomic():
                    act(listing, **form.cleaned_data)
                done += 1
            except (ValueError, models.ProtectedError) as refusal:
                refused.append(f"{listing}: {refusal}")
        self._report(request, done, refused)
        return None

    def _report(self, request: HttpRequest, done: int, refused: list[str]) -> None:
        self.message_user(request, _("%(number)s done.") % {"number": done})
        for message in refused[:MAX_REFUSALS_NAMED]:
            self.message_user(request, message, messages.WARNING)

    @admin.action(description=gettext_lazy("Record a check …"), permissions=["check"])
    def check_selected(
        self, request: StaffRequest, queryset: Listings
    ) -> HttpResponse | None:
        def act(listing: Listing, **facts: Any) -> None:
            workflow.record_check(listing, by=request.user, **facts)

        title = _("Record a check")
        return self._ask_and_run(request, queryset, CheckForm, act, title)

    @admin.action(description=gettext_lazy("Publish"), permissions=["publish"])
    def publish_selected(self, request: HttpRequest, queryset: Listings) -> None:
        done, refused = 0, []
        for listing in queryset:
            try:
                workflow.publish(listing)
                done += 1
            except workflow.ActionRefused as refusal:
                refused.append(str(refusal))
        self._report(request, done, refused)

    @admin.action(description=gettext_lazy("Close …"), permissions=["publish"])
    def close_selected(
        self, request: HttpRequest, queryset: Listings
    ) -> HttpResponse | None:
        return self._ask_and_run(
            request, queryset, CloseForm, workflow.close, _("Close")
        )

    @admin.action(description=gettext_lazy("Add a tag …"), permissions=["change"])
    def tag_selected(
        self, request: HttpRequest, queryset: Listings
    ) -> HttpResponse | None:
        def act(listing: Listing, term: Term) -> None:
            fresh = workflow.lock_for_update(listing)
            tags = sorted({*fact_value(fresh, "terms"), f"{term.kind}:{term.slug}"})
            fresh._change_reason = _("tagged")
            apply_facts(fresh, {"terms": tags})

        return self._ask_and_run(request, queryset, TagForm, act, _("Add a tag"))

    @admin.action(description=gettext_lazy("Assign to …"), permissions=["change"])
    def assign_selected(
        self, request: HttpRequest, queryset: Listings
    ) -> HttpResponse | None:
        def act(listing: Listing, to: User) -> None:
            listing.assigned_to = to
            listing.save_without_historical_record(update_fields=["assigned_to"])

        return self._ask_and_run(request, queryset, AssignForm, act, _("Assign"))

    @admin.action(description=gettext_lazy("Export as CSV"), permissions=["export"])
    def export_selected(
        self, request: HttpRequest, queryset: Listings
    ) -> StreamingHttpResponse:
        # Excel reads UTF-8 only with a byte order mark.
        lines = chain(["\ufeff"], csv_text_lines(self._exported(request, queryset)))
        return StreamingHttpResponse(
            lines,
            content_type="text/csv; charset=utf-8",
            headers=self._attachment("csv"),
        )

    @admin.action(description=gettext_lazy("Export for Excel"), permissions=["export"])
    def export_selected_to_excel(
        self, request: HttpRequest, queryset: Listings
    ) -> HttpResponse:
        return HttpResponse(
            write_excel({"Listings": self._exported(request, queryset)}),
            content_type=EXCEL_CONTENT_TYPE,
            headers=self._attachment("xlsx"),
        )

    def _exported(
        self, request: HttpRequest, queryset: Listings
    ) -> Iterator[list[str]]:
        return export_rows(
            self.model,
            queryset.for_export().iterator(chunk_size=500),
            withheld=has_curation_perm(request.user, "see_withheld"),
        )

    def _attachment(self, suffix: str) -> dict[str, str]:
        name = f"{self.opts.model_name}s.{suffix}"
        return {"Content-Disposition": f'attachment; filename="{name}"'}

    @admin.action(description=gettext_lazy("Merge two …"), permissions=["merge"])
    def merge_selected(
        self, request: HttpRequest, queryset: Listings
    ) -> HttpResponse | None:
        ids = list(queryset.order_by("pk").values_list("pk", flat=True)[:3])
        if len(ids) != 2:
            message = _("Please choose exactly two listings to merge.")
            self.message_user(request, message, messages.WARNING)
            return None
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_merge"
        return redirect(reverse(name, args=ids))

    def _get_or_404(self, request: HttpRequest, pk: int) -> Listing:
        found: Listing = get_object_or_404(self.get_queryset(request), pk=pk)
        return found

    def merge_page(self, request: HttpRequest, one: int, other: int) -> HttpResponse:
        """Show two listings side by side. Each fact is taken from one of them."""
        if not self.has_merge_permission(request):
            raise PermissionDenied
        first = self._get_or_404(request, one)
        second = self._get_or_404(request, other)
        if request.method == "POST" and RESTORED_FIELD not in request.POST:
            is_first = request.POST.get("keep") == str(first.pk)
            target, duplicate = (first, second) if is_first else (second, first)
            versions = [
                request.POST.get(f"version_{row.pk}", "") for row in (target, duplicate)
            ]
            facts = [
                name.removeprefix("fact_")
                for name, pk in request.POST.items()
                if name.startswith("fact_") and pk == str(duplicate.pk)
            ]
            try:
                with enforce_scope(request.user, target):
                    refuse_branches_out_of_scope(request.user, duplicate)
                    workflow.merge(target, duplicate, facts, versions)
            except workflow.ActionRefused as refusal:
                self.message_user(request, str(refusal), messages.WARNING)
            else:
                self.message_user(request, _("The two listings are merged."))
                return self._redirect_to(target.pk)
        return self.render_page(
            request,
            "curation/merge.html",
            title=_("Merge two listings"),
            first=first,
            second=second,
            # After a refusal, the page shows again what was chosen.
            second_stays=request.POST.get("keep") == str(second.pk),
            from_second=[n for n, pk in request.POST.items() if pk == str(second.pk)],
            rows=_differing_facts(
                first,
                second,
                withheld=has_curation_perm(request.user, "see_withheld"),
            ),
        )


def _differing_facts(
    first: Listing, second: Listing, *, withheld: bool
) -> list[Difference]:
    hidden = set() if withheld else {*withheld_fields(first), *withheld_fields(second)}
    found = differences(type(first), fact_values(first), fact_values(second))
    return [row for row in found if row.name not in hidden]
