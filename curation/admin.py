"""The desk's own lists: suggestions, checks, links, suspects, imports, people."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

import curation.crisis_admin  # noqa: F401  # registers its models
from curation import workflow
from curation.admin_site import commits_by_parts
from curation.base_admin import DeskAdmin
from curation.forms import DecideForm, ImportForm
from curation.imports import (
    apply_import,
    model_of,
    preview_import,
    resume_import,
    steps_shown,
)
from curation.mail import answer_sender
from curation.models import (
    Check,
    DuplicatePair,
    ImportRun,
    LinkCheck,
    OptOut,
    Reminder,
    Suggestion,
)
from curation.reference_admin import AreaAdmin, PlaceAdmin, TermAdmin, TombstoneAdmin
from curation.roles import may, states_of
from curation.staff_admin import GroupAdmin, StaffAdmin
from curation.state_scope import within_reach
from curation.undo import undo_import
from curation.versioned_admin import KeptAdmin
from curation.work_queue import about_theirs, pairs_of, suggestions_of
from listings.exchange.csv_rows import FileRefused, decode
from listings.field_values import differences, label, values, words
from listings.models import Term
from listings.provenance import Sourced
from listings.removals import Tombstone
from listings.visibility import hidden_facts
from places.models import Area, Place

User = get_user_model()


class OnlyToRead(DeskAdmin):
    """Written by acts of the desk, never by hand."""

    formfield_overrides = KeptAdmin.formfield_overrides

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def one(self, request: HttpRequest, object_id: str) -> Any:
        """The row of this number, if there is one that the reader may see."""
        found: Any = self.get_object(request, object_id)
        if found is None:
            raise Http404
        return found

    def page(self, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
        shared = self.admin_site.each_context(request)
        return render(request, template, {**shared, "opts": self.opts, **context})


class AboutTheirs(OnlyToRead):
    """Rows about listings, as far as the listings may be seen."""

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request).prefetch_related("listing")
        if states_of(request.user) is None:
            return rows
        return rows.filter(about_theirs(request.user))


@admin.register(Check)
class CheckAdmin(AboutTheirs):
    list_display = ("listing", "on", "how", "outcome", "by", "note")
    list_filter = ("outcome", "how")
    list_select_related = ("by",)


@admin.register(LinkCheck)
class LinkCheckAdmin(AboutTheirs):
    list_display = ("url", "listing", "problem", "failures", "moved_to", "asked_at")
    list_filter = ("problem",)


@admin.register(Reminder)
class ReminderAdmin(AboutTheirs):
    list_display = ("listing", "sent_at", "expires_on", "used_at")
    # The link itself is for the organization alone.
    fields = ("listing", "sent_to", "sent_at", "expires_on", "used_at")


@admin.register(OptOut)
class OptOutAdmin(DeskAdmin):
    list_display = ("email", "created_at")


@admin.register(Suggestion)
class SuggestionAdmin(OnlyToRead):
    list_display = ("__str__", "kind", "problem", "state", "created_at", "decided_by")
    list_filter = ("state", "kind", "problem")
    list_select_related = ("decided_by",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return suggestions_of(request.user).prefetch_related("listing")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        """Old and new side by side; accept fact by fact, or decline with a reason."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        suggestion = self.one(request, object_id)
        form = DecideForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            if not may(request.user, "decide_suggestion"):
                raise PermissionDenied
            try:
                self._decide(request, suggestion, form.cleaned_data)
            except workflow.Refused as refusal:
                form.add_error("reason", str(refusal))
            else:
                return redirect(reverse("admin:index"))
        return self.page(
            request,
            "curation/suggestion.html",
            title=str(suggestion),
            suggestion=suggestion,
            version=getattr(suggestion.listing, "version", ""),
            rows=_rows(suggestion, withheld=may(request.user, "see_withheld")),
            form=form,
            removals=workflow.requests_against(suggestion),
            unticked=_unticked(request, suggestion),
            may_decide=may(request.user, "decide_suggestion"),
        )

    def _decide(
        self, request: HttpRequest, suggestion: Suggestion, facts: dict[str, Any]
    ) -> None:
        if "_decline" in request.POST:
            workflow.decline(suggestion, facts["reason"], request.user)
            self.message_user(request, _("Declined."))
        else:
            chosen = request.POST.getlist("fact")
            version = request.POST.get("version", "")
            with within_reach(request.user, suggestion.listing) as touched:
                listing = workflow.accept(suggestion, chosen, request.user, version)
                touched.append(listing)
            self.message_user(request, _("Accepted."))
            self._warn_of_removal(request, suggestion, listing)
        if facts["answer"] and suggestion.sender_email:
            answer_sender(suggestion, facts["answer"])

    def _warn_of_removal(
        self, request: HttpRequest, suggestion: Suggestion, listing: Any
    ) -> None:
        """Say of a new draft that nobody may publish it, and why."""
        if suggestion.object_id or not (found := listing.removal_requests()):
            return
        words = _("It is a draft that stays one: %(name)s asked not to be listed.")
        self.message_user(request, words % {"name": found[0]}, messages.WARNING)


