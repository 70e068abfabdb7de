"""What the search of a copy knows of words of distress: a plain script."""

from __future__ import annotations

import json
from datetime import datetime

from listings.crisis.lines import EMERGENCY_NUMBER, LIFELINE, shown_lines
from listings.crisis.matching import EMERGENCY
from listings.crisis.models import CrisisKind, CrisisPhrase
from listings.crisis.panel import heading


def crisis_script(at: datetime) -> bytes:
    """The phrases, the lines by kind, and the headings, in the language that is on."""
    phrases = [row.as_phrase for row in CrisisPhrase.objects.active()]
    facts = {
        "phrases": "\n".join(
            f"{one.kind}|{one.level}|{one.match}|{' '.join(one.words)}"
            for one in phrases
        ),
        "lines": [
            {
                "key": line.key,
                "kinds": line.kinds,
                "always": line.answers,
                "isLifeline": line.key == LIFELINE,
                "isEmergency": line.key == EMERGENCY_NUMBER,
            }
            for line in shown_lines(at)
        ],
        "headings": {
            **{kind: heading("", kind) for kind in CrisisKind.values},
            # Last, since a kind has this name too, and is always of this level.
            EMERGENCY: heading(EMERGENCY, ""),
        },
    }
    text = json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
    return f"crisis.read({text});\n".encode()
