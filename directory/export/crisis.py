"""The script with which the search of an export recognizes words of distress."""

from __future__ import annotations

import json
from datetime import datetime

from listings.crisis.lines import EMERGENCY_NUMBER, LIFELINE, visible_crisis_lines
from listings.crisis.matching import EMERGENCY
from listings.crisis.models import CrisisKind, CrisisPhrase
from listings.crisis.panel import heading


def crisis_script(at: datetime) -> bytes:
    """Return phrases, lines by kind and headings, in the current language."""
    phrases = [row.as_phrase for row in CrisisPhrase.objects.active()]
    facts = {
        "phrases": "\n".join(
            f"{phrase.kind}|{phrase.level}|{phrase.match}|{' '.join(phrase.words)}"
            for phrase in phrases
        ),
        "lines": [
            {
                "key": line.key,
                "kinds": line.kinds,
                "always": line.answers,
                "isLifeline": line.key == LIFELINE,
                "isEmergency": line.key == EMERGENCY_NUMBER,
            }
            for line in visible_crisis_lines(at)
        ],
        "headings": {
            **{kind: heading("", kind) for kind in CrisisKind.values},
            # Last, because a kind has this name too, and is always of this level.
            EMERGENCY: heading(EMERGENCY, ""),
        },
    }
    text = json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
    return f"crisis.read({text});\n".encode()
