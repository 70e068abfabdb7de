"""Read the guides in fixtures/guides, which have a Markdown file for each language.

A file begins with facts in TOML between two lines "+++".
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from guides.models import Guide

FRONT_MATTER_FENCE = "+++\n"
SEPARATOR = " | "


def read_starter_guides(folder: Path) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield the slug and the facts of each guide. Both languages must exist."""
    for path in sorted(folder.glob("*.en.md")):
        slug = path.name.removesuffix(".en.md")
        english, spanish = _read_file(path), _read_file(folder / f"{slug}.es.md")
        yield slug, _merge_languages(english, spanish)


def save_starter_guide(slug: str, facts: dict[str, object]) -> bool:
    """Save a guide unless someone has edited it here. Return True if it changed."""
    guide = Guide.objects.filter(slug=slug).first()
    if guide is None:
        guide = Guide(slug=slug, status=Guide.Status.PUBLISHED)
    elif guide.version > 1:
        return False
    if all(getattr(guide, name) == value for name, value in facts.items()):
        return False
    for name, value in facts.items():
        setattr(guide, name, value)
    guide.full_clean()
    guide.save()
    return True


def _read_file(path: Path) -> dict[str, Any]:
    _before, front, body = path.read_text(encoding="utf-8").split(FRONT_MATTER_FENCE, 2)
    return {**tomllib.loads(front), "body": body.strip()}


def _merge_languages(
    english: dict[str, Any], spanish: dict[str, Any]
) -> dict[str, Any]:
    pairs = zip(english["searches"], spanish["searches"], strict=True)
    return {
        **{name: english[name] for name in ("title", "summary", "body")},
        **{f"{name}_es": spanish[name] for name in ("title", "summary", "body")},
        "order": english["order"],
        "written_on": english["written"],
        "searches": "\n".join(_search_line(one, other) for one, other in pairs),
        "sources": "\n".join(_source_line(source) for source in english["sources"]),
    }


def _search_line(english: dict[str, str], spanish: dict[str, str]) -> str:
    query = english.get("query", "")
    target = f"{english['address']}?{query}" if query else english["address"]
    return SEPARATOR.join((english["label"], spanish["label"], target))


def _source_line(source: dict[str, str]) -> str:
    parts = (source["name"], source["url"], source["year"])
    return SEPARATOR.join(part for part in parts if part)
