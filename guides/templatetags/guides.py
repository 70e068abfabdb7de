"""Template tags for guides and credentials."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django import template
from django.conf import settings
from django.forms import ModelForm
from django.utils import translation
from django.utils.safestring import SafeString

from guides.models import Credential, Guide
from guides.requirements import Requirement, list_requirements

register = template.Library()

# A URL in text, without the punctuation after it.
URL_IN_TEXT = re.compile(r"(https?://[^\s()<>]+[^\s()<>.,;:])")


@dataclass(frozen=True)
class Preview:
    """One language of an unsaved guide, with its number of words."""

    code: str
    title: str
    summary: str
    html: SafeString
    words: int


@register.simple_tag
def previews(form: ModelForm[Guide]) -> list[Preview]:
    """Return previews of the guide in a form, one for each language."""
    guide = form.instance
    found = []
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            html = guide.html
            found.append(
                Preview(
                    code, str(guide), guide.localized_summary, html, count_words(html)
                )
            )
    return found


@register.filter
def count_words(html: str) -> int:
    return len(re.sub(r"<[^>]+>", " ", html).split())


@register.filter
def requirements(credential: Credential) -> list[Requirement]:
    return list_requirements(credential)
