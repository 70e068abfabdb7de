"""Time zones in calendar files, as yearly rules without an end.

The icalendar library lists every change of daylight saving time as a date, which some
programs (like vobject) cannot read. All US time zones change by one rule.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vRecur

# By the Energy Policy Act of 2005, clocks change at 2 am on these Sundays since 2007.
TO_DAYLIGHT = (datetime(2007, 3, 11, 2), "FREQ=YEARLY;BYMONTH=3;BYDAY=2SU")
TO_STANDARD = (datetime(2007, 11, 4, 2), "FREQ=YEARLY;BYMONTH=11;BYDAY=1SU")
HOUR = timedelta(hours=1)


def time_zone(zone: ZoneInfo, year: int) -> Timezone:
    """Return the component of a time zone as it is in a year."""
    winter, summer = (datetime(year, month, 1, tzinfo=zone) for month in (1, 7))
    if (
        not _changes_like_the_us(zone, year)
        and winter.utcoffset() != summer.utcoffset()
    ):
        return Timezone.from_tzinfo(zone, zone.key)
    component = Timezone()
    component.add("tzid", zone.key)
    standard, daylight = _offset(winter), _offset(summer)
    component.add_component(
        _period(TimezoneStandard(), winter, TO_STANDARD, daylight, standard)
    )
    if standard != daylight:
        component.add_component(
            _period(TimezoneDaylight(), summer, TO_DAYLIGHT, standard, daylight)
        )
    return component


def _period(
    period: TimezoneStandard | TimezoneDaylight,
    moment: datetime,
    change: tuple[datetime, str],
    before: timedelta,
    after: timedelta,
) -> TimezoneStandard | TimezoneDaylight:
    begins, rule = change
    period.add("dtstart", begins)
    period.add("tzname", moment.tzname() or "")
    period.add("tzoffsetfrom", before)
    period.add("tzoffsetto", after)
    if before != after:
        period.add("rrule", vRecur.from_ical(rule))
    return period


def _offset(moment: datetime) -> timedelta:
    return moment.utcoffset() or timedelta()


def _changes_like_the_us(zone: ZoneInfo, year: int) -> bool:
    """Return True if the zone changes by an hour at 2 am on the US dates."""
    march = datetime(year, 3, 8, 2)
    march += timedelta(days=(6 - march.weekday()) % 7)
    november = datetime(year, 11, 1, 2)
    november += timedelta(days=(6 - november.weekday()) % 7)
    moments = (march - HOUR, march + HOUR, november - 2 * HOUR, november + HOUR)
    before, after, later, back = (_offset(m.replace(tzinfo=zone)) for m in moments)
    return after - before == HOUR and later - back == HOUR
