"""The forms of the admin."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeAlias, cast

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.models import User
from django.db.models import BooleanField
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from phonenumber_field.phonenumber import PhoneNumber

from curation.duplicates import find_similar
from curation.historical_values import historical_values
from curation.roles import find_checkers, has_curation_perm
from curation.staff_request import AnyUser
from curation.state_scope import ListingScope, find_scope_violations, place_codes
from curation.unsent_forms import RESTORED_FIELD
from curation.widgets import ServiceAreaField, WeeklyHoursField
from listings import service_areas
from listings.field_values import (
    Difference,
    differences,
    fact_names,
    fact_values,
    form_field,
)
from listings.models import Listing, Term
from listings.phones import dialable
from listings.time_zones import choices as zone_choices
from listings.visibility import withheld_fields
from places.geocoders import find_place

# The widgets of a model form by field, as Django takes them.
Widgets: TypeAlias = dict[str, type[forms.Widget] | forms.Widget]
# Longer names do not fit into the table of failed sign-ins.
MAX_USERNAME_LENGTH = 150


class RestoredFormMixin:
    """Make a form invalid after it was restored, so that it is shown and not saved."""

    def full_clean(self) -> None:
        form: Any = super()
        form.full_clean()
        this: Any = self
        if RESTORED_FIELD in this.data:
            this.add_error(
                None,
                _(
                    "You were signed out before this was saved. It is as you left it: "
                    "look it over, and save it again."
                ),
            )


class CurationForm(RestoredFormMixin, forms.Form):
    """A form of the admin that does not edit one row."""


class CurationModelForm(RestoredFormMixin, forms.ModelForm):  # type: ignore[type-arg]  # It takes no argument at run time.
    """A form of the admin that edits one row."""


class VersionedForm(CurationModelForm):
    """A form that does not overwrite what another curator saved in the meantime."""

    opened_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    # The admin sets it for each request.
    user: AnyUser | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conflicts: list[Difference] = []
        if self.instance.pk:
            self.initial["opened_version"] = self.instance.version

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.instance.pk:
            self._check_for_conflict()
        if "_preview" in self.data:
            self.add_error(None, _("Nothing is saved yet. This is how it would look."))
        return cleaned

    def _check_for_conflict(self) -> None:
        """Add an error if the row was saved since the form was opened.

        Facts that were not edited here get their current value, so that the form can
        be saved again.
        """
        manager = type(self.instance)._default_manager
        now: Any = manager.select_for_update().get(pk=self.instance.pk)
        if self.cleaned_data.get("opened_version") == now.version:
            return
        names = [n for n in fact_names(type(now)) if n in self.fields]
        opened = _values_at(now, self.cleaned_data.get("opened_version"), names)
        current = fact_values(now, names)
        self.conflicts = differences(type(now), opened, current)
        data = cast(QueryDict, self.data).copy()
        data[self.add_prefix("opened_version")] = str(now.version)
        for name in [d.name for d in self.conflicts]:
            if self.typed_value(name) == opened.get(name):
                _set_posted(data, self.add_prefix(name), current[name], now)
        self.data = data
        self.add_error(
            None,
            _(
                "Somebody else saved this while you worked on it. Nothing of "
                "theirs or yours is lost: see what changed, then save again."
            ),
        )

    def typed_value(self, name: str) -> Any:
        """Return the fact that was typed, as plain data."""
        cleaned = self.cleaned_data.get(name)
        if name == "service_area":
            return self.fields[name].prepare_value(cleaned or [])
        if name == "terms":
            return sorted(f"{t.kind}:{t.slug}" for t in cleaned or [])
        return dialable(cleaned) if isinstance(cleaned, PhoneNumber) else cleaned


class ListingForm(VersionedForm):
    """The form of a listing. It also warns of duplicates before one is added."""

    hours = WeeklyHoursField(
        label=gettext_lazy("Hours"), required=False, max_length=500
    )
    service_area = ServiceAreaField(
        label=gettext_lazy("States and counties served"),
        required=False,
        help_text=gettext_lazy(
            "One line each: “Montana” for the whole state, "
            "“Wyoming: Park, Big Horn” for counties."
        ),
    )
    looked = forms.BooleanField(
        label=gettext_lazy("I looked: it is none of the listings named above"),
        required=False,
        widget=forms.HiddenInput,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.similar: list[Listing] = []
        if self.instance.pk and "service_area" in self.fields:
            self.initial["service_area"] = list(self.instance.service_area.all())
        if "timezone" in self.fields:
            self.fields["timezone"] = forms.ChoiceField(
                label=self.fields["timezone"].label,
                choices=zone_choices(self.instance.timezone),
                required=False,
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.instance.pk:
            self._check_for_duplicates(cleaned)
        if self.user:
            self._check_scope(self.user, cleaned)
        self._check_service_area(cleaned)
        self._fill_time_zone(cleaned)
        return cleaned

    def _fill_time_zone(self, cleaned: dict[str, Any]) -> None:
        """Take the time zone of the place if hours are typed and no zone is chosen."""
        if "timezone" not in self.fields or cleaned.get("timezone"):
            return
        place = find_place(
            *(str(cleaned.get(n) or "") for n in ("city", "state", "zip_code"))
        )
        if cleaned.get("hours") and place is not None:
            cleaned["timezone"] = place.timezone

    def _check_service_area(self, cleaned: dict[str, Any]) -> None:
        if not {"service_area_scope", "service_area"} <= set(cleaned):
            return
        try:
            service_areas.check_scope(
                cleaned["service_area_scope"], cleaned["service_area"]
            )
        except forms.ValidationError as error:
            self.add_error(None, error)

    def _check_for_duplicates(self, cleaned: dict[str, Any]) -> None:
        self.similar = find_similar(type(self.instance), cleaned)
        if self.similar and not cleaned.get("looked"):
            self.fields["looked"].widget = forms.CheckboxInput()
            message = _("This may be listed already. Please look first.")
            self.add_error("looked", message)

    def _check_scope(self, user: AnyUser, cleaned: dict[str, Any]) -> None:
        """Add an error to each field that a state curator may not change like this."""
        is_new = not self.instance.pk
        before = ListingScope() if is_new else ListingScope.of(self.instance)
        parent = cleaned.get("parent")
        typed: dict[str, Any] = {
            "state": cleaned.get("state"),
            "service_area": place_codes(cleaned.get("service_area") or []),
            "service_area_scope": cleaned.get("service_area_scope"),
            "parent": parent and parent.pk,
        }
        after = replace(before, **{n: v for n, v in typed.items() if n in self.fields})
        found = find_scope_violations(user, type(self.instance), before, after)
        for name, message in found.items():
            self.add_error(name if name in self.fields else None, message)


def build_fact_form(
    listing: Listing,
    user: AnyUser,
    names: Iterable[str],
    base: type[ListingForm],
    widgets: Widgets | None = None,
) -> type[ListingForm]:
    """Return a form of the named facts, without a withheld street for some users."""
    may_see = has_curation_perm(user, "see_withheld")
    hidden = () if may_see else withheld_fields(listing)
    form_class: Any = forms.modelform_factory(
        type(listing),
        form=base,
        fields=[name for name in names if name not in hidden],
        formfield_callback=form_field,
        widgets=widgets,
    )
    form_class.user = user
    return cast(type[ListingForm], form_class)


def _values_at(row: Any, version: int | None, names: list[str]) -> dict[str, Any]:
    """Return the facts of a version, or the current ones if it is unknown."""
    past = row.history.filter(version=version).first()
    return historical_values(past, names) if past else fact_values(row, names)


def _set_posted(data: QueryDict, name: str, plain: Any, row: Any) -> None:
    """Set a fact in posted data, in the form in which its field is sent."""
    if name == "terms":
        data.setlist(name, [str(term.pk) for term in row.terms.all()])
    elif name == "hours":
        data[name] = plain
        # Without it, the fields of the days are filled from the string again.
        data.pop(f"{name}_was", None)
    elif isinstance(row._meta.get_field(name), BooleanField):
        data[name] = {None: "unknown", True: "true", False: "false"}[plain]
    else:
        data[name] = "" if plain is None else plain


class CloseForm(CurationForm):
    closure_reason = forms.CharField(
        label=gettext_lazy("Why has it closed?"), max_length=300
    )
    temporarily = forms.BooleanField(label=gettext_lazy("Only for now"), required=False)


class TagForm(CurationForm):
    term = forms.ModelChoiceField(
        label=gettext_lazy("Tag"), queryset=Term.objects.all()
    )


class AssignForm(CurationForm):
    to = forms.ModelChoiceField(
        label=gettext_lazy("Assign to"),
        queryset=User.objects.none(),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: Any = self.fields["to"]
        people.queryset = find_checkers()


class DecideForm(CurationForm):
    reason = forms.CharField(
        label=gettext_lazy("Reason for declining"), required=False, max_length=300
    )
    answer = forms.CharField(
        label=gettext_lazy("Answer to the sender"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, has_sender: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_sender:
            # An answer to nobody would be lost.
            del self.fields["answer"]


class TokenForm(forms.Form):
    token = forms.CharField(
        label=gettext_lazy("Code from your phone, or a backup code"),
        max_length=16,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autofocus": True}
        ),
    )

    @property
    def code(self) -> str:
        """The code without the spaces with which apps show it."""
        return str(self.cleaned_data["token"]).replace(" ", "")


class PasswordForm(forms.Form):
    password = forms.CharField(
        label=gettext_lazy("Your password, once more"),
        strip=False,
        widget=forms.PasswordInput(
            attrs={"autocomplete": "current-password", "autofocus": True}
        ),
    )


class SignInForm(AdminAuthenticationForm):
    """Django's form, which also rejects names that are too long to be logged."""

    def clean_username(self) -> str:
        name = str(self.cleaned_data["username"])
        if len(name) > MAX_USERNAME_LENGTH:
            raise self.get_invalid_login_error()
        return name