def _unticked(request: HttpRequest, suggestion: Suggestion) -> set[str]:
    """What the curator did not choose, where the page comes back with a refusal."""
    if request.method != "POST":
        return set()
    return set(suggestion.changes) - set(request.POST.getlist("fact"))


def _rows(suggestion: Suggestion, *, withheld: bool) -> list[Any]:
    """(name, label, now, proposed) of each fact that would change."""
    if suggestion.kind == Suggestion.Kind.CHECK:
        return []
    model: Any = suggestion.content_type.model_class()
    listing: Any = suggestion.listing
    if listing is None:
        return [
            (name, label(model, name), "–", words(model, name, plain))
            for name, plain in suggestion.changes.items()
        ]
    hidden = () if withheld else hidden_facts(listing)
    now = values(listing, suggestion.changes)
    return [
        (row.name, row.label, row.before, row.after)
        for row in differences(model, now, suggestion.changes)
        if row.name not in hidden
    ]


@admin.register(DuplicatePair)
class DuplicatePairAdmin(OnlyToRead):
    list_display = ("__str__", "because", "found_at", "dismissed")
    list_filter = ("dismissed", "because")

    def get_queryset(self, request: HttpRequest) -> Any:
        return pairs_of(request.user).prefetch_related("first", "second")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        """To the merge page; or, by POST, "these are two"."""
        if not may(request.user, "merge_listings"):
            raise PermissionDenied
        pair = self.one(request, object_id)
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
class ImportRunAdmin(OnlyToRead):
    """Bring a file in: choose it, look at what it would do, then do it."""

    list_display = ("file_name", "kind", "state", "summary", "by", "created_at")
    change_list_template = "curation/imports.html"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, "import_listings")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.new)
        return [path("new/", view, name="curation_importrun_new"), *super().get_urls()]

    @commits_by_parts
    def new(self, request: HttpRequest) -> HttpResponse:
        if not may(request.user, "import_listings"):
            raise PermissionDenied
        form = ImportForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            kind, file = form.cleaned_data["kind"], form.cleaned_data["file"]
            try:
                content = decode(file.read()).replace("\0", "")
                run = preview_import(kind, file.name[:200], content, request.user)
            except FileRefused as refusal:
                form.add_error("file", str(refusal))
            else:
                return redirect(
                    reverse("admin:curation_importrun_change", args=[run.pk])
                )
        title = _("Import a file")
        return self.page(
            request, "curation/form.html", title=title, form=form, files=True
        )

    @commits_by_parts
    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        """The preview, and what was done; apply it, or undo it."""
        if not may(request.user, "import_listings"):
            raise PermissionDenied
        run = self.one(request, object_id)
        if request.method == "POST":
            self._act(request, run)
            return redirect(reverse("admin:curation_importrun_change", args=[run.pk]))
        return self.page(
            request,
            "curation/import.html",
            title=run.file_name,
            run=run,
            report=run.preview if run.state == ImportRun.State.PREVIEWED else None,
            steps=_steps(model_of(run), steps_shown(run)),
        )

    def _act(self, request: HttpRequest, run: ImportRun) -> None:
        try:
            if "_undo" in request.POST:
                self._say_undone(request, *undo_import(run))
                return
            resume_import(run) if "_resume" in request.POST else apply_import(run)
            self.message_user(request, _("The file is in."))
        except (workflow.Refused, FileRefused) as refusal:
            self.message_user(request, str(refusal), messages.WARNING)

    def _say_undone(self, request: HttpRequest, done: int, left: list[str]) -> None:
        words = _("%(done)s rows are as they were before this import.")
        self.message_user(request, words % {"done": done})
        if not left:
            return
        names = ", ".join(left[:NAMES_SHOWN])
        if len(left) > NAMES_SHOWN:
            names += _(" and %(number)s more") % {"number": len(left) - NAMES_SHOWN}
        words = _("%(left)s rows were changed or checked since, and stay: %(names)s")
        facts = {"left": len(left), "names": names}
        self.message_user(request, words % facts, messages.WARNING)


# Names in the message about what an undo left.
NAMES_SHOWN = 20


def _steps(model: type[Sourced], steps: list[Any]) -> list[Any]:
    """(row, name, added, differences) of each row that does something."""
    shown = []
    for step in steps:
        before = {k: v for k, v in step.before.items() if k != "point"}
        after = {k: v for k, v in step.after.items() if k != "point"}
        if "parent_id" in after:
            # The number says nothing to people, and a preview's parent is not there.
            before["parent_id"], after["parent_id"] = step.parents
        changes = differences(model, before, after)
        shown.append((step.row, step.name, step.added, changes))
    return shown


admin.site.register(Place, PlaceAdmin)
admin.site.register(Area, AreaAdmin)
admin.site.register(Term, TermAdmin)
admin.site.register(Tombstone, TombstoneAdmin)
admin.site.unregister([User, Group])
admin.site.register(User, StaffAdmin)
admin.site.register(Group, GroupAdmin)
# Codes and keys of the second factor are shown once, to their owner alone.
admin.site.unregister([StaticDevice, TOTPDevice])
