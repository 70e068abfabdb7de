"""Import the rows of crisis_lines.csv and trigger_words.csv."""

from __future__ import annotations

from listings.crisis.matching import split_words
from listings.crisis.models import CrisisLine, CrisisPhrase
from listings.exchange.csv_rows import Row
from listings.exchange.importing import Importer, ParsedRow, RowError

LINE_COLUMNS = """
key name name_es for_what phone phone_display text_number text_keyword chat_url website
hours timezone languages how_in_spanish tty_or_asl order source_name source_url
source_seen note
"""
PHRASE_COLUMNS = "key for_what language phrase level match note"
# Facts that no current source page shows. They are hidden on a new line until a curator
# has tried them. The files have no column for this.
INITIALLY_UNTRIED = {
    "crisis:988-lifeline": "chat_url;tty_or_asl",
    "crisis:rainn": "text_number;chat_url",
    "crisis:runaway-safeline": "text_number",
    "crisis:samhsa-helpline": "text_number",
    "crisis:never-use-alone": "phone",
    "crisis:trevor-project": "text_number",
    "crisis:crisis-text-line": "how_in_spanish",
}
# These lines may no longer be answered, so all their numbers are hidden at first.
INITIALLY_UNTRIED |= dict.fromkeys(
    ("crisis:disaster-distress", "crisis:victimconnect"), "phone;text_number"
)
MAX_ORDER_DIGITS = 4


class CrisisLineImporter(Importer):
    """Reads crisis_lines.csv, which has one row for each service."""

    model = CrisisLine
    columns = frozenset(LINE_COLUMNS.split())
    optional_columns = frozenset({"for_whom"})

    def read(self, row: Row) -> ParsedRow:
        for name in ("name", "name_es", "for_what", "languages", "source_url"):
            if not row[name]:
                raise RowError(f"{name} is empty")
        fields = {name: row[name] for name in self.columns - {"key", "order", "note"}}
        fields["internal_note"] = row["note"]
        if "for_whom" in row:
            fields["for_whom"] = row["for_whom"]
        order = row["order"]
        if not (order.isascii() and order.isdigit() and len(order) <= MAX_ORDER_DIGITS):
            raise RowError(f"order: “{order}” is not a whole number")
        untried = INITIALLY_UNTRIED.get(row["key"], "")
        return ParsedRow(
            row["key"],
            fields | {"order": int(order)},
            new_only_fields={"untried_fields": untried},
        )


class CrisisPhraseImporter(Importer):
    """Reads trigger_words.csv, which has one row for each phrase."""

    model = CrisisPhrase
    columns = frozenset(PHRASE_COLUMNS.split())

    def read(self, row: Row) -> ParsedRow:
        if not split_words(row["phrase"]):
            raise RowError("the row has no phrase")
        fields = {name: row[name] for name in self.columns - {"key", "note"}}
        return ParsedRow(row["key"], {**fields, "internal_note": row["note"]})
