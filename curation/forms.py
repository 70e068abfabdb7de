"""Forms of the desk."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import get_user_model
from django.db.models import BooleanField
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from phonenumber_field.phonenumber import PhoneNumber

from curation.duplicates import like
from curation.models import Check
from curation.state_scope import Reach, out_of_reach, places_in
from curation.unsent_forms import RESTORED
from curation.widgets import AreasField, WeekField
from listings.exchange.importing import FACT_FIELDS
from listings.exchange.workflow import importers
from listings.field_values import Difference, differences, fact_names, value, values
from listings.models import Listing, Term
from listings.phones import dialable
from listings.time_zones import choices as zone_choices

# What a check may cover, in words.
FACT_WORDS = {
    "name": gettext_lazy("Name"),
    "phone": gettext_lazy("Phone and text"),
    "hours": gettext_lazy("Hours"),
    "address": gettext_lazy("Address"),
    "email": gettext_lazy("E-mail"),
    "website": gettext_lazy("Website and chat"),
    "service_area": gettext_lazy("Whom and where it serves"),
    "offers": gettext_lazy("What it offers, and how"),
}
MAX_FILE = 10_000_000
# Of a person's name to sign in with, as Django's table has it.
LONGEST_NAME = 150


class GivenBack:
    """For every form of the desk: one that is given back is shown, and not saved."""

    def full_clean(self) -> None:
        form: Any = super()
        form.full_clean()
        mine: Any = self
        if RESTORED in mine.data:
            mine.add_error(
                None,
                _(
                    "You were signed out before this was saved. It is as you left it: "
                    "look it over, and save it again."
                ),
            )


class DeskForm(GivenBack, forms.Form):
    """A form of the desk that is about no row."""


class DeskModelForm(GivenBack, forms.ModelForm):  # type: ignore[type-arg]  # none at run time
    """A form of the desk about one row."""


class KeptForm(DeskModelForm):
    """Facts at the desk: nothing is overwritten that somebody else just saved."""

    opened_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    # Set by the admin for each request.
    user: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.meanwhile: list[Difference] = []
        if self.instance.pk:
            self.initial["opened_version"] = self.instance.version

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.instance.pk:
            self._compare()
        if "_preview" in self.data:
            self.add_error(None, _("Nothing is saved yet. This is how it would look."))
        return cleaned

    def _compare(self) -> None:
        """Refuse to save over somebody else's save; keep what was typed here."""
        manager = type(self.instance)._default_manager
        now: Any = manager.select_for_update().get(pk=self.instance.pk)
        if self.cleaned_data.get("opened_version") == now.version:
            return
        names = [n for n in fact_names(type(now)) if n in self.fields]
        opened = _as_opened(now, self.cleaned_data.get("opened_version"), names)
        current = values(now, names)
        self.meanwhile = differences(type(now), opened, current)
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data[self.add_prefix("opened_version")] = str(now.version)
        for name in [d.name for d in self.meanwhile]:
            if self._typed(name) == opened.get(name):
                _fill(data, self.add_prefix(name), current[name], now)
        self.data = data
        self.add_error(
            None,
            _(
                "Somebody else saved this while you worked on it. Nothing of "
                "theirs or yours is lost: see what changed, then save again."
            ),
        )

    def _typed(self, name: str) -> Any:
        """What this form says of a fact, as plain data."""
        cleaned = self.cleaned_data.get(name)
        if name == "service_area":
            return self.fields[name].prepare_value(cleaned or [])
        if name == "terms":
            return sorted(f"{t.kind}:{t.slug}" for t in cleaned or [])
        return dialable(cleaned) if isinstance(cleaned, PhoneNumber) else cleaned


