"""Write CSV files of synthetic organizations."""

from __future__ import annotations

import csv

from orgs.importing import OrganizationImporter

SAME = {
    "kind": "peer_run",
    "city": "Miles City",
    "state": "MT",
    "zip": "59301",
    "serves": "MT",
    "in_person": "yes",
    "source_name": "example.org",
}


def write(path, number, mark):
    """Write `number` rows with `mark` in every name, to tell files apart."""
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.DictWriter(file, OrganizationImporter.columns, restval="")
        rows.writeheader()
        for row in range(number):
            own = {"key": f"chaos:{row}", "name": f"Example {mark} {row}"}
            rows.writerow(SAME | own | {"phone": f"+1406555{100 + row % 100:04}"})
