"""Import of the CSV file of warmlines that this directory exports."""

from __future__ import annotations

from listings.exchange.csv_columns import import_column_names
from listings.exchange.csv_import import CatalogImporter
from warmlines.models import Warmline


class ExportedWarmlineImporter(CatalogImporter):
    """Imports warmlines.csv of /data/, or the export of the admin."""

    model = Warmline
    columns = frozenset(import_column_names(Warmline))
