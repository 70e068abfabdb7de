"""Import meetings from Meeting Guide JSON or an iCalendar file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from curation.management.commands.import_listings import run_import
from listings.exchange.csv_rows import MAX_FILE, FileError
from listings.exchange.files.encodings import decode_text
from listings.exchange.importing import ImportReport
from listings.exchange.workflow import import_rows
from meetings.formats.calendar_reader import read_calendar
from meetings.formats.feed import FeedRows, FeedSource
from meetings.formats.meeting_guide import read_meeting_guide
from meetings.importing import MeetingImporter

FORMATS = ("meeting-guide", "icalendar")


class Command(BaseCommand):
    help = "Import meetings of one organization; docs/importing.md has the formats."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--format", choices=FORMATS, required=True)
        parser.add_argument(
            "--listing-key", required=True, help="the key of the organization"
        )
        parser.add_argument("--source-url", required=True, help="where it is from")
        parser.add_argument("--source-name", default="", help="whose data it is")
        parser.add_argument("--license", default="", help="under which license")
        parser.add_argument("--seen", help="its day (default: today)")
        parser.add_argument("--timezone", default="", help="of entries that name none")
        parser.add_argument(
            "--conditions", default="", help="like mental_health;substance_use"
        )
        parser.add_argument("--dry-run", action="store_true", help="write nothing")
        parser.add_argument("--atomic", action="store_true", help="all rows or none")
        parser.add_argument("--quiet", action="store_true", help="no progress bar")

    def handle(self, *args: object, **options: Any) -> None:
        try:
            found = read_feed(options)
        except FileError as refusal:
            raise CommandError(str(refusal)) from None

        def import_found(**settings: Any) -> ImportReport:
            if options["atomic"] and found.refused:
                return ImportReport(refused=found.refused)
            report = import_rows(
                MeetingImporter, found.rows, numbers=found.numbers, **settings
            )
            report.refused = sorted([*report.refused, *found.refused])
            return report

        run_import(self, "meetings", options, import_found)


def read_text(path: Path) -> str:
    """Return the text of a file of any encoding. Raises FileError."""
    try:
        if path.stat().st_size > MAX_FILE:
            raise FileError(f"The file is larger than {MAX_FILE // 1_000_000} MB.")
        return decode_text(path.read_bytes())[0].replace("\0", "")
    except OSError:
        raise FileError(f"There is no file {path}.") from None


def read_feed(options: dict[str, Any]) -> FeedRows:
    """Read the file in its format. Raises FileError."""
    source = FeedSource(
        listing_key=options["listing_key"],
        url=options["source_url"],
        seen=options["seen"] or timezone.localdate().isoformat(),
        name=options["source_name"],
        license=options["license"],
        timezone=options["timezone"],
        conditions=options["conditions"],
    )
    text = read_text(options["file"])
    if options["format"] == "icalendar":
        return read_calendar(text, source, timezone.now())
    return read_meeting_guide(text, source)
