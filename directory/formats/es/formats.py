"""Number formats for Spanish in the United States: "1,026" and "4.2".

Django's Spanish formats numbers as in Spain, with point and comma swapped.
"""

from __future__ import annotations

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
