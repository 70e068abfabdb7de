"""Organizations that another publisher tells in HSDS."""

from __future__ import annotations

from listings.hsds_rows import left_out
from listings.importing import Facts, RowRefused, hours
from listings.rows import Row
from orgs.importing import OrganizationImporter
from orgs.models import Organization

PLAIN = ("summary", "toll_free", "tty", "videophone", "chat_url", "cost")


class HsdsOrganizations(OrganizationImporter):
    """The rows of listings.hsds_rows: as those of organizations.csv, and some more."""

    columns = OrganizationImporter.columns | {*PLAIN, "hours", "left_out", "status"}

    def read(self, row: Row) -> Facts:
        if row["status"] == "gone":
            raise RowRefused("its publisher says that it is closed")
        facts = super().read(row)
        facts.fields |= {name: row[name] for name in PLAIN}
        facts.fields["text_line"] = row["text_number"]
        facts.fields["hours_note"] = row["hours_text"]
        facts.fields["hours"] = ""
        if facts.fields["timezone"]:
            hours(row, "hours", facts)
        facts.warnings += left_out(row)
        if row["status"] == "paused":
            facts.wishes["status"] = Organization.Status.TEMPORARILY_CLOSED
        return facts
