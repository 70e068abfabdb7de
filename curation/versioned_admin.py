"""The admin of rows with a history: it detects edit conflicts and restores versions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from curation.audit_trail import build_audit_trail, restore_revision
from curation.base_admin import CurationAdmin, ExtraContext
from curation.errors import ActionRefused
from curation.forms import VersionedForm
from curation.roles import has_curation_perm
from curation.state_scope import enforce_scope


class VersionedAdmin(CurationAdmin):
    """The admin of rows with `version` and `history`: listings, guides, credentials."""

    form: Any = VersionedForm
    change_form_template = "curation/versioned_form.html"
    list_per_page = 50
    show_full_result_count = False

    class Media:
        css = {"all": ["css/curation.css"]}

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, *args, **kwargs)
        form.user = request.user
        return form

    def has_delete_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """Forbid it: rows are closed, so that their addresses and ids stay valid."""
        return False

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: bool
    ) -> None:
        if change:
            obj.version += 1
        obj._change_reason = _("edited")
        super().save_model(request, obj, form, change)

    def _redirect_to(self, pk: int) -> HttpResponse:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return redirect(reverse(name, args=[pk]))

    def history_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: ExtraContext | None = None,
    ) -> HttpResponse:
        listing = self.get_object(request, object_id)
        if listing is None:
            raise Http404
        if not self.has_view_or_change_permission(request, listing):
            raise PermissionDenied
        if request.method == "POST":
            if not self.has_change_permission(request, listing):
                raise PermissionDenied
            row, seen = (request.POST.get(name, "") for name in ("row", "version"))
            try:
                with enforce_scope(request.user, listing):
                    restore_revision(listing, row, _("put back"), seen)
            except ActionRefused as refusal:
                self.message_user(request, str(refusal), messages.WARNING)
                return redirect(request.path)
            self.message_user(request, _("This version is restored."))
            return self._redirect_to(listing.pk)
        return self.render_page(
            request,
            "curation/history.html",
            title=_("History"),
            listing=listing,
            entries=build_audit_trail(
                listing, withheld=has_curation_perm(request.user, "see_withheld")
            ),
            may_change=self.has_change_permission(request, listing),
        )
