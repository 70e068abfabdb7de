"""The form fields of a schedule: typed text, plain boxes, and dates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from listings.time_zones import choices as zone_choices
from listings.weekly_hours_form import InvalidSpan, parse_clock_time
from meetings.admin.rule_boxes import DAYS, WEEKS, RuleBoxes
from meetings.admin.schedule_preview import SchedulePreview, build_preview
from meetings.admin.schedule_words import read_schedule
from meetings.models import SCHEDULE_PARSERS, Meeting
from meetings.schedule import CLOCK_TIME, InvalidSchedule
from meetings.schedule_text import ordinal_text

REPEATS = (
    ("", gettext_lazy("No rule: see the dates or the text below")),
    ("weekly", gettext_lazy("By week")),
    ("monthly", gettext_lazy("By month")),
)
MAX_INTERVAL = 99
BOTH_CHANGED = gettext_lazy(
    "You changed the boxes and the rule as text. Change only one of them."
)


class RuleWidget(forms.Widget):
    """A rule as plain boxes, and again as RFC 5545 text. The edited one counts."""

    template_name = "meetings/admin/rule_widget.html"
    use_fieldset = True
    # Set by the form, so that the preview is next to the boxes.
    get_preview: Callable[[], SchedulePreview | None] | None = None

    def value_from_datadict(
        self, data: Mapping[str, Any], files: object, name: str
    ) -> dict[str, Any]:
        boxes = {
            key: data.get(f"{name}_{key}", "") for key in ("repeats", "every", "until")
        }
        return {
            **boxes,
            "days": tuple(day for day in DAYS if f"{name}_{day}" in data),
            "weeks": tuple(week for week in WEEKS if f"{name}_week{week}" in data),
            "text": data.get(name, ""),
            "opened": data.get(f"{name}_opened"),
            "was": data.get(f"{name}_was"),
        }

    def value_omitted_from_data(
        self, data: Mapping[str, Any], files: object, name: str
    ) -> bool:
        return name not in data and f"{name}_was" not in data

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        typed = value if isinstance(value, dict) else _split_rule(value or "")
        context["widget"] |= {
            **typed,
            "has_boxes": typed["was"] is not None,
            "repeat_choices": REPEATS,
            "day_choices": [
                (day, WEEKDAYS[number], day in typed["days"])
                for number, day in enumerate(DAYS)
            ],
            "week_choices": [
                (week, ordinal_text(week), week in typed["weeks"]) for week in WEEKS
            ],
            "preview": self.get_preview() if self.get_preview else None,
        }
        return context


def _split_rule(text: str) -> dict[str, Any]:
    found = RuleBoxes.parse(text)
    boxes = found or RuleBoxes()
    return {
        "repeats": boxes.repeats,
        "every": boxes.interval,
        "until": boxes.until,
        "days": boxes.days,
        "weeks": boxes.weeks,
        "text": text,
        "opened": text,
        "was": None if found is None else str(found),
    }


class RuleField(forms.CharField):
    """A rule. The cleaned value is RFC 5545 text, or ""."""

    widget = RuleWidget

    def clean(self, value: Any) -> str:
        if not isinstance(value, dict):
            return str(super().clean(value))
        text = "\n".join(str(value["text"]).split())
        if value["was"] is None:
            return text
        try:
            boxes = str(_read_boxes(value))
        except InvalidSchedule as error:
            raise ValidationError(str(error), code="rule") from None
        is_text_changed = text.split() != str(value["opened"] or "").split()
        if boxes == value["was"]:
            return text
        if is_text_changed and text != boxes:
            raise ValidationError(BOTH_CHANGED, code="rule")
        return boxes

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.clean(data).split() != (initial or "").split()
        except ValidationError:
            return True


def _read_boxes(value: dict[str, Any]) -> RuleBoxes:
    """Raises InvalidSchedule."""
    every, until = str(value["every"] or "1").strip(), str(value["until"]).strip()
    if not (every.isascii() and every.isdigit() and 1 <= int(every) <= MAX_INTERVAL):
        raise InvalidSchedule(
            _("“Every” needs a whole number from 1 to %(most)s.")
            % {"most": MAX_INTERVAL}
        )
    SCHEDULE_PARSERS["first_on"](until)
    return RuleBoxes.of(
        value["repeats"] if value["repeats"] in ("weekly", "monthly") else "",
        interval=int(every),
        days=value["days"],
        weeks=value["weeks"],
        until=until,
    )


class ScheduleForm(forms.Form):
    """The schedule of a meeting, as a curator types it."""

    schedule_words = forms.CharField(
        label=gettext_lazy("When does it meet?"),
        required=False,
        max_length=200,
        help_text=gettext_lazy(
            "Type it, like “every 2nd and 4th Thursday, 6:30 pm, Pacific”, and see the "
            "dates below. Or leave this empty and use the boxes."
        ),
        widget=forms.TextInput(attrs={"size": 60, "autocomplete": "off"}),
    )
    rules = RuleField(label=gettext_lazy("How often"), required=False, max_length=2_000)
    start_time = forms.CharField(
        label=gettext_lazy("Begins at"),
        required=False,
        max_length=12,
        help_text=gettext_lazy("Like 6:30 pm, in the group's own time zone."),
    )
    duration_minutes = Meeting._meta.get_field("duration_minutes").formfield()
    timezone = forms.ChoiceField(label=gettext_lazy("Time zone"), required=False)
    first_on = forms.CharField(
        label=gettext_lazy("A day on which it met"),
        required=False,
        max_length=10,
        help_text=gettext_lazy("“Every other week” needs it, to count from."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    extra_dates = Meeting._meta.get_field("extra_dates").formfield()
    skipped_dates = Meeting._meta.get_field("skipped_dates").formfield()
    skips_holidays = Meeting._meta.get_field("skips_holidays").formfield()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filled_from_words: list[str] = []
        zone = self.fields.get("timezone")
        if zone:
            zone.choices = zone_choices(self.initial.get("timezone") or "")  # type: ignore[attr-defined]
        if "rules" in self.fields:
            widget = self.fields["rules"].widget
            widget.get_preview = self.build_preview
        for name in ("extra_dates", "skipped_dates"):
            if name in self.fields:
                self.fields[name].widget = forms.Textarea(attrs={"rows": 2, "cols": 40})

    @property
    def changed_data(self) -> list[str]:
        """Include the fields that the typed text filled."""
        names = super().changed_data
        return [*names, *(n for n in self.filled_from_words if n not in names)]

    def clean_start_time(self) -> str:
        text = str(self.cleaned_data["start_time"]).strip()
        if not text or CLOCK_TIME.fullmatch(text):
            return text
        try:
            return parse_clock_time(text)
        except InvalidSpan as error:
            raise ValidationError(str(error), code="time") from None

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("schedule_words"):
            self._read_words()
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        return cleaned

    def _read_words(self) -> None:
        """Fill the fields from the text, or add an error beside the text."""
        try:
            found = read_schedule(self.cleaned_data["schedule_words"])
        except InvalidSchedule as error:
            self.add_error("schedule_words", str(error))
            return
        for name, value in vars(found).items():
            if not value or name not in self.fields:
                continue
            typed = self.cleaned_data.get(name)
            if name in self.changed_data and typed and typed != value:
                self.add_error(name, _("The text above says something else."))
            elif typed != value:
                self.cleaned_data[name] = value
                self.filled_from_words.append(name)

    def build_preview(self) -> SchedulePreview | None:
        """Return the next dates of what is typed, or None if it has errors."""
        if not self.is_bound:
            return build_preview(self.initial)
        if any(name in self.errors for name in ScheduleForm.base_fields):
            return None
        return build_preview(self.cleaned_data)
