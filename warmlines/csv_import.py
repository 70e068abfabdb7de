"""Import of the CSV file of warmlines that this directory exports."""

from __future__ import annotations

from listings.exchange.csv_columns import read_names
from listings.exchange.csv_import import ExportedImporter
from warmlines.models import Warmline


class ExportedWarmlineImporter(ExportedImporter):
    """Imports warmlines.csv of /data/, or the export of the admin."""

    model = Warmline
    columns = frozenset(read_names(Warmline))
