"""The file of warmlines that this directory writes itself, read back."""

from __future__ import annotations

from listings.exchange.csv_columns import read_names
from listings.exchange.csv_import import ExportedImporter
from warmlines.models import Warmline


class ExportedWarmlineImporter(ExportedImporter):
    """warmlines.csv of /data/, and the desk's own export."""

    model = Warmline
    columns = frozenset(read_names(Warmline))
