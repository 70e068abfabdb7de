"""A file of made-up organizations, as long as a test needs it."""

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
    """`mark` is in every name, so that one file's rows can be told from another's."""
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.DictWriter(file, OrganizationImporter.columns, restval="")
        rows.writeheader()
        for row in range(number):
            own = {"key": f"chaos:{row}", "name": f"Example {mark} {row}"}
            rows.writerow(SAME | own | {"phone": f"+1406555{100 + row % 100:04}"})
