"""The admin of suggestions, checks, links, duplicates, imports and users."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

import curation.crisis_admin  # noqa: F401  # It registers its models.
from curation import workflow
from curation.admin_site import commits_in_batches
from curation.base_admin import CurationAdmin, ExtraContext, ReadOnlyAdmin
from curation.forms import DecideForm, ImportForm
from curation.imports import (
    apply_import,
    get_imported_model,
    get_visible_steps,
    preview_import,
    resume_import,
)
from curation.mail import answer_sender
from curation.models import (
    Check,
    DuplicatePair,
    ImportedRow,
    ImportRun,
    LinkCheck,
    OptOut,
    Reminder,
    Suggestion,
)
from curation.queue.scope import (
    duplicate_pairs_for,
    suggestions_for,
    visible_listings_filter,
)
from curation.reference_admin import (
    AreaAdmin,
    PlaceAdmin,
    RemovalRequestAdmin,
    TermAdmin,
)
from curation.roles import has_curation_perm, states_for
from curation.staff_admin import GroupAdmin, StaffAdmin
from curation.staff_request import StaffRequest
from curation.state_scope import enforce_scope
from curation.undo import undo_import
from listings.exchange.csv_rows import FileError
from listings.exchange.files.reading import read_content
from listings.exchange.importing import ImportStep
from listings.field_values import (
    Difference,
    differences,
    fact_label,
    fact_text,
    fact_values,
)
from listings.models import Listing, Term
from listings.provenance import ProvenanceModel
from listings.removals import RemovalRequest
from listings.visibility import withheld_fields
from places.models import Area, Place

# The message about an undo names at most this many rows that stay.
MAX_NAMES = 20


class RecordAdmin(ReadOnlyAdmin):
    """The admin of rows with a page of their own."""

    def get_or_404(self, request: HttpRequest, object_id: str) -> Any:
        """Return the row with this id. Raise Http404 if the user may not see it."""
        found = self.get_object(request, object_id)
        if found is None:
            raise Http404
        return found


class ScopedAdmin(ReadOnlyAdmin):
    """The admin of rows about listings that the user may see."""

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        rows = super().get_queryset(request).prefetch_related("listing")
        if states_for(request.user) is None:
            return rows
        return rows.filter(visible_listings_filter(request.user))


@admin.register(Check)
class CheckAdmin(ScopedAdmin):
    list_display = ("listing", "on", "how", "outcome", "by", "note")
    list_filter = ("outcome", "how")
    list_select_related = ("by",)


@admin.register(LinkCheck)
class LinkCheckAdmin(ScopedAdmin):
    list_display = ("url", "listing", "problem", "failures", "moved_to", "checked_at")
    list_filter = ("problem",)


@admin.register(Reminder)
class ReminderAdmin(ScopedAdmin):
    list_display = ("listing", "sent_at", "expires_on", "used_at")
    # The token is missing: only the organization may have the link.
    fields = ("listing", "sent_to", "sent_at", "expires_on", "used_at")


@admin.register(OptOut)
class OptOutAdmin(CurationAdmin):
    list_display = ("email", "created_at")


@admin.register(Suggestion)
class SuggestionAdmin(RecordAdmin):
    list_display = ("__str__", "kind", "problem", "state", "created_at", "decided_by")
    list_filter = ("state", "kind", "problem")
    list_select_related = ("decided_by",)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Suggestion]:
        return suggestions_for(request.user).prefetch_related("listing")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: ExtraContext | None = None,
    ) -> HttpResponse:
        """Show old and new facts side by side, to accept some or to decline all."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        suggestion = self.get_or_404(request, object_id)
        form = DecideForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            if not has_curation_perm(request.user, "decide_suggestion"):
                raise PermissionDenied
            try:
                self._decide(cast(StaffRequest, request), suggestion, form.cleaned_data)
            except workflow.ActionRefused as refusal:
                form.add_error("reason", str(refusal))
            else:
                return redirect(reverse("admin:index"))
        return self.render_page(
            request,
            "curation/suggestion.html",
            title=str(suggestion),
            suggestion=suggestion,
            version=getattr(suggestion.listing, "version", ""),
            rows=_describe_changes(
                suggestion, withheld=has_curation_perm(request.user, "see_withheld")
            ),
            form=form,
            removals=workflow.find_removal_requests(suggestion),
            unchecked=_unchecked_facts(request, suggestion),
            may_decide=has_curation_perm(request.user, "decide_suggestion"),
        )

    def _decide(
        self, request: StaffRequest, suggestion: Suggestion, facts: Mapping[str, Any]
    ) -> None:
        if "_decline" in request.POST:
            workflow.decline(suggestion, facts["reason"], request.user)
            self.message_user(request, _("Declined."))
        else:
            chosen = request.POST.getlist("fact")
            version = request.POST.get("version", "")
            with enforce_scope(request.user, suggestion.listing) as touched:
                listing = workflow.accept(suggestion, chosen, request.user, version)
                touched.append(listing)
            self.message_user(request, _("Accepted."))
            self._warn_of_removal_request(request, suggestion, listing)
        if facts["answer"] and suggestion.sender_email:
            answer_sender(suggestion, facts["answer"])

    def _warn_of_removal_request(
        self, request: HttpRequest, suggestion: Suggestion, listing: Listing
    ) -> None:
        """Tell the curator that a new draft cannot be published, and why."""
        if suggestion.object_id or not (found := listing.removal_requests()):
            return
        message = _("It is a draft that stays one: %(name)s asked not to be listed.")
        self.message_user(request, message % {"name": found[0]}, messages.WARNING)


