"""Import of warmlines with the columns that this directory exports."""

from __future__ import annotations

from listings.exchange.csv_import import CatalogImporter
from listings.exchange.csv_rows import Row
from listings.exchange.importing import ParsedRow
from warmlines.models import Warmline


class ExportedWarmlineImporter(CatalogImporter):
    """Imports warmlines.csv of /data/, the export of the admin, or another list."""

    model = Warmline

    def read(self, row: Row) -> ParsedRow:
        facts = super().read(row)
        if "by_phone" not in row:
            facts.new_only_fields["by_phone"] = True
        return facts
