"""The 50 states, the District of Columbia and the five territories."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class State:
    """A state or territory. `zones` are IANA names, the most populous zone first."""

    code: str
    name: str
    zones: tuple[str, ...]

    @property
    def zone(self) -> str:
        return self.zones[0]


EASTERN, CENTRAL = "America/New_York", "America/Chicago"
MOUNTAIN, PACIFIC = "America/Denver", "America/Los_Angeles"

_STATE_ROWS: list[tuple[str, str, tuple[str, ...]]] = [
    ("AL", "Alabama", (CENTRAL,)),
    ("AK", "Alaska", ("America/Anchorage", "America/Adak")),
    ("AS", "American Samoa", ("Pacific/Pago_Pago",)),
    ("AZ", "Arizona", ("America/Phoenix",)),
    ("AR", "Arkansas", (CENTRAL,)),
    ("CA", "California", (PACIFIC,)),
    ("CO", "Colorado", (MOUNTAIN,)),
    ("CT", "Connecticut", (EASTERN,)),
    ("DE", "Delaware", (EASTERN,)),
    ("DC", "District of Columbia", (EASTERN,)),
    ("FL", "Florida", (EASTERN, CENTRAL)),
    ("GA", "Georgia", (EASTERN,)),
    ("GU", "Guam", ("Pacific/Guam",)),
    ("HI", "Hawaii", ("Pacific/Honolulu",)),
    ("ID", "Idaho", ("America/Boise", PACIFIC)),
    ("IL", "Illinois", (CENTRAL,)),
    ("IN", "Indiana", ("America/Indiana/Indianapolis", CENTRAL)),
    ("IA", "Iowa", (CENTRAL,)),
    ("KS", "Kansas", (CENTRAL, MOUNTAIN)),
    ("KY", "Kentucky", (EASTERN, CENTRAL)),
    ("LA", "Louisiana", (CENTRAL,)),
    ("ME", "Maine", (EASTERN,)),
    ("MD", "Maryland", (EASTERN,)),
    ("MA", "Massachusetts", (EASTERN,)),
    ("MI", "Michigan", ("America/Detroit", "America/Menominee")),
    ("MN", "Minnesota", (CENTRAL,)),
    ("MS", "Mississippi", (CENTRAL,)),
    ("MO", "Missouri", (CENTRAL,)),
    ("MT", "Montana", (MOUNTAIN,)),
    ("NE", "Nebraska", (CENTRAL, MOUNTAIN)),
    ("NV", "Nevada", (PACIFIC,)),
    ("NH", "New Hampshire", (EASTERN,)),
    ("NJ", "New Jersey", (EASTERN,)),
    ("NM", "New Mexico", (MOUNTAIN,)),
    ("NY", "New York", (EASTERN,)),
    ("NC", "North Carolina", (EASTERN,)),
    ("ND", "North Dakota", (CENTRAL, MOUNTAIN)),
    ("MP", "Northern Mariana Islands", ("Pacific/Saipan",)),
    ("OH", "Ohio", (EASTERN,)),
    ("OK", "Oklahoma", (CENTRAL,)),
    ("OR", "Oregon", (PACIFIC, MOUNTAIN)),
    ("PA", "Pennsylvania", (EASTERN,)),
    ("PR", "Puerto Rico", ("America/Puerto_Rico",)),
    ("RI", "Rhode Island", (EASTERN,)),
    ("SC", "South Carolina", (EASTERN,)),
    ("SD", "South Dakota", (CENTRAL, MOUNTAIN)),
    ("TN", "Tennessee", (CENTRAL, EASTERN)),
    ("TX", "Texas", (CENTRAL, MOUNTAIN)),
    ("VI", "U.S. Virgin Islands", ("America/St_Thomas",)),
    ("UT", "Utah", (MOUNTAIN,)),
    ("VT", "Vermont", (EASTERN,)),
    ("VA", "Virginia", (EASTERN,)),
    ("WA", "Washington", (PACIFIC,)),
    ("WV", "West Virginia", (EASTERN,)),
    ("WI", "Wisconsin", (CENTRAL,)),
    ("WY", "Wyoming", (MOUNTAIN,)),
]

STATES = {code: State(code, name, zones) for code, name, zones in _STATE_ROWS}

# Spanish names that differ from the English ones in more than accents.
SPANISH_NAMES = {
    "Samoa Americana": "AS",
    "Carolina del Norte": "NC",
    "Carolina del Sur": "SC",
    "Dakota del Norte": "ND",
    "Dakota del Sur": "SD",
    "Distrito de Columbia": "DC",
    "Hawái": "HI",
    "Islas Marianas del Norte": "MP",
    "Islas Vírgenes": "VI",
    "Luisiana": "LA",
    "Misisipi": "MS",
    "Misuri": "MO",
    "Nueva Jersey": "NJ",
    "Nueva York": "NY",
    "Nuevo Hampshire": "NH",
    "Nuevo México": "NM",
    "Pensilvania": "PA",
    "Tejas": "TX",
    "Virginia Occidental": "WV",
}


def get_state_name(code: str) -> str:
    """Return "Montana" for "MT", or an unknown code unchanged."""
    known = STATES.get(code)
    return known.name if known else code
