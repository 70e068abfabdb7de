"""Render Markdown with headings, paragraphs, lists, emphasis and links only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from django.conf import settings
from django.urls import translate_url
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, override
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

MARKDOWN_RULES = ["heading", "list", "emphasis", "link", "newline", "escape", "entity"]
# Our own pages, other sites, and phone, text and email links.
ALLOWED_LINK = re.compile(r"^(/(?!/)|#|https?://|tel:|sms:|mailto:)")
EXTERNAL_LINK = re.compile(r"^https?://")


def render(text: str) -> SafeString:
    """Return the HTML of a text. HTML in the text is escaped.

    The title of the page is its only h1, so "#" becomes an h2.
    """
    html = str(_markdown().render(text))
    return mark_safe(html)  # noqa: S308  # the renderer escapes all but its own tags


@cache
def _markdown() -> MarkdownIt:
    parser = MarkdownIt("zero", {"html": False}).enable(MARKDOWN_RULES)
    parser.validateLink = lambda url: bool(ALLOWED_LINK.match(url))  # type: ignore[method-assign]
    parser.add_render_rule("heading_open", _render_heading_tag)
    parser.add_render_rule("heading_close", _render_heading_tag)
    parser.add_render_rule("link_open", _render_link)
    return parser


def _render_heading_tag(
    self: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    options: OptionsDict,
    env: EnvType,
) -> str:
    token = tokens[index]
    token.tag = f"h{max(2, int(token.tag[1]))}"
    return self.renderToken(tokens, index, options, env)


def _render_link(
    self: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    options: OptionsDict,
    env: EnvType,
) -> str:
    token = tokens[index]
    address = str(token.attrs["href"])
    if EXTERNAL_LINK.match(address):
        token.attrSet("rel", "noopener noreferrer")
    elif address.startswith("/"):
        token.attrSet("href", _localized_path(address))
    return self.renderToken(tokens, index, options, env)


def _localized_path(path: str) -> str:
    """Return the path of the same page in the current language."""
    code = get_language() or settings.LANGUAGE_CODE
    with override(settings.LANGUAGE_CODE):
        return translate_url(path, code)
