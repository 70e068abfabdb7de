"""Warmlines that another publisher tells in HSDS."""

from __future__ import annotations

from listings.hsds_rows import left_out
from listings.importing import Facts, RowRefused
from listings.rows import Row
from warmlines.importing import WarmlineImporter
from warmlines.models import Warmline

PLAIN = ("summary", "toll_free", "tty", "videophone", "cost")


class HsdsWarmlines(WarmlineImporter):
    """The rows of listings.hsds_rows: as those of warmlines.csv, and some more."""

    columns = WarmlineImporter.columns | {*PLAIN, "left_out", "status"}

    def read(self, row: Row) -> Facts:
        if row["status"] == "gone":
            raise RowRefused("its publisher says that it is closed")
        # Without a zone hours mean nothing: the words of the source stay.
        told = row if row["timezone"] else row | {"timezone": "UTC", "hours": ""}
        facts = super().read(told)
        facts.fields |= {name: row[name] for name in PLAIN}
        facts.fields["timezone"] = row["timezone"]
        if not row["serves"]:
            facts.fields["area"] = Warmline.Area.UNKNOWN
        facts.warnings += left_out(row)
        if row["status"] == "paused":
            facts.wishes["status"] = Warmline.Status.TEMPORARILY_CLOSED
        return facts
