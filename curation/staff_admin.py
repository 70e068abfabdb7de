"""People with an account, their roles, and how a colleague gets back in."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curation.base_admin import DeskAdmin
from curation.forms import DeskModelForm, GivenBack
from curation.models import CuratorProfile
from curation.second_factor import reset_sign_in
from curation.sessions import end_all


class DeskInline(admin.StackedInline):
    model = CuratorProfile
    can_delete = False
    filter_horizontal = ("states",)


class StaffForm(DeskModelForm, UserChangeForm):
    """Django's form of a person."""


class NewStaffForm(GivenBack, AdminUserCreationForm):
    """Django's form for a new account."""


class GroupAdmin(DeskAdmin, auth_admin.GroupAdmin):
    """Roles: groups of permissions."""


class StaffAdmin(DeskAdmin, auth_admin.UserAdmin):
    """People with an account; their states are beside their role."""

    form = StaffForm
    add_form = NewStaffForm
    change_form_template = "curation/user_form.html"
    inlines: ClassVar = [DeskInline]
    list_display = ("username", "email", "is_staff", "is_active", "last_login")
    actions = ("end_sessions", "reset_sign_ins")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.reset_one)
        own = path("<int:pk>/reset-sign-in/", view, name="auth_user_reset_sign_in")
        return [own, *super().get_urls()]

    @admin.action(
        description=gettext_lazy("Sign out on every device"), permissions=["change"]
    )
    def end_sessions(self, request: HttpRequest, queryset: Any) -> None:
        ended = sum(end_all(person) for person in queryset)
        self.message_user(request, _("%(number)s done.") % {"number": ended})

    @admin.action(
        description=gettext_lazy("Reset sign-in (lost phone, locked out)"),
        permissions=["change"],
    )
    def reset_sign_ins(self, request: HttpRequest, queryset: Any) -> None:
        for person in queryset:
            self._reset(request, person)

    def reset_one(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take a colleague's lost phone off their account."""
        person = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_change_permission(request, person):
            raise PermissionDenied
        if request.method == "POST":
            self._reset(request, person)
        return redirect("admin:auth_user_change", pk)

    def _reset(self, request: HttpRequest, person: Any) -> None:
        if person.is_superuser and not request.user.is_superuser:
            words = _("Only a superuser can reset the sign-in of %(name)s.")
            self.message_user(request, words % {"name": person}, messages.WARNING)
            return
        reset_sign_in(person)
        self.log_change(request, person, "sign-in reset")
        words = _("%(name)s is signed out, and sets up a phone at the next sign-in.")
        self.message_user(request, words % {"name": person})
