"""Figures in Spanish as the United States write them: "1,026" and "4.2".

Django's own Spanish writes them as Spain does, with point and comma exchanged.
"""

from __future__ import annotations

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
