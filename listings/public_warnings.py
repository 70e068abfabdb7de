"""Public warnings for listings whose own source doubts that they are still open."""

from __future__ import annotations

import re

from django.utils.translation import gettext_noop

# Patterns in an internal note, each with its warning. The first match is used.
WARNINGS = tuple(
    (re.compile(pattern, re.IGNORECASE), words)
    for pattern, words in (
        (
            "may have closed or changed (its )?number",
            gettext_noop("This line may have closed or changed its number."),
        ),
        (
            "may have closed|shut down",
            gettext_noop("This may have closed. Please call or look before you go."),
        ),
        (
            "about to open|before opening|not open when read|working to open"
            "|announced (as coming|for|to open)|confirm it (has )?opened",
            gettext_noop(
                "Our source is from before it opened. Please make sure that it did."
            ),
        ),
        (
            "confirm (that )?it is open",
            gettext_noop(
                "We could not tell if this is still open. "
                "Please make sure before you go."
            ),
        ),
    )
)


def find_public_warning(note: str) -> str:
    return next((words for pattern, words in WARNINGS if pattern.search(note)), "")
