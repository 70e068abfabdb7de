"""The admin of suggestions, checks, links, duplicates, imports and users."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

import curation.crisis_admin
import curation.import_admin  # noqa: F401  # Both register their models.
from curation import workflow
from curation.base_admin import CurationAdmin, ExtraContext, ReadOnlyAdmin, RecordAdmin
from curation.forms import DecideForm
from curation.mail import answer_sender
from curation.models import (
    Check,
    DuplicatePair,
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
from listings.field_values import (
    differences,
    fact_label,
    fact_text,
    fact_values,
)
from listings.models import Listing, Term
from listings.removals import RemovalRequest
from listings.visibility import withheld_fields
from places.models import Area, Place


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
        form = DecideForm(
            request.POST or None, has_sender=bool(suggestion.sender_email)
        )
        if request.method == "POST" and form.is_valid():
            if not has_curation_perm(request.user, "decide_suggestion"):
                raise PermissionDenied
            try:
                self._decide(cast(StaffRequest, request), suggestion, form.cleaned_data)
            except workflow.ActionRefused as refusal:
                form.add_error("reason", str(refusal))
            else:
                return redirect(self._next_address(request, suggestion))
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
            may_publish=has_curation_perm(request.user, "publish_listing")
            and suggestion.kind == Suggestion.Kind.NEW,
        )

    def _next_address(self, request: HttpRequest, suggestion: Suggestion) -> str:
        """Return the address of the next suggestion of this kind, or the queue."""
        rows = suggestions_for(request.user).open().filter(kind=suggestion.kind)
        if following := rows.exclude(pk=suggestion.pk).first():
            return reverse("admin:curation_suggestion_change", args=[following.pk])
        return reverse("admin:index")

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
                if "_publish" in request.POST:
                    workflow.publish(listing)
                touched.append(listing)
            self.message_user(request, _accepted_message(listing))
            self._warn_of_removal_request(request, suggestion, listing)
        if facts.get("answer"):
            answer_sender(suggestion, facts["answer"])

    def _warn_of_removal_request(
        self, request: HttpRequest, suggestion: Suggestion, listing: Listing
    ) -> None:
        """Tell the curator that a new draft cannot be published, and why."""
        if suggestion.object_id or not (found := listing.removal_requests()):
            return
        message = _("It is a draft that stays one: %(name)s asked not to be listed.")
        self.message_user(request, message % {"name": found[0]}, messages.WARNING)


def _accepted_message(subject: models.Model) -> str:
    """Return a message that leads to what was accepted, and says if it is a draft."""
    opts = subject._meta
    name = f"admin:{opts.app_label}_{opts.model_name}_change"
    link = format_html('<a href="{}">{}</a>', reverse(name, args=[subject.pk]), subject)
    is_draft = getattr(subject, "status", "") == Listing.Status.DRAFT
    words = _("Accepted as a draft, not public yet: {}.") if is_draft else ""
    return format_html(words or _("Accepted: {}."), link)


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
    actions = ("dismiss_selected",)

    def has_merge_permission(self, request: HttpRequest) -> bool:
        return has_curation_perm(request.user, "merge_listings")

    @admin.action(description=gettext_lazy("Not duplicates"), permissions=["merge"])
    def dismiss_selected(
        self, request: HttpRequest, queryset: models.QuerySet[DuplicatePair]
    ) -> None:
        """Dismiss a group of pairs, such as all branches that share a website."""
        done = queryset.filter(dismissed=False).update(dismissed=True)
        message = ngettext(
            "%(number)s pair is saved as not duplicates.",
            "%(number)s pairs are saved as not duplicates.",
            done,
        )
        self.message_user(request, message % {"number": done})

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
            self.message_user(request, _("Saved: they are not duplicates."))
            return redirect(reverse("admin:index"))
        opts = pair.first._meta
        name = f"admin:{opts.app_label}_{opts.model_name}_merge"
        address = reverse(name, args=[pair.first_id, pair.second_id])
        return redirect(f"{address}?pair={pair.pk}")


admin.site.register(Place, PlaceAdmin)
admin.site.register(Area, AreaAdmin)
admin.site.register(Term, TermAdmin)
admin.site.register(RemovalRequest, RemovalRequestAdmin)
admin.site.unregister([User, Group])
admin.site.register(User, StaffAdmin)
admin.site.register(Group, GroupAdmin)
# Only the user may see the keys and codes of the second factor, and only once.
admin.site.unregister([StaticDevice, TOTPDevice])
