"""axe-core's verdict on a page: at two widths, in light and in dark."""

from __future__ import annotations

import itertools
from pathlib import Path

import axe_playwright_python

SOURCE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
VIEWS = list(itertools.product([320, 1280], ["light", "dark"]))
# One rule looks at colours: in the dark it alone is asked again.
RUN = """dark => axe.run(document, {
  resultTypes: ["violations"],
  ...(dark && {runOnly: {type: "rule", values: ["color-contrast"]}}),
}).then(found => found.violations.map(v => [v.id, v.nodes[0].html.slice(0, 120)]))"""
WIDTH = "document.documentElement.scrollWidth"


def axe_faults(page):
    """Every violation, and whether the page scrolls sideways, in each view."""
    page.evaluate(SOURCE)
    faults = []
    for width, scheme in VIEWS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        found = page.evaluate(RUN, scheme == "dark")
        faults += [(width, scheme, *violation) for violation in found]
        if page.evaluate(WIDTH) > width:
            faults.append((width, scheme, "scrolls sideways"))
    return faults
