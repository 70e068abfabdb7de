"""Markdown to HTML: headings, paragraphs, lists, emphasis and links, and no more."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from django.conf import settings
from django.urls import translate_url
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, override
from markdown_it import MarkdownIt
from markdown_it.token import Token

MARKDOWN_RULES = ["heading", "list", "emphasis", "link", "newline", "escape", "entity"]
# Pages of our own, other sites, and what a phone can dial or write.
ALLOWED_LINK = re.compile(r"^(/(?!/)|#|https?://|tel:|sms:|mailto:)")
EXTERNAL_LINK = re.compile(r"^https?://")


def render(text: str) -> SafeString:
    """HTML of a text; markup in it is shown as text, and links lead where they may.

    The title of the page is its only first heading: a "#" begins a second one.
    """
    html = str(_markdown().render(text))
    return mark_safe(html)  # noqa: S308  # the renderer escapes all but its own tags


@cache
def _markdown() -> MarkdownIt:
    made = MarkdownIt("zero", {"html": False}).enable(MARKDOWN_RULES)
    made.validateLink = lambda url: bool(ALLOWED_LINK.match(url))  # type: ignore[method-assign]
    made.add_render_rule("heading_open", _render_heading_tag)
    made.add_render_rule("heading_close", _render_heading_tag)
    made.add_render_rule("link_open", _render_link)
    return made


def _render_heading_tag(
    self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any
) -> str:
    token = tokens[index]
    token.tag = f"h{max(2, int(token.tag[1]))}"
    return str(self.renderToken(tokens, index, options, env))


def _render_link(
    self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any
) -> str:
    token = tokens[index]
    address = str(token.attrs["href"])
    if EXTERNAL_LINK.match(address):
        token.attrSet("rel", "noopener noreferrer")
    elif address.startswith("/"):
        token.attrSet("href", _localized_path(address))
    return str(self.renderToken(tokens, index, options, env))


def _localized_path(path: str) -> str:
    """The page at an English path, at its address in the reader's language."""
    code = get_language() or settings.LANGUAGE_CODE
    with override(settings.LANGUAGE_CODE):
        return translate_url(path, code)
