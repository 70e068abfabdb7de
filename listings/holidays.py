"""Names of the federal holidays of the United States."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext as _


def holiday_name(day: date) -> str:
    """Return the holiday on that day, or "".

    A holiday on a weekend is also observed on the Friday before or the Monday after.
    """
    monday, thursday, friday = 0, 3, 4
    observed = {friday: timedelta(days=1), monday: timedelta(days=-1)}
    names = _fixed_names()
    found = names.get((day.month, day.day), "")
    if not found and day.weekday() in observed:
        observed_day = day + observed[day.weekday()]
        found = names.get((observed_day.month, observed_day.day), "")
    if found:
        return found
    number = (day.day - 1) // 7 + 1
    is_last = (day + timedelta(days=7)).month != day.month
    if (day.month, day.weekday()) == (5, monday) and is_last:
        return _("Memorial Day")
    return {
        (1, monday, 3): _("Martin Luther King Jr. Day"),
        (2, monday, 3): _("Presidents' Day"),
        (9, monday, 1): _("Labor Day"),
        (10, monday, 2): _("Indigenous Peoples' Day / Columbus Day"),
        (11, thursday, 4): _("Thanksgiving"),
    }.get((day.month, day.weekday(), number), "")


def _fixed_names() -> dict[tuple[int, int], str]:
    return {
        (1, 1): _("New Year's Day"),
        (6, 19): _("Juneteenth"),
        (7, 4): _("Independence Day"),
        (11, 11): _("Veterans Day"),
        (12, 25): _("Christmas"),
    }
