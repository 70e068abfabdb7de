"""Values that no form accepts, for each kind of column."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection, models

from listings.phones import PhoneField, SmsNumberField, TtyField

IS_SQLITE = connection.vendor == "sqlite"
# SQLite accepts anything in any column; the second is not valid UTF-8.
ANYTHING = ["junk", b"\xff\xfe"] if IS_SQLITE else []
CONTROLS = "a\x01\x1b\r\nb\u202e<b>😀"
# By the name of the column.
NAMED: dict[str, list[Any]] = {
    "slug": ["no/such slug", "é", "a\nb"],
    "timezone": ["Mars/Base", "/etc/passwd", "America"],
    "hours": ["whenever", "Mo-Su 99:99-12:00", '"by appointment"', "Mo-Fr; ??"],
    "state": ["ZZ", "é"],
    "zip_code": ["?????"],
    "source_seen": ["yesterday", "2026-13-99"],
    "phone": ["+1", "+14065550101;ext=abc"],
    "languages": [";;", "klingon"],
    "for_what": ["nothing; ;"],
    "searches": ["no bars", "a | b | http://[", "a | b | //example.org?x"],
    "sources": ["no bars", "a | http://[ | x"],
    "body": ["[a](http://[) ![b](c) <b>"],
    "email": ["@", "a@b@c"],
}
URLS = ["http://[", "javascript:alert(1)", "https://:99999/"]
JSON = ['"text"', "{}", "null", '[null, {"a": 1}, 5]']
DAYS: dict[str, list[Any]] = {
    "sqlite": ["0001-01-01", "junk", "2026-13-45", 7],
    "postgresql": ["0001-01-01", "infinity", "20000-01-01", "0044-03-15 BC"],
}
MOMENTS: dict[str, list[Any]] = {
    "sqlite": ["0001-01-01 00:00:00", "9999-12-31 23:59:59", "2026-13-45 00:00", 7],
    "postgresql": [
        "0001-01-01 00:00Z",
        "9999-12-31 23:59Z",
        "-infinity",
        "20000-01-01",
    ],
}
NOT_ON_EARTH = [float("inf"), float("nan"), 1e100, -181.0]
OF_KIND: dict[type[models.Field[Any, Any]], list[Any]] = {
    models.ForeignKey: [987_654_321, *ANYTHING],
    models.JSONField: [*JSON, *ANYTHING],
    models.DateTimeField: MOMENTS[connection.vendor],
    models.DateField: DAYS[connection.vendor],
    models.FloatField: [*NOT_ON_EARTH, *ANYTHING],
    models.BooleanField: [*ANYTHING, 7] if IS_SQLITE else [],
    models.IntegerField: [-1, 32_767, 2_147_483_647, *ANYTHING],
    models.UUIDField: ANYTHING,
    models.URLField: URLS,
    PhoneField: ["call us"],
    SmsNumberField: ["😀"],
    TtyField: ["712"],
}


def broken_values(field: models.Field[Any, Any]) -> Iterator[Any]:
    """Return broken values for a column, including those that the database refuses."""
    if field.null:
        yield None
    kinds = [kind for kind in type(field).__mro__ if kind in OF_KIND]
    if kinds:
        yield from OF_KIND[kinds[0]]
    if isinstance(field, models.CharField | models.TextField):
        yield from _texts(field)


def _texts(field: models.Field[Any, Any]) -> Iterator[Any]:
    yield from NAMED.get(field.name, [])
    if field.choices:
        yield "no_such"
    if not field.blank:
        yield ""
    # Longer than the column, if the database allows it, and exactly as long.
    yield CONTROLS + "W" * (5_000 if IS_SQLITE else (field.max_length or 5_000) - 12)
    if IS_SQLITE and field.name in NAMED:
        yield b"\xff\xfe"