def _unchecked_facts(request: HttpRequest, suggestion: Suggestion) -> set[str]:
    """Return the facts that were not chosen, for the page after a refusal."""
    if request.method != "POST":
        return set()
    return set(suggestion.proposed_facts) - set(request.POST.getlist("fact"))


def _describe_changes(
    suggestion: Suggestion, *, withheld: bool
) -> list[tuple[str, str, str, str]]:
    """Return (name, label, current value, proposed value) of each changed fact."""
    proposed = suggestion.proposed_facts
    model: Any = suggestion.content_type.model_class()
    listing: Any = suggestion.listing
    if listing is None:
        return [
            (name, fact_label(model, name), "–", fact_text(model, name, plain))
            for name, plain in proposed.items()
        ]
    hidden = () if withheld else withheld_fields(listing)
    now = fact_values(listing, proposed)
    return [
        (row.name, row.label, row.before, row.after)
        for row in differences(model, now, proposed)
        if row.name not in hidden
    ]


@admin.register(DuplicatePair)
class DuplicatePairAdmin(RecordAdmin):
    list_display = ("__str__", "reason", "found_at", "dismissed")
    list_filter = ("dismissed", "reason")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[DuplicatePair]:
        return duplicate_pairs_for(request.user).prefetch_related("first", "second")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: ExtraContext | None = None,
    ) -> HttpResponse:
        """Redirect to the page of the merge. By POST, dismiss the pair."""
        if not has_curation_perm(request.user, "merge_listings"):
            raise PermissionDenied
        pair = self.get_or_404(request, object_id)
        if request.method == "POST":
            pair.dismissed = True
            pair.save(update_fields=["dismissed"])
            self.message_user(request, _("They stay two listings."))
            return redirect(reverse("admin:index"))
        opts = pair.first._meta
        name = f"admin:{opts.app_label}_{opts.model_name}_merge"
        address = reverse(name, args=[pair.first_id, pair.second_id])
        return redirect(f"{address}?pair={pair.pk}")


