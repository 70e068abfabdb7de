"""The admin of users and roles, where a colleague's sign-in can be reset."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin, messages
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curation.base_admin import CurationAdmin
from curation.forms import CurationModelForm, RestoredFormMixin
from curation.models import CuratorProfile
from curation.second_factor import reset_sign_in
from curation.sessions import end_sessions_of
from curation.staff_request import StaffRequest

UserRows = QuerySet[User]


class CuratorProfileInline(admin.StackedInline):
    model = CuratorProfile
    can_delete = False
    filter_horizontal = ("states",)


class StaffForm(CurationModelForm, UserChangeForm):
    """Django's form of a user, as a form of the admin."""


class NewStaffForm(RestoredFormMixin, AdminUserCreationForm):
    """Django's form of a new user, as a form of the admin."""


class GroupAdmin(CurationAdmin, auth_admin.GroupAdmin):
    """The admin of roles, which are groups of permissions."""


class StaffAdmin(CurationAdmin, auth_admin.UserAdmin):
    """The admin of users, with the states of state curators."""

    form = StaffForm
    add_form = NewStaffForm
    change_form_template = "curation/user_form.html"
    inlines: ClassVar = [CuratorProfileInline]
    list_display = ("username", "email", "is_staff", "is_active", "last_login")
    actions = ("end_sessions", "reset_sign_ins")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.reset_sign_in_page)
        page = path("<int:pk>/reset-sign-in/", view, name="auth_user_reset_sign_in")
        return [page, *super().get_urls()]

    @admin.action(
        description=gettext_lazy("Sign out on every device"), permissions=["change"]
    )
    def end_sessions(self, request: HttpRequest, queryset: UserRows) -> None:
        ended = sum(end_sessions_of(user) for user in queryset)
        self.message_user(request, _("%(number)s done.") % {"number": ended})

    @admin.action(
        description=gettext_lazy("Reset sign-in (lost phone, locked out)"),
        permissions=["change"],
    )
    def reset_sign_ins(self, request: StaffRequest, queryset: UserRows) -> None:
        for user in queryset:
            self._reset(request, user)

    def reset_sign_in_page(self, request: StaffRequest, pk: int) -> HttpResponse:
        user = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        if request.method == "POST":
            self._reset(request, user)
        return redirect("admin:auth_user_change", pk)

    def _reset(self, request: StaffRequest, user: User) -> None:
        if user.is_superuser and not request.user.is_superuser:
            message = _("Only a superuser can reset the sign-in of %(name)s.")
            self.message_user(request, message % {"name": user}, messages.WARNING)
            return
        reset_sign_in(user)
        self.log_change(request, user, "sign-in reset")
        message = _("%(name)s is signed out, and sets up a phone at the next sign-in.")
        self.message_user(request, message % {"name": user})
