"""Guides and credentials in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django import template
from django.conf import settings
from django.utils import translation
from django.utils.safestring import SafeString

from guides.models import Credential, Guide
from guides.requirements import Fact, requirements

register = template.Library()

# An address in running text, without the full stop or bracket that follows it.
ADDRESS = re.compile(r"(https?://[^\s()<>]+[^\s()<>.,;:])")


@dataclass(frozen=True)
class Preview:
    """One language of a guide as it is typed, and how long its text is."""

    code: str
    title: str
    summary: str
    html: SafeString
    words: int


@register.simple_tag
def previews(form: Any) -> list[Preview]:
    """Both languages of the guide in a form of the desk."""
    guide: Guide = form.instance
    found = []
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            html = guide.html
            found.append(
                Preview(code, str(guide), guide.in_short, html, word_count(html))
            )
    return found


@register.filter
def word_count(html: str) -> int:
    return len(re.sub(r"<[^>]+>", " ", html).split())


@register.filter
def asks_for(credential: Credential) -> list[Fact]:
    return requirements(credential)