class ListingForm(KeptForm):
    """A listing at the desk, with its week, its area, and a look for doubles."""

    hours = WeekField(label=gettext_lazy("Hours"), required=False, max_length=500)
    service_area = AreasField(
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
        self.similar: list[Any] = []
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
            self._look_for_the_same(cleaned)
        if self.user:
            self._stay_in_state(cleaned)
        self._check_area(cleaned)
        return cleaned

    def _check_area(self, cleaned: dict[str, Any]) -> None:
        if not {"service_area_scope", "service_area"} <= set(cleaned):
            return
        try:
            self.instance.check_area(
                cleaned["service_area_scope"], cleaned["service_area"]
            )
        except forms.ValidationError as error:
            self.add_error(None, error)

    def _look_for_the_same(self, cleaned: dict[str, Any]) -> None:
        self.similar = like(type(self.instance), cleaned)
        if self.similar and not cleaned.get("looked"):
            self.fields["looked"].widget = forms.CheckboxInput()
            words = _("This may be listed already. Please look first.")
            self.add_error("looked", words)

    def _stay_in_state(self, cleaned: dict[str, Any]) -> None:
        """What a state curator may not change is said beside its field."""
        before = Reach.of(self.instance) if self.instance.pk else Reach()
        parent = cleaned.get("parent")
        typed: dict[str, Any] = {
            "state": cleaned.get("state"),
            "service_area": places_in(cleaned.get("service_area") or []),
            "service_area_scope": cleaned.get("service_area_scope"),
            "parent": parent and parent.pk,
        }
        after = replace(before, **{n: v for n, v in typed.items() if n in self.fields})
        found = out_of_reach(self.user, type(self.instance), before, after)
        for name, words in found.items():
            self.add_error(name if name in self.fields else None, words)


def _as_opened(listing: Any, version: int | None, names: list[str]) -> dict[str, Any]:
    """The facts as they were when the form was opened."""
    past = listing.history.filter(version=version).first()
    return past_values(past, names) if past else values(listing, names)


def past_values(past: Any, names: list[str]) -> dict[str, Any]:
    """The facts of a row of history as plain data."""
    found = {}
    for name in names:
        if name == "terms":
            rows = past.terms.select_related("term")
            found[name] = sorted(f"{r.term.kind}:{r.term.slug}" for r in rows if r.term)
        elif name == "service_area":
            rows = past.service_area.select_related("place")
            places = [row.place for row in rows if row.place]
            found[name] = AreasField().prepare_value(places)
        else:
            found[name] = value(past, name)
    return found


def _fill(data: Any, name: str, plain: Any, listing: Any) -> None:
    """Put a fact into posted data, as its box would have sent it."""
    if name == "terms":
        data.setlist(name, [str(term.pk) for term in listing.terms.all()])
    elif name == "hours":
        data[name] = plain
        # The boxes of the week are drawn anew from the string.
        data.pop(f"{name}_was", None)
    elif isinstance(listing._meta.get_field(name), BooleanField):
        data[name] = {None: "unknown", True: "true", False: "false"}[plain]
    else:
        data[name] = "" if plain is None else plain


class CheckForm(DeskForm):
    """A check, written down on purpose."""

    how = forms.ChoiceField(
        label=gettext_lazy("How did you check?"),
        choices=Listing.CheckedHow,
        widget=forms.RadioSelect,
    )
    outcome = forms.ChoiceField(
        label=gettext_lazy("What did you find?"),
        choices=Check.Outcome,
        widget=forms.RadioSelect,
    )
    facts = forms.MultipleChoiceField(
        label=gettext_lazy("Which facts are confirmed?"),
        choices=[(fact, FACT_WORDS[fact]) for fact in FACT_FIELDS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    on = forms.DateField(
        label=gettext_lazy("On which day?"),
        initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    because = forms.CharField(
        label=gettext_lazy("If it has closed: why?"),
        help_text=gettext_lazy("Visitors see this."),
        required=False,
        max_length=300,
    )
    note = forms.CharField(
        label=gettext_lazy("Note for the desk"), required=False, max_length=300
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        outcome = cleaned.get("outcome")
        right = (Check.Outcome.RIGHT, Check.Outcome.REOPENED)
        if outcome in right and not cleaned.get("facts"):
            self.add_error("facts", _("Please say which facts you made sure of."))
        closed = (Check.Outcome.PAUSED, Check.Outcome.CLOSED)
        if outcome in closed and not cleaned.get("because"):
            self.add_error("because", _("Please say why it has closed."))
        if cleaned.get("on") and cleaned["on"] > timezone.localdate():
            self.add_error("on", _("A check cannot be in the future."))
        return cleaned


class CloseForm(DeskForm):
    because = forms.CharField(label=gettext_lazy("Why has it closed?"), max_length=300)
    temporarily = forms.BooleanField(label=gettext_lazy("Only for now"), required=False)


class TagForm(DeskForm):
    term = forms.ModelChoiceField(
        label=gettext_lazy("Tag"), queryset=Term.objects.all()
    )


class AssignForm(DeskForm):
    to = forms.ModelChoiceField(
        label=gettext_lazy("Assign to"),
        queryset=get_user_model().objects.filter(is_staff=True, is_active=True),
    )


class DecideForm(DeskForm):
    reason = forms.CharField(
        label=gettext_lazy("Why not?"), required=False, max_length=300
    )
    answer = forms.CharField(
        label=gettext_lazy("Answer to the sender"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class ImportForm(DeskForm):
    kind = forms.ChoiceField(label=gettext_lazy("Kind of file"))
    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        help_text=gettext_lazy("UTF-8, at most 10 MB. You see a preview first."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = sorted(importers())
        self.fields["kind"].choices = [(kind, kind) for kind in kinds]  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_FILE:
            raise forms.ValidationError(_("This file is larger than 10 MB."))
        return file


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
        """The code without the spaces that apps show in it."""
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
    """Django's, for names that the table of wrong passwords can hold."""

    def clean_username(self) -> str:
        name = str(self.cleaned_data["username"])
        if len(name) > LONGEST_NAME:
            raise self.get_invalid_login_error()
        return name
