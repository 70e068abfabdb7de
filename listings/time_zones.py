"""Name the time zones of the United States and its territories."""

from __future__ import annotations

import re
from functools import cache
from zoneinfo import available_timezones

from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

ZONE_NAMES = {
    "Eastern": "America/New_York America/Detroit America/Kentucky/Louisville"
    " America/Kentucky/Monticello America/Indiana/Indianapolis America/Indiana/Marengo"
    " America/Indiana/Vincennes America/Indiana/Petersburg America/Indiana/Winamac"
    " America/Indiana/Vevay",
    "Central": "America/Chicago America/Menominee America/Indiana/Knox"
    " America/Indiana/Tell_City America/North_Dakota/Beulah"
    " America/North_Dakota/Center America/North_Dakota/New_Salem",
    "Mountain": "America/Denver America/Boise",
    "Arizona": "America/Phoenix",
    "Pacific": "America/Los_Angeles",
    "Alaska": "America/Anchorage America/Juneau America/Nome America/Sitka"
    " America/Yakutat America/Metlakatla",
    "Hawaii": "Pacific/Honolulu America/Adak",
    "Atlantic": "America/Puerto_Rico America/St_Thomas",
    "Chamorro": "Pacific/Guam Pacific/Saipan",
    "Samoa": "Pacific/Pago_Pago",
}
ZONES = {zone: name for name, zones in ZONE_NAMES.items() for zone in zones.split()}
PLAIN_NAMES = {
    "Eastern": gettext_noop("Eastern time"),
    "Central": gettext_noop("Central time"),
    "Mountain": gettext_noop("Mountain time"),
    "Arizona": gettext_noop("Arizona time"),
    "Pacific": gettext_noop("Pacific time"),
    "Alaska": gettext_noop("Alaska time"),
    "Hawaii": gettext_noop("Hawaii time"),
    "Atlantic": gettext_noop("Atlantic time"),
    "Chamorro": gettext_noop("Chamorro time"),
    "Samoa": gettext_noop("Samoa time"),
}
NOT_A_ZONE = _(
    "“%(zone)s” is not a time zone we know. Use a name like America/Denver "
    "(Mountain time)."
)


# "ET", "EST" and "EDT" are all Eastern time.
_LETTERS = {
    "Eastern": "e",
    "Central": "c",
    "Mountain": "m",
    "Pacific": "p",
    "Alaska": "ak",
    "Hawaii": "h",
    "Atlantic": "a",
}
_BY_WORDS = {name.casefold(): name for name in ZONE_NAMES} | {
    f"{letters}{rest}": name
    for name, letters in _LETTERS.items()
    for rest in ("t", "st", "dt")
}
_FILLERS = re.compile(r"\b(?:us|u\.s\.|standard|daylight|time|zone)(?!\w)|[().,]")


@cache
def known_zones() -> frozenset[str]:
    """Return the IANA names of all zones; reading them takes a walk over files."""
    return frozenset(available_timezones())


def parse_zone(text: str, near: str = "") -> str:
    """Return the IANA name for "Mountain", "MT", "Mountain time (Denver)" and the like.

    `near` is the zone of the listing's place. It wins where both have the same name,
    as America/Boise is one of several Mountain zones. Text that names no zone is
    returned unchanged.
    """
    text = text.strip()
    if not text or text in ZONES:
        return text
    by_label = {zone_label(zone).casefold(): zone for zone in ZONES}
    if zone := by_label.get(text.casefold()):
        return zone
    # IANA has some of these letters too, as names of zones without summer time.
    name = _BY_WORDS.get(" ".join(_FILLERS.sub(" ", text.casefold()).split()))
    if name is None:
        return text
    zones = ZONE_NAMES[name].split()
    return near if near in zones else zones[0]


def zone_name(zone: str) -> str:
    """Return "Mountain time" for "America/Denver", or the IANA name if unknown."""
    return gettext(PLAIN_NAMES[ZONES[zone]]) if zone in ZONES else zone


def zone_label(zone: str) -> str:
    """Return the zone's name with its city: "Mountain time (Denver)"."""
    _area, *places = zone.split("/")
    city = ", ".join(reversed(places)).replace("_", " ")
    return f"{zone_name(zone)} ({city})" if zone in ZONES else zone


def choices(stored: str = "") -> list[tuple[str, str]]:
    """Return form choices, including the stored zone even if it is not listed."""
    groups = [zones.split() for zones in ZONE_NAMES.values()]
    listed = [zones[0] for zones in groups]
    listed += [zone for zones in groups for zone in zones[1:]]
    if stored and stored not in ZONES:
        listed.append(stored)
    return [("", "–"), *((zone, zone_label(zone)) for zone in listed)]
