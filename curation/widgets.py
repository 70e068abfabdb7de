"""Boxes of the change form: a week of hours, and states and counties as lines."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from listings import service_areas, weekly_hours_form
from listings.hours import BadHours, check

DAY_NAMES = {
    "Mo": gettext_lazy("Monday"),
    "Tu": gettext_lazy("Tuesday"),
    "We": gettext_lazy("Wednesday"),
    "Th": gettext_lazy("Thursday"),
    "Fr": gettext_lazy("Friday"),
    "Sa": gettext_lazy("Saturday"),
    "Su": gettext_lazy("Sunday"),
}
SWITCHES = {
    "always": gettext_lazy("Open day and night, every day"),
    "closed_on_holidays": gettext_lazy("Closed on public holidays"),
    "by_appointment": gettext_lazy("At other times by appointment"),
}
ALWAYS_OR_HOURS = gettext_lazy(
    "“Open day and night” is checked, and a day has hours too. Uncheck it, or empty "
    "the boxes of the days."
)


class WeekWidget(forms.Widget):
    """The OpenStreetMap string, and seven boxes that say the same.

    Whichever of the two was changed is taken; the boxes win if both were.
    """

    template_name = "curation/week.html"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        boxes = {key: data.get(f"{name}_{key}", "") for key in weekly_hours_form.DAYS}
        switches = {key: f"{name}_{key}" in data for key in SWITCHES}
        return {
            "text": data.get(name, ""),
            "boxes": boxes,
            "switches": switches,
            "was": data.get(f"{name}_was"),
        }

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        typed = value if isinstance(value, dict) else _boxes(value or "")
        context["widget"] |= {
            "text": typed["text"],
            "was": typed["was"],
            "readable": typed["was"] is not None,
            "days": [
                (d, DAY_NAMES[d], typed["boxes"].get(d, ""))
                for d in weekly_hours_form.DAYS
            ],
            "switches": [(k, w, typed["switches"].get(k)) for k, w in SWITCHES.items()],
        }
        return context


def _boxes(spec: str) -> dict[str, Any]:
    """What the boxes show for a string; empty where they cannot hold it."""
    found = weekly_hours_form.read(spec)
    week = found or weekly_hours_form.Grid()
    return {
        "text": spec,
        "boxes": {day: week.text(day) for day in weekly_hours_form.DAYS},
        "switches": {name: getattr(week, name) for name in SWITCHES},
        "was": None if found is None else str(found),
    }


class WeekField(forms.CharField):
    """Cleans to an OpenStreetMap string that can be evaluated, or to ""."""

    widget = WeekWidget

    def clean(self, value: Any) -> str:
        if not isinstance(value, dict):
            return str(super().clean(value))
        text = value["text"]
        if value["was"] is not None:
            typed = self._from_boxes(value)
            if typed != value["was"]:
                text = typed
        try:
            return check(text)
        except BadHours as error:
            raise ValidationError(str(error), code="hours") from None

    def _from_boxes(self, value: dict[str, Any]) -> str:
        week = weekly_hours_form.Grid(**value["switches"])
        problems = []
        for day, text in value["boxes"].items():
            try:
                week.days[day] = weekly_hours_form.read_day(text)
            except weekly_hours_form.BadSpan as error:
                problems.append(f"{DAY_NAMES[day]}: {error}")
        if week.always and any(week.days.values()):
            problems.append(str(ALWAYS_OR_HOURS))
        if problems:
            raise ValidationError(problems, code="hours")
        return str(week)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.clean(data) != (initial or ""))
        except ValidationError:
            return True


class AreasField(forms.CharField):
    """States and counties as lines of text; cleans to a list of Places."""

    widget = forms.Textarea

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.widget.attrs |= {"rows": 4, "cols": 60, "spellcheck": "false"}

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str) or value is None:
            return value
        return service_areas.to_text(value)

    def clean(self, value: Any) -> Any:
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
