"""Template tag that caches a fragment until a published fact changes."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token

from caching.memory_cache import MemoryCache

register = template.Library()

_fragments: MemoryCache[tuple[str, Any], str] = MemoryCache(500)


class CachedNode(template.Node):
    def __init__(self, name: str, key: FilterExpression, nodelist: NodeList) -> None:
        self.name, self.key, self.nodelist = name, key, nodelist

    def render(self, context: template.Context) -> str:
        # An error page is rendered without a context, and so without a key.
        key = self.key.resolve(context, ignore_failures=True)
        if key is None:
            return self.nodelist.render(context)
        return _fragments.get_or_set(
            (self.name, key), lambda: self.nodelist.render(context)
        )


@register.tag
def cached(parser: Parser, token: Token) -> CachedNode:
    """Cache the block of {% cached name key %} by name, key and language.

    It is rendered again when the content version changes, and every time if the key is
    None.
    """
    _tag, name, key = token.split_contents()
    nodelist = parser.parse(("endcached",))
    parser.delete_first_token()
    return CachedNode(name, parser.compile_filter(key), nodelist)
