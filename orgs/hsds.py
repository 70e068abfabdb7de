"""Import of organizations that another publisher provides in HSDS."""

from __future__ import annotations

from listings.exchange.csv_rows import Row
from listings.exchange.hsds_mapping import left_out_warnings
from listings.exchange.importing import ParsedRow, RowError, set_hours
from orgs.importing import OrganizationImporter
from orgs.models import Organization

COPIED_COLUMNS = ("summary", "toll_free", "tty", "videophone", "chat_url", "cost")


class HsdsOrganizationImporter(OrganizationImporter):
    """Imports organizations from the rows of listings.exchange.hsds_mapping."""

    columns = OrganizationImporter.columns | {
        *COPIED_COLUMNS,
        "hours",
        "left_out",
        "status",
    }

    def read(self, row: Row) -> ParsedRow:
        if row["status"] == "gone":
            raise RowError("its publisher says that it is closed")
        facts = super().read(row)
        facts.fields |= {name: row[name] for name in COPIED_COLUMNS}
        facts.fields["sms_number"] = row["text_number"]
        facts.fields["hours_note"] = row["hours_text"]
        facts.fields["hours"] = ""
        if facts.fields["timezone"]:
            set_hours(row, "hours", facts)
        facts.warnings += left_out_warnings(row)
        if row["status"] == "paused":
            facts.new_only_fields["status"] = Organization.Status.TEMPORARILY_CLOSED
        return facts
