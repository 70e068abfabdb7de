"""Parts of a template that are the same until a fact changes."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token

from caching.memory_cache import MemoryCache

register = template.Library()

_parts: MemoryCache[tuple[str, Any], str] = MemoryCache(500)


class CachedNode(template.Node):
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
def cached(parser: Parser, token: Token) -> CachedNode:
    """Render the block of {% cached name key %} once for each name, key and language.

    It is rendered again when the content version changes, and each time if key is None.
    """
    _tag, name, key = token.split_contents()
    nodelist = parser.parse(("endcached",))
    parser.delete_first_token()
    return CachedNode(name, parser.compile_filter(key), nodelist)
