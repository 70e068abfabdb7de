"""What the desk does with several listings at once: one question, then each of them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curation import workflow
from curation.forms import AssignForm, CheckForm, CloseForm, TagForm
from curation.roles import may
from curation.state_scope import refuse_branches_elsewhere, within_reach
from curation.unsent_forms import RESTORED
from curation.versioned_admin import KeptAdmin
from listings.exchange.csv_export import csv_lines
from listings.field_values import differences, put, value, values
from listings.visibility import hidden_facts


class ListingActions(KeptAdmin):
    """The actions of a list of listings, and who may take them."""

    actions = (
        "record_checks",
        "publish_them",
        "close_them",
        "tag_them",
        "assign_them",
        "export_them",
        "merge_them",
    )

    def has_check_permission(self, request: HttpRequest) -> bool:
        return may(request.user, "check_listing")

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return may(request.user, "publish_listing")

    def has_export_permission(self, request: HttpRequest) -> bool:
        return may(request.user, "export_listings")

    def has_merge_permission(self, request: HttpRequest) -> bool:
        return may(request.user, "merge_listings")

    def _ask(
        self, request: HttpRequest, queryset: Any, form_class: Any, act: Any, title: str
    ) -> HttpResponse | None:
        """Ask what the action needs, then do it to each, and say how many."""
        sent = "_sent" in request.POST
        form = form_class(request.POST if sent else None)
        if not (sent and form.is_valid()):
            across = request.POST.get("select_across") == "1"
            return self._page(
                request,
                template="curation/action.html",
                title=title,
                form=form,
                listings=queryset,
                across=across,
                # All of a catalogue would be more fields than a form may have.
                named=queryset[:1] if across else queryset,
                action=request.POST.get("action", ""),
            )
        done, refused = 0, []
        for listing in queryset:
            try:
                with transaction.atomic():
                    act(listing, **form.cleaned_data)
                done += 1
            except (workflow.Refused, ValueError, models.ProtectedError) as refusal:
                refused.append(f"{listing}: {refusal}")
        self._say(request, done, refused)
        return None

    def _say(self, request: HttpRequest, done: int, refused: list[str]) -> None:
        self.message_user(request, _("%(number)s done.") % {"number": done})
        for words in refused[:20]:
            self.message_user(request, words, messages.WARNING)

    @admin.action(
        description=gettext_lazy("Write a check down …"), permissions=["check"]
    )
    def record_checks(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        def act(listing: Any, **facts: Any) -> None:
            workflow.record_check(listing, by=request.user, **facts)

        return self._ask(request, queryset, CheckForm, act, _("Write a check down"))

    @admin.action(description=gettext_lazy("Publish"), permissions=["publish"])
    def publish_them(self, request: HttpRequest, queryset: Any) -> None:
        done, refused = 0, []
        for listing in queryset:
            try:
                workflow.publish(listing)
                done += 1
            except workflow.Refused as refusal:
                refused.append(str(refusal))
        self._say(request, done, refused)

    @admin.action(description=gettext_lazy("Close …"), permissions=["publish"])
    def close_them(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        return self._ask(request, queryset, CloseForm, workflow.close, _("Close"))

    @admin.action(description=gettext_lazy("Add a tag …"), permissions=["change"])
    def tag_them(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        def act(listing: Any, term: Any) -> None:
            fresh = workflow.locked(listing)
            tags = sorted({*value(fresh, "terms"), f"{term.kind}:{term.slug}"})
            fresh._change_reason = _("tagged")
            put(fresh, {"terms": tags})

        return self._ask(request, queryset, TagForm, act, _("Add a tag"))

    @admin.action(description=gettext_lazy("Assign to …"), permissions=["change"])
    def assign_them(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        def act(listing: Any, to: Any) -> None:
            listing.assigned_to = to
            listing.save_without_historical_record(update_fields=["assigned_to"])

        return self._ask(request, queryset, AssignForm, act, _("Assign"))

    @admin.action(description=gettext_lazy("Export as CSV"), permissions=["export"])
    def export_them(self, request: HttpRequest, queryset: Any) -> StreamingHttpResponse:
        lines = csv_lines(
            self.model,
            queryset.for_files().iterator(chunk_size=500),
            withheld=may(request.user, "see_withheld"),
        )
        name = f"{self.opts.model_name}s.csv"
        return StreamingHttpResponse(
            lines,
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    @admin.action(description=gettext_lazy("Merge two …"), permissions=["merge"])
    def merge_them(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        ids = list(queryset.order_by("pk").values_list("pk", flat=True)[:3])
        if len(ids) != 2:
            words = _("Please choose exactly two listings to merge.")
            self.message_user(request, words, messages.WARNING)
            return None
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_merge"
        return redirect(reverse(name, args=ids))

    def merge_page(self, request: HttpRequest, one: int, other: int) -> HttpResponse:
        """Two listings side by side; each fact is taken from one of them."""
        if not self.has_merge_permission(request):
            raise PermissionDenied
        first, second = self._one(request, one), self._one(request, other)
        if request.method == "POST" and RESTORED not in request.POST:
            is_first = request.POST.get("keep") == str(first.pk)
            keep, drop = (first, second) if is_first else (second, first)
            seen = [request.POST.get(f"version_{row.pk}", "") for row in (keep, drop)]
            facts = [
                name.removeprefix("fact_")
                for name, pk in request.POST.items()
                if name.startswith("fact_") and pk == str(drop.pk)
            ]
            try:
                with within_reach(request.user, keep):
                    refuse_branches_elsewhere(request.user, drop)
                    workflow.merge(keep, drop, facts, seen)
            except workflow.Refused as refusal:
                self.message_user(request, str(refusal), messages.WARNING)
            else:
                self.message_user(request, _("The two listings are one now."))
                return self._to(keep.pk)
        return self._page(
            request,
            template="curation/merge.html",
            title=_("Merge two listings"),
            first=first,
            second=second,
            # What was chosen, where the page comes back with a refusal.
            second_stays=request.POST.get("keep") == str(second.pk),
            from_second=[n for n, pk in request.POST.items() if pk == str(second.pk)],
            rows=_side_by_side(
                first, second, withheld=may(request.user, "see_withheld")
            ),
        )


def _side_by_side(first: Any, second: Any, *, withheld: bool) -> list[Any]:
    hidden = set() if withheld else {*hidden_facts(first), *hidden_facts(second)}
    found = differences(type(first), values(first), values(second))
    return [row for row in found if row.name not in hidden]
