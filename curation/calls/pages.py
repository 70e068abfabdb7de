"""The pages of a call: start one, fill in its sheet, and go on to the next listing."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from curation import workflow
from curation.bulk_actions import ListingBulkActions
from curation.calls.sheet import CallSheet
from curation.models import Suggestion
from curation.roles import Listings, has_curation_perm
from curation.staff_request import StaffRequest
from curation.state_scope import enforce_scope
from listings.models import Listing

# A sheet that was opened without filters goes on with what is due.
DUE_QUERY = "queue=due"


class CallPages(ListingBulkActions):
    """The call sheet of a listing. The filters of the list choose the next one.

    Only a POST takes or releases a listing; opening a page changes nothing.
    """

    def start_list(self, request: StaffRequest) -> HttpResponse:
        """Take the first free listing of the filtered list, and open its sheet."""
        self._require_caller(request)
        if request.method != "POST":
            return redirect(self._url_name("changelist"))
        return self._open_first(request, self._pks_in_order(request))

    def start_page(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Take a listing, and open its sheet."""
        self._require_caller(request)
        listing = self._get_or_404(request, pk)
        if request.method != "POST":
            return self._redirect_to(pk)
        try:
            workflow.claim(listing, request.user)
        except workflow.ActionRefused as refusal:
            self.message_user(request, str(refusal), messages.WARNING)
            return self._redirect_to(pk)
        return redirect(self._sheet_address(request, pk))

    def release_page(self, request: StaffRequest, pk: int) -> HttpResponse:
        self._require_caller(request)
        listing = self._get_or_404(request, pk)
        is_mine = workflow.get_claimant(listing) == request.user
        if request.method == "POST" and is_mine:
            workflow.release(listing)
        return self._redirect_to(pk)

    def call_page(self, request: StaffRequest, pk: int) -> HttpResponse:
        """Show the facts of a listing, and save a check with its corrections."""
        listing = self._get_or_404(request, pk)
        self._require_caller(request)
        if "_skip" in request.POST:
            return self._skip(request, listing)
        sheet = CallSheet(listing, request.user, request.POST or None, self.form)
        if request.method == "POST" and sheet.is_valid():
            following = self._pks_after(request, pk)
            try:
                message = self._save(request, sheet)
            except workflow.ActionRefused as refusal:
                sheet.check_form.add_error("outcome", str(refusal))
            else:
                self.message_user(request, message)
                if "_next" in request.POST:
                    return self._open_first(request, following)
                return self._redirect_to(pk)
        return self._render_sheet(request, sheet)

    def _save(self, request: StaffRequest, sheet: CallSheet) -> str:
        """Save the sheet, or propose it, and return the message about it."""
        address = reverse(self._url_name("change"), args=[sheet.listing.pk])
        if self.has_check_permission(request):
            with enforce_scope(request.user, sheet.listing):
                sheet.save()
            words = _("Saved: {}.")
        else:
            sheet.propose()
            words = _("Thank you. A curator will look at what you found about {}.")
        link = format_html('<a href="{}">{}</a>', address, sheet.listing)
        return format_html(words, link)

    def _render_sheet(self, request: StaffRequest, sheet: CallSheet) -> HttpResponse:
        listing, now = sheet.listing, timezone.now()
        suggestions = Suggestion.objects.none()
        if request.user.has_perm("curation.view_suggestion"):
            suggestions = Suggestion.objects.for_listing(listing).open()
        return self.render_page(
            request,
            "curation/calls/sheet.html",
            title=listing.name,
            sheet=sheet,
            listing=listing,
            claimant=workflow.get_claimant(listing),
            suggestions=suggestions,
            at=now,
            local_time=_local_time(listing, now),
            status=listing.status_at(now),
            query=request.GET.urlencode() or DUE_QUERY,
            media=self.media,
        )

    def _skip(self, request: StaffRequest, listing: Listing) -> HttpResponse:
        following = self._pks_after(request, listing.pk)
        if workflow.get_claimant(listing) == request.user:
            workflow.release(listing)
        return self._open_first(request, following)

    def may_call(self, request: HttpRequest) -> bool:
        may_propose = has_curation_perm(request.user, "propose_change")
        return may_propose or self.has_check_permission(request)

    def _require_caller(self, request: HttpRequest) -> None:
        if not self.may_call(request):
            raise PermissionDenied

    def _pks_in_order(self, request: StaffRequest) -> list[int]:
        """Return the ids of the filtered list, in its order, without those that
        somebody else works on."""
        rows = self._filtered_list(request) if request.GET else None
        if rows is None:
            own = cast(Listings, self.get_queryset(request))
            rows = own.due_for_check(timezone.localdate())
        free = rows.filter(workflow.unclaimed_by_others(request.user))
        return list(free.values_list("pk", flat=True))

    def _filtered_list(self, request: StaffRequest) -> QuerySet[Any] | None:
        """Return the listings of the list with these filters, None if one is wrong."""
        try:
            found: QuerySet[Any] = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            return None
        return found

    def _pks_after(self, request: StaffRequest, pk: int) -> list[int]:
        """Return the ids that follow a listing in the list, and then those before."""
        pks = self._pks_in_order(request)
        position = pks.index(pk) if pk in pks else -1
        return [*pks[position + 1 :], *pks[: max(position, 0)]]

    def _open_first(self, request: StaffRequest, pks: list[int]) -> HttpResponse:
        """Take the first listing that nobody else has taken, and open its sheet."""
        for pk in pks:
            try:
                workflow.claim(self._get_or_404(request, pk), request.user)
            except workflow.ActionRefused:
                continue
            return redirect(self._sheet_address(request, pk))
        self.message_user(request, _("No other listing of this list is left to call."))
        return redirect("admin:index")

    def _sheet_address(self, request: StaffRequest, pk: int) -> str:
        query = request.GET.urlencode() or DUE_QUERY
        return f"{reverse(self._url_name('call'), args=[pk])}?{query}"

    def _url_name(self, page: str) -> str:
        return f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}"


def _local_time(listing: Listing, at: datetime) -> datetime | None:
    """Return the time there. It is naive, because templates convert aware times."""
    zone = listing.zone
    return at.astimezone(zone).replace(tzinfo=None) if zone else None
