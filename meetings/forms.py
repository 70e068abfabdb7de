"""The form and the filters of the page of meetings."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from listings.filters import ListingFilter, MultiValueFilter, fixed_choices, term_filter
from listings.hours import zone_info, zone_or_utc
from listings.models import Term
from listings.time_zones import ZONE_NAMES, zone_name
from meetings.models import WAY_LABELS
from places.forms import PlaceForm

# Used if neither a place nor a time zone is known, as on other pages.
DEFAULT_ZONE = "America/New_York"
MAX_RADIUS_MILES = 500
DEFAULT_RADIUS_MILES = 50
RADIUS_CHOICES_MILES = (10, 25, 50, 100, 250)
MAX_DAYS_AHEAD = timedelta(days=366)
WEEKDAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")
# The first hour and the label of each part of the day, in order.
DAY_PARTS = {
    "night": (0, _("Night, before 6 am")),
    "morning": (6, _("Morning")),
    "afternoon": (12, _("Afternoon")),
    "evening": (17, _("Evening, from 5 pm")),
}
UNKNOWN_DAY = _(
    "We do not know this day. Write it like 2026-12-24, or choose one below."
)


def get_day_part(moment: datetime) -> str:
    """Return the part of the day of a local moment."""
    return [name for name, (hour, _label) in DAY_PARTS.items() if hour <= moment.hour][
        -1
    ]


class MeetingForm(PlaceForm):
    """A place, and the time zone, day and distance of the meetings to list."""

    zone = forms.CharField(label=_("Time zone"), required=False, max_length=40)
    day = forms.CharField(label=_("Day"), required=False, max_length=10)
    radius = forms.IntegerField(
        label=_("Distance"),
        required=False,
        min_value=1,
        max_value=MAX_RADIUS_MILES,
        error_messages={
            "invalid": _("Please give the distance in whole miles, like 25."),
            "min_value": _("Please choose a distance of at least 1 mile."),
            "max_value": _("Please choose a distance of at most 500 miles."),
        },
    )

    def clean_zone(self) -> str:
        zone = str(self.cleaned_data["zone"]).strip()
        if zone and zone_info(zone) is None:
            raise ValidationError(
                _("We do not know the time zone “%(zone)s”. Choose one from the list."),
                code="unknown",
                params={"zone": zone},
            )
        return zone

    def clean_day(self) -> str:
        text = str(self.cleaned_data["day"]).strip().lower()
        if text in ("", "today", "tomorrow", *WEEKDAYS):
            return text
        try:
            date.fromisoformat(text)
        except ValueError:
            raise ValidationError(UNKNOWN_DAY, code="unknown") from None
        return text

    @property
    def miles(self) -> int:
        return self.cleaned_data.get("radius") or DEFAULT_RADIUS_MILES

    @property
    def reader_zone(self) -> ZoneInfo:
        """The chosen time zone, or that of the place, or Eastern time."""
        chosen = self.cleaned_data.get("zone")
        place = self.place
        return zone_or_utc(chosen or (place and place.timezone) or DEFAULT_ZONE)

    def day_from(self, today: date) -> date | None:
        """Return the chosen day, or None for all days or an unusable day."""
        text = self.cleaned_data.get("day") or ""
        if text in WEEKDAYS:
            ahead = (WEEKDAYS.index(text) - today.weekday()) % 7
            return today + timedelta(days=ahead)
        days = {"": None, "today": today, "tomorrow": today + timedelta(days=1)}
        if text in days:
            return days[text]
        day = date.fromisoformat(text)
        return day if today <= day <= today + MAX_DAYS_AHEAD else None


class MeetingFilter(ListingFilter):
    how = MultiValueFilter(_("How"), fixed_choices(WAY_LABELS.items()))
    part = MultiValueFilter(
        _("Part of the day"),
        fixed_choices([(name, label) for name, (_hour, label) in DAY_PARTS.items()]),
    )
    community = term_filter(Term.Kind.COMMUNITY, _("Who it is for"))
    condition = term_filter(Term.Kind.CONDITION, _("What it is about"))
    language = term_filter(Term.Kind.LANGUAGE, _("Languages"))
    open = MultiValueFilter(
        _("Joining"), fixed_choices([("1", _("No sign-up needed"))])
    )
    newcomers = MultiValueFilter(
        _("First time"), fixed_choices([("1", _("Open to newcomers"))])
    )


def list_zone_choices(chosen: str) -> list[tuple[str, str]]:
    """Return one zone for each name, and the chosen zone if it has another name."""
    listed = [(zones.split()[0], name) for name, zones in ZONE_NAMES.items()]
    found = [(zone, zone_name(zone)) for zone, _name in listed]
    names = {name for _zone, name in found}
    mine = zone_name(chosen)
    if mine in names:
        # Denver and Boise share a name, so the chosen one replaces the other.
        return [(chosen if name == mine else zone, name) for zone, name in found]
    return [(chosen, mine), *found]


def list_address_errors(form: MeetingForm) -> list[str]:
    """Return the errors of parameters that have no visible field on the page."""
    return [
        str(error)
        for name in ("zone", "day", "radius", "lat", "lon", "state")
        for error in form.errors.get(name, [])
    ]