@admin.register(ImportRun)
class ImportRunAdmin(RecordAdmin):
    """Import a file: choose it, look at the preview, then apply it."""

    list_display = ("file_name", "kind", "state", "summary", "by", "created_at")
    change_list_template = "curation/imports.html"

    def has_view_permission(
        self, request: HttpRequest, obj: models.Model | None = None
    ) -> bool:
        return has_curation_perm(request.user, "import_listings")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.upload_page)
        return [path("new/", view, name="curation_importrun_new"), *super().get_urls()]

    @commits_in_batches
    def upload_page(self, request: StaffRequest) -> HttpResponse:
        if not has_curation_perm(request.user, "import_listings"):
            raise PermissionDenied
        form = ImportForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            kind, file = form.cleaned_data["kind"], form.cleaned_data["file"]
            try:
                content = read_content(file.read())
                run = preview_import(kind, file.name[:200], content, request.user)
            except FileError as refusal:
                form.add_error("file", str(refusal))
            else:
                return redirect(
                    reverse("admin:curation_importrun_change", args=[run.pk])
                )
        title = _("Import a file")
        return self.render_page(
            request, "curation/form.html", title=title, form=form, files=True
        )

    @commits_in_batches
    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: ExtraContext | None = None,
    ) -> HttpResponse:
        """Show the preview, or what was done, with buttons to apply and undo it."""
        if not has_curation_perm(request.user, "import_listings"):
            raise PermissionDenied
        run = self.get_or_404(request, object_id)
        if request.method == "POST":
            self._apply_or_undo(request, run)
            return redirect(reverse("admin:curation_importrun_change", args=[run.pk]))
        return self.render_page(
            request,
            "curation/import.html",
            title=run.file_name,
            run=run,
            report=run.preview if run.state == ImportRun.State.PREVIEWED else None,
            steps=_describe_steps(get_imported_model(run), get_visible_steps(run)),
        )

    def _apply_or_undo(self, request: HttpRequest, run: ImportRun) -> None:
        try:
            if "_undo" in request.POST:
                self._report_undo(request, *undo_import(run))
                return
            resume_import(run) if "_resume" in request.POST else apply_import(run)
            self.message_user(request, _("The file is in."))
        except (workflow.ActionRefused, FileError) as refusal:
            self.message_user(request, str(refusal), messages.WARNING)

    def _report_undo(self, request: HttpRequest, done: int, left: list[str]) -> None:
        message = _("%(done)s rows are as they were before this import.")
        self.message_user(request, message % {"done": done})
        if not left:
            return
        names = ", ".join(left[:MAX_NAMES])
        if len(left) > MAX_NAMES:
            names += _(" and %(number)s more") % {"number": len(left) - MAX_NAMES}
        message = _("%(left)s rows were changed or checked since, and stay: %(names)s")
        facts = {"left": len(left), "names": names}
        self.message_user(request, message % facts, messages.WARNING)


def _describe_steps(
    model: type[ProvenanceModel], steps: list[ImportStep] | list[ImportedRow]
) -> list[tuple[int, str, bool, list[Difference]]]:
    """Return (row, name, whether it is added, differences) of each step."""
    described = []
    for step in steps:
        before = {k: v for k, v in step.before.items() if k != "point"}
        after = {k: v for k, v in step.after.items() if k != "point"}
        if "parent_id" in after:
            # Show names instead of ids. In a preview, the parent may have no id yet.
            before["parent_id"], after["parent_id"] = step.parents
        changes = differences(model, before, after)
        described.append((step.row, step.name, step.added, changes))
    return described


admin.site.register(Place, PlaceAdmin)
admin.site.register(Area, AreaAdmin)
admin.site.register(Term, TermAdmin)
admin.site.register(RemovalRequest, RemovalRequestAdmin)
admin.site.unregister([User, Group])
admin.site.register(User, StaffAdmin)
admin.site.register(Group, GroupAdmin)
# Only the user may see the keys and codes of the second factor, and only once.
admin.site.unregister([StaticDevice, TOTPDevice])
