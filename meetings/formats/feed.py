"""What the readers of other formats share: rows of our file, and refused entries."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from listings.exchange.csv_rows import Row
from meetings.importing import COLUMNS, EXTRA_COLUMNS
from places.states import STATES

# "4953 W Addison St, Chicago, IL 60641, USA"; the street and the ZIP code may lack.
ADDRESS = re.compile(
    r"(?:([^,]+), )?([^,]+), ([A-Z]{2})(?: (\d{5})(?:-\d{4})?)?"
    r"(?:, (?:USA?|United States))?"
)
# Links of video services open a room, and often contain its password.
VIDEO_LINK = re.compile(
    r"https?://(?:[\w-]+\.)*(?:zoom\.us|zoomgov\.com|meet\.google\.com|teams\.microsoft\.com"
    r"|teams\.live\.com|webex\.com|gotomeet\.me|goto\.com|meet\.jit\.si|whereby\.com)/\S*",
    re.IGNORECASE,
)


class EntryError(ValueError):
    """One entry of a feed is refused. The message is written for people."""


@dataclass(frozen=True)
class FeedSource:
    """Whose meetings a feed lists, and what it does not say about them."""

    listing_key: str
    url: str
    seen: str
    name: str = ""
    license: str = ""
    # The time zone of entries that name none.
    timezone: str = ""
    # Slugs, separated by semicolons.
    conditions: str = ""

    def new_row(self, key: str) -> Row:
        """Return a row of our file of meetings with the facts of the source alone."""
        row = dict.fromkeys([*COLUMNS.split(), *EXTRA_COLUMNS], "")
        del row["uuid"]
        return row | {
            "key": f"{self.listing_key}#{key}"[:200],
            "listing_key": self.listing_key,
            "timezone": self.timezone,
            "conditions": self.conditions,
            "source_name": self.name,
            "source_url": self.url,
            "source_seen": self.seen,
            "source_license": self.license,
        }


@dataclass
class FeedRows:
    """The rows of a feed with their numbers in it, and the entries that are refused."""

    numbers: list[int] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)


def split_address(text: str) -> dict[str, str] | None:
    """Return the columns of a US address on one line, or None for other text."""
    found = ADDRESS.fullmatch(text.strip())
    if not found or found[3] not in STATES:
        return None
    names = ("street", "city", "state", "zip")
    return dict(zip(names, (part or "" for part in found.groups()), strict=True))


def is_video_link(text: str) -> bool:
    return bool(VIDEO_LINK.match(text.strip()))
