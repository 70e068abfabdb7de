"""What an attacker types, and how often: `make attack` sets EXAMPLES=10000."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

EXAMPLES = int(os.environ.get("EXAMPLES", "40"))
often = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

# Marked, so that a page that prints it as it is can be told.
MARK = "zq<'\"&>kx"
ODD = [
    "",
    " ",
    "0",
    "-1",
    "nan",
    "inf",
    "1e309",
    "²",
    "٣",
    "\uff19",
    "1_0",
    "9" * 5_000,
    "\0",
    "a\0b",
    "\u202e\u2066abc\u2069",
    "\ufeff59301",
    "\r\nSet-Cookie: a=b",
    "{{7*7}}",
    "{% debug %}",
    "%s%n${7*7}",
    "' OR 1=1--",
    "../../etc/passwd",
    "//evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
    "<script>alert(1)</script>",
    "=HYPERLINK(1)",
    "90,180",
    "-0,-0",
    "999,999",
    "46.4;-105.8",
    "59301-",
    "\u017ft louis",
    "İ" * 40,
    "😀" * 60,
    "A," * 60,
    "a" * 121,
    MARK,
]
odd = st.sampled_from(ODD) | st.text(max_size=60)
