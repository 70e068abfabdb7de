"""crisis_lines.csv and trigger_words.csv, row by row."""

from __future__ import annotations

from listings.crisis.matching import split_words
from listings.crisis.models import CrisisLine, CrisisPhrase
from listings.exchange.csv_rows import Row
from listings.exchange.importing import Facts, Importer, RowRefused

LINE_COLUMNS = """
key name name_es for_what phone phone_display text_number text_keyword chat_url website
hours timezone languages how_in_spanish tty_or_asl order source_name source_url
source_seen note
"""
PHRASE_COLUMNS = "key for_what language phrase level match note"
# What no page that can be linked shows, or only an old one: held back when a line comes
# in for the first time, until a curator has tried it. A file has no column for this.
UNTRIED_AT_FIRST = {
    "crisis:988-lifeline": "chat_url;tty_or_asl",
    "crisis:rainn": "text_number;chat_url",
    "crisis:runaway-safeline": "text_number",
    "crisis:samhsa-helpline": "text_number",
    "crisis:never-use-alone": "phone",
    "crisis:trevor-project": "text_number",
    "crisis:crisis-text-line": "how_in_spanish",
}
# They may no longer be answered at all, so nothing of them is shown at first.
UNTRIED_AT_FIRST |= dict.fromkeys(
    ("crisis:disaster-distress", "crisis:victimconnect"), "phone;text_number"
)
LONGEST_ORDER = 4


class CrisisLineImporter(Importer):
    """crisis_lines.csv: one row a service."""

    model = CrisisLine
    columns = frozenset(LINE_COLUMNS.split())
    optional_columns = frozenset({"for_whom"})

    def read(self, row: Row) -> Facts:
        for name in ("name", "name_es", "for_what", "languages", "source_url"):
            if not row[name]:
                raise RowRefused(f"{name} is empty")
        fields = {name: row[name] for name in self.columns - {"key", "order", "note"}}
        fields["internal_note"] = row["note"]
        if "for_whom" in row:
            fields["for_whom"] = row["for_whom"]
        order = row["order"]
        if not (order.isascii() and order.isdigit() and len(order) <= LONGEST_ORDER):
            raise RowRefused(f"order: “{order}” is not a whole number")
        untried = UNTRIED_AT_FIRST.get(row["key"], "")
        return Facts(
            row["key"],
            fields | {"order": int(order)},
            wishes={"untried_fields": untried},
        )


class CrisisPhraseImporter(Importer):
    """trigger_words.csv: one row a phrase."""

    model = CrisisPhrase
    columns = frozenset(PHRASE_COLUMNS.split())

    def read(self, row: Row) -> Facts:
        if not split_words(row["phrase"]):
            raise RowRefused("the row has no phrase")
        fields = {name: row[name] for name in self.columns - {"key", "note"}}
        return Facts(row["key"], {**fields, "internal_note": row["note"]})
