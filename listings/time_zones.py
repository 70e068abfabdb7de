"""Name the time zones of the United States and its territories."""

from __future__ import annotations

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
