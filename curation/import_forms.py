"""The forms of imports: choose a file, and choose how it is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curation.forms import CurationForm
from curation.models import ImportRun
from listings.exchange.cells import read_date
from listings.exchange.choices import (
    BRANCH,
    DIFFERENT,
    SAME,
    UNDECIDED,
    ImportChoices,
)
from listings.exchange.workflow import importers
from listings.models import Listing

MAX_UPLOAD_BYTES = 10_000_000
KIND_LABELS = {
    "exported-organizations": gettext_lazy("Organizations"),
    "exported-warmlines": gettext_lazy("Warmlines"),
    "meetings": gettext_lazy("Meetings"),
    "credentials": gettext_lazy("Credentials"),
    "crisis_lines": gettext_lazy("Crisis lines"),
    "crisis_phrases": gettext_lazy("Words of distress"),
    "organizations": gettext_lazy("Organizations, in the format of the starter file"),
    "cils": gettext_lazy(
        "Centers for Independent Living, in the format of the starter file"
    ),
    "warmlines": gettext_lazy("Warmlines, in the format of the starter file"),
}
SOURCE_FIELDS = ("source_name", "source_url", "source_seen", "source_license")


def kind_choices() -> list[tuple[str, str]]:
    kinds = importers()
    named = [kind for kind in KIND_LABELS if kind in kinds]
    others = sorted(kinds.keys() - KIND_LABELS.keys())
    return [(kind, str(KIND_LABELS.get(kind, kind))) for kind in (*named, *others)]


class ImportForm(CurationForm):
    kind = forms.ChoiceField(label=gettext_lazy("Kind of file"))
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "An Excel, OpenDocument or CSV file of at most 10 MB. You see a preview "
            "first."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["kind"]).choices = kind_choices()

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if file.size and file.size > MAX_UPLOAD_BYTES:
            raise forms.ValidationError(_("This file is larger than 10 MB."))
        return file


class ChoicesForm(CurationForm):
    """How a file is read: its columns, its source, and rows that look like listings."""

    as_drafts = forms.BooleanField(
        label=gettext_lazy("Add new listings as drafts"), required=False
    )

    def __init__(self, run: ImportRun, data: Any = None) -> None:
        self.choices = ImportChoices.from_json(run.choices)
        self.importer = importers()[run.kind]
        self.model: Any = self.importer.model
        preview = run.preview or {}
        self.names = list(preview["columns"])
        self.duplicates: dict[str, Any] = preview.get("duplicates", {})
        super().__init__(data)
        self._add_columns(preview["columns"])
        self._add_defaults()
        self._add_matches()
        if issubclass(self.model, Listing):
            self.fields["as_drafts"].initial = self.choices.as_drafts
        else:
            del self.fields["as_drafts"]

    def _add_columns(self, columns: dict[str, str]) -> None:
        labels = self.importer.column_labels()
        known = sorted(self.importer.columns | self.importer.optional_columns)
        options = [(c, f"{labels[c]} ({c})" if c in labels else c) for c in known]
        for number, name in enumerate(self.names):
            self.fields[f"column_{number}"] = forms.ChoiceField(
                label=name,
                required=False,
                choices=[("", _("Not imported")), *options],
                initial=columns[name],
            )

    def _add_defaults(self) -> None:
        has_kind = issubclass(self.model, Listing) and hasattr(self.model, "Kind")
        if has_kind:
            self.fields["default_kind"] = forms.ChoiceField(
                label=_("Kind of the listings, where the file does not say it"),
                required=False,
                choices=[("", "–"), *self.model.Kind.choices],
            )
        for name in SOURCE_FIELDS:
            field = self.model._meta.get_field(name)
            options = {"required": False, "label": str(field.verbose_name).capitalize()}
            if name == "source_url":
                options["assume_scheme"] = "https"
            self.fields[f"default_{name}"] = field.formfield(**options)
        for name in self.fields:
            if name.startswith("default_"):
                stored = self.choices.defaults.get(name.removeprefix("default_"), "")
                self.fields[name].initial = stored

    def _add_matches(self) -> None:
        for row, likely in self.duplicates.items():
            number = int(row)
            what, key = self.choices.matches.get(number, (UNDECIDED, ""))
            self.fields[f"match_{row}"] = forms.ChoiceField(
                label=_("Row %(number)s: %(name)s")
                % {"number": number, "name": likely["name"]},
                choices=list(self._match_options(likely)),
                initial=f"{what}|{key}",
                widget=forms.RadioSelect,
            )

    def _match_options(self, likely: dict[str, Any]) -> Iterator[tuple[str, str]]:
        yield f"{UNDECIDED}|", _("Not decided: the row is not imported")
        for listing in likely["found"]:
            said = {"name": listing["name"], "place": listing["place"] or "–"}
            said["reason"] = listing["reason"]
            key = listing["key"]
            words = _("The same as %(name)s (%(place)s; %(reason)s)")
            yield f"{SAME}|{key}", words % said
            if "parent" in self.importer.optional_columns:
                words = _("A branch of %(name)s (%(place)s)")
                yield f"{BRANCH}|{key}", words % said
        yield f"{DIFFERENT}|", _("A different listing")

    def clean_default_source_seen(self) -> str:
        return read_date(self.cleaned_data["default_source_seen"])[0]

    def clean(self) -> None:
        used = [self.cleaned_data.get(f"column_{n}") for n in range(len(self.names))]
        for number, column in enumerate(used):
            if column and used.count(column) > 1:
                words = _("Two columns cannot be read as the same one.")
                self.add_error(f"column_{number}", ValidationError(words))

    def get_choices(self) -> ImportChoices:
        """Return the choices of a valid form."""
        data = self.cleaned_data
        matches = {int(row): _split(data[f"match_{row}"]) for row in self.duplicates}
        defaults = {
            name.removeprefix("default_"): str(value or "")
            for name, value in data.items()
            if name.startswith("default_")
        }
        return replace(
            self.choices,
            columns={n: data[f"column_{i}"] for i, n in enumerate(self.names)},
            defaults=defaults,
            as_drafts=data.get("as_drafts", False),
            matches=matches,
        )

    def fields_of(self, prefix: str) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(prefix)]

    @property
    def column_fields(self) -> list[forms.BoundField]:
        return self.fields_of("column_")

    @property
    def source_fields(self) -> list[forms.BoundField]:
        return self.fields_of("default_")

    @property
    def match_fields(self) -> list[forms.BoundField]:
        return self.fields_of("match_")


def _split(value: str) -> tuple[str, str]:
    what, _bar, key = value.partition("|")
    return what, key
