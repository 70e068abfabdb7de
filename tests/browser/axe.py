"""Run axe-core on a page at three widths, and in dark mode."""

from __future__ import annotations

from pathlib import Path

import axe_playwright_python

SOURCE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
# In dark mode, the widest view is enough: it shows everything that narrow ones do.
VIEWS = [(320, "light"), (768, "light"), (1280, "light"), (1280, "dark")]
# Only one rule is about colors, so dark mode only runs that one.
RUN = """([rules, dark]) => axe.run(document, {
  resultTypes: ["violations"],
  ...(dark && {runOnly: {type: "rule", values: ["color-contrast"]}}),
  ...(rules && !dark && {runOnly: rules}),
}).then(found => found.violations.map(v => [v.id, v.nodes[0].html.slice(0, 120)]))"""
# Wait for transitions to end; otherwise axe measures intermediate colors.
SETTLED = "Promise.all(document.getAnimations().map(moving => moving.finished))"
WIDTH = "document.documentElement.scrollWidth"


def axe_faults(page, rules=None):
    """Return violations of these rules (or all), and sideways scroll, in each view."""
    page.evaluate(SOURCE)
    faults = []
    for width, scheme in VIEWS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        page.evaluate(SETTLED)
        found = page.evaluate(RUN, [rules, scheme == "dark"])
        faults += [(width, scheme, *violation) for violation in found]
        if page.evaluate(WIDTH) > width:
            faults.append((width, scheme, "scrolls sideways"))
    return faults
