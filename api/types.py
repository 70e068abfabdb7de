"""Types that several modules of the API share."""

from __future__ import annotations

from typing import Any

from orgs.models import Organization
from warmlines.models import Warmline

JsonObject = dict[str, Any]
AnyListing = Organization | Warmline
