"""Import of warmlines that another publisher provides in HSDS."""

from __future__ import annotations

from listings.exchange.csv_rows import Row
from listings.exchange.hsds_mapping import left_out_warnings
from listings.exchange.importing import ParsedRow, RowError
from warmlines.importing import WarmlineImporter
from warmlines.models import Warmline

COPIED_COLUMNS = ("summary", "toll_free", "tty", "videophone", "cost")


class HsdsWarmlineImporter(WarmlineImporter):
    """Imports warmlines from the rows of listings.exchange.hsds_mapping."""

    columns = WarmlineImporter.columns | {*COPIED_COLUMNS, "left_out", "status"}

    def read(self, row: Row) -> ParsedRow:
        if row["status"] == "gone":
            raise RowError("its publisher says that it is closed")
        # Hours without a time zone mean nothing, so only their text is used.
        usable = row if row["timezone"] else row | {"timezone": "UTC", "hours": ""}
        facts = super().read(usable)
        facts.fields |= {name: row[name] for name in COPIED_COLUMNS}
        facts.fields["timezone"] = row["timezone"]
        if not row["serves"]:
            facts.fields["service_area_scope"] = Warmline.ServiceAreaScope.UNKNOWN
        facts.warnings += left_out_warnings(row)
        if row["status"] == "paused":
            facts.new_only_fields["status"] = Warmline.Status.TEMPORARILY_CLOSED
        return facts
