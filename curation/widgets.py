"""Form fields for weekly hours, and for the states and counties of a service area."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from listings import service_areas, weekly_hours_form
from listings.exchange.cells import read_hours
from listings.hours import InvalidHours, validate_hours
from places.models import Place

DAY_NAMES = {
    "Mo": gettext_lazy("Monday"),
    "Tu": gettext_lazy("Tuesday"),
    "We": gettext_lazy("Wednesday"),
    "Th": gettext_lazy("Thursday"),
    "Fr": gettext_lazy("Friday"),
    "Sa": gettext_lazy("Saturday"),
    "Su": gettext_lazy("Sunday"),
}
WEEK_OPTIONS = {
    "is_always_open": gettext_lazy("Open day and night, every day"),
    "closed_on_holidays": gettext_lazy("Closed on public holidays"),
    "by_appointment": gettext_lazy("At other times by appointment"),
}
ALWAYS_OR_HOURS = gettext_lazy(
    "“Open day and night” is checked, and a day has hours too. Uncheck it, or empty "
    "the boxes of the days."
)


BOTH_CHANGED = gettext_lazy(
    "You changed the line and the days, and they differ. Change only one of them."
)


def _canonical(spec: str) -> str:
    """Return a string as the boxes of its days would write it, if they can."""
    week = weekly_hours_form.parse_week(spec)
    return spec if week is None else str(week)


class WeeklyHoursWidget(forms.Widget):
    """Hours as an OpenStreetMap string, and again in a text field for each day.

    The one that was edited counts. If both were, the fields of the days do.
    """

    template_name = "curation/weekly_hours.html"

    def value_from_datadict(
        self, data: Mapping[str, Any], files: object, name: str
    ) -> Any:
        days = {key: data.get(f"{name}_{key}", "") for key in weekly_hours_form.DAYS}
        options = {key: f"{name}_{key}" in data for key in WEEK_OPTIONS}
        return {
            "text": data.get(name, ""),
            "days": days,
            "options": options,
            "was": data.get(f"{name}_was"),
        }

    def value_omitted_from_data(
        self, data: Mapping[str, Any], files: object, name: str
    ) -> bool:
        return name not in data

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        typed = value if isinstance(value, dict) else _split_hours(value or "")
        context["widget"] |= {
            "text": typed["text"],
            "was": typed["was"],
            "readable": typed["was"] is not None,
            "days": [
                (d, DAY_NAMES[d], typed["days"].get(d, ""))
                for d in weekly_hours_form.DAYS
            ],
            "options": [
                (key, label, typed["options"].get(key))
                for key, label in WEEK_OPTIONS.items()
            ],
        }
        return context


def _split_hours(spec: str) -> dict[str, Any]:
    """Return the hours of each day of a string. They are empty if it is too complex."""
    found = weekly_hours_form.parse_week(spec)
    week = found or weekly_hours_form.WeeklyHours()
    return {
        "text": spec,
        "days": {day: week.text(day) for day in weekly_hours_form.DAYS},
        "options": {name: getattr(week, name) for name in WEEK_OPTIONS},
        "was": None if found is None else str(found),
    }


class WeeklyHoursField(forms.CharField):
    """Hours. The cleaned value is a valid OpenStreetMap string, or ""."""

    widget = WeeklyHoursWidget

    def clean(self, value: Any) -> str:
        if not isinstance(value, dict):
            return str(super().clean(value))
        line = self._read_line(value["text"])
        if value["was"] is None:
            return line
        days = self._join_days(value)
        if days == value["was"]:
            return line
        if _canonical(line) not in (value["was"], days):
            raise ValidationError(str(BOTH_CHANGED), code="hours")
        return validate_hours(days)

    def _read_line(self, text: str) -> str:
        """Return the OpenStreetMap string of hours, which may be typed in words."""
        try:
            hours, _note = read_hours(text)
        except InvalidHours as error:
            raise ValidationError(str(error), code="hours") from None
        return hours

    def _join_days(self, value: dict[str, Any]) -> str:
        week = weekly_hours_form.WeeklyHours(**value["options"])
        problems = []
        for day, text in value["days"].items():
            try:
                week.days[day] = weekly_hours_form.parse_day(text)
            except weekly_hours_form.InvalidSpan as error:
                problems.append(f"{DAY_NAMES[day]}: {error}")
        if week.is_always_open and any(week.days.values()):
            problems.append(str(ALWAYS_OR_HOURS))
        if problems:
            raise ValidationError(problems, code="hours")
        return str(week)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.clean(data) != (initial or ""))
        except ValidationError:
            return True


class ServiceAreaField(forms.CharField):
    """States and counties as lines of text. The cleaned value is a list of Places."""

    widget = forms.Textarea

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.widget.attrs |= {"rows": 4, "cols": 60, "spellcheck": "false"}

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str) or value is None:
            return value
        return service_areas.to_text(value)

    def clean(self, value: Any) -> list[Place]:
        try:
            return service_areas.from_text(super().clean(value))
        except service_areas.UnknownArea as error:
            raise ValidationError(
                [
                    *error.args,
                    _("Write a state, or a state, a colon, then counties."),
                ],
                code="unknown",
            ) from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        before = service_areas.to_text(initial or [])
        try:
            return bool(service_areas.to_text(self.clean(data)) != before)
        except ValidationError:
            return True
