"""Parts of a template that are the same until a fact changes."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token

from kept.memory import MemoryCache

register = template.Library()

_parts: MemoryCache[tuple[str, Any], str] = MemoryCache(500)


class KeptNode(template.Node):
    def __init__(self, name: str, key: FilterExpression, nodelist: NodeList) -> None:
        self.name, self.key, self.nodelist = name, key, nodelist

    def render(self, context: template.Context) -> str:
        # In a page without a context, as for a fault, there is nothing to know it by.
        key = self.key.resolve(context, ignore_failures=True)
        if key is None:
            return self.nodelist.render(context)
        return _parts.get_or_set(
            (self.name, key), lambda: self.nodelist.render(context)
        )


@register.tag
def kept(parser: Parser, token: Token) -> KeptNode:
    """{% kept name key %} … {% endkept %}: made once a version and language for each
    name and key. None as the key makes it anew."""
    _tag, name, key = token.split_contents()
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode(name, parser.compile_filter(key), nodelist)
