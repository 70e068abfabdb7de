"""What the admin of everything with a trail shares: a guard, a history, a way back."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from curation.audit_trail import put_back, trail
from curation.base_admin import DeskAdmin
from curation.forms import KeptForm
from curation.roles import may
from curation.state_scope import within_reach
from curation.workflow import Refused

# What Django calls a fieldset: a heading, and the fields under it.
Fieldset = tuple[Any, Any]


class KeptAdmin(DeskAdmin):
    """For rows with `version` and `history`: listings, guides, credentials."""

    form: Any = KeptForm
    change_form_template = "curation/kept_form.html"
    # An address typed without its scheme is taken as https.
    formfield_overrides: ClassVar = {models.URLField: {"assume_scheme": "https"}}
    list_per_page = 50
    show_full_result_count = False

    class Media:
        css = {"all": ["css/curation.css"]}

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, *args, **kwargs)
        form.user = request.user
        return form

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows are closed, not deleted: old addresses and numbers must live."""
        return False

    def save_model(
        self, request: HttpRequest, obj: Any, form: Any, change: bool
    ) -> None:
        if change:
            obj.version += 1
        obj._change_reason = _("edited at the desk")
        super().save_model(request, obj, form, change)

    def _one(self, request: HttpRequest, pk: int) -> Any:
        return get_object_or_404(self.get_queryset(request), pk=pk)

    def _to(self, pk: int) -> HttpResponse:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return redirect(reverse(name, args=[pk]))

    def _page(self, request: HttpRequest, **context: Any) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            **context,
        }
        return render(request, context.pop("template"), context)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
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
                with within_reach(request.user, listing):
                    put_back(listing, row, _("put back"), seen)
            except Refused as refusal:
                self.message_user(request, str(refusal), messages.WARNING)
                return redirect(request.path)
            self.message_user(request, _("The facts are as they were then."))
            return self._to(listing.pk)
        return self._page(
            request,
            template="curation/history.html",
            title=_("History"),
            listing=listing,
            entries=trail(listing, withheld=may(request.user, "see_withheld")),
            may_change=self.has_change_permission(request, listing),
        )
