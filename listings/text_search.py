"""Build the query conditions and the ranking for a text search in a catalog."""

from __future__ import annotations

from typing import Any

from django.db import connections
from django.db.models import Case, F, IntegerField, Q, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Length, StrIndex
from django.db.models.lookups import GreaterThan, LessThanOrEqual

from caching.memory_cache import MemoryCache
from listings.text import fold
from listings.text_index import has_index
from places.name_keys import ABBREVIATIONS

MAX_WORDS = 8
FOUND_IN_NAME, FOUND_ELSEWHERE = 0, 1
# "Saint Louis" also finds "St. Louis", and the reverse.
OTHER_SPELLINGS = ABBREVIATIONS | {short: long for long, short in ABBREVIATIONS.items()}
_terms: MemoryCache[str, list[tuple[int, str]]] = MemoryCache(4)


def search_tokens(words: str) -> list[str]:
    """Return the normalized words that a search uses, at most MAX_WORDS."""
    return fold(words).split()[:MAX_WORDS]


def text_condition(queryset: Any, words: str) -> Q:
    """Return the condition that every word begins a word of the listing.

    The words of a listing are those of its name, city, summary and term labels.
    """
    model, using = queryset.model, queryset.db
    table = model._meta.db_table
    indexed = connections[using].vendor == "sqlite" and has_index(using, table)
    terms = {word: _terms_beginning_with(model, word) for word in search_tokens(words)}
    plain = [word for word, found in terms.items() if not found]
    found = Q()
    if indexed and plain:
        # One FTS5 query for all words lets SQLite start with the rarest one.
        match = " AND ".join(map(_fts_query, plain))
        found &= Q(pk__in=RawSQL(_fts_sql(table), [match]))  # noqa: S611
    elif plain:
        for word in plain:
            found &= _begins_word(word)
    for word, carried in terms.items():
        if carried and plain:
            # The other words leave few rows, so a condition per row is fast.
            found &= _begins_word(word) | Q(queryset.has_any_term(carried))
        elif carried:
            sql, params = _word_or_term_sql(model, word, carried, indexed=indexed)
            found &= Q(pk__in=RawSQL(sql, params))  # noqa: S611  # words are parameters
    return found


def _fts_query(word: str) -> str:
    """Return the FTS5 query for a word or its other spelling."""
    other = OTHER_SPELLINGS.get(word)
    return f'("{word}"* OR "{other}")' if other else f'"{word}"*'


def _begins_word(word: str) -> Q:
    found = Q(search_text__startswith=word) | Q(search_text__contains=f" {word}")
    if other := OTHER_SPELLINGS.get(word):
        found |= Q(search_text__startswith=f"{other} ")
        found |= Q(search_text__contains=f" {other} ")
    return found


def relevance_rank(words: str) -> Case | None:
    """Rank rows as FOUND_IN_NAME if the name has every word, else FOUND_ELSEWHERE.

    Returns None without words. The search text begins with the name, so a word of the
    name occurs within the length of the name.
    """
    in_name = Q()
    for word in search_tokens(words):
        first = StrIndex(F("search_text"), Value(word))
        in_name &= Q(GreaterThan(first, 0)) & Q(
            LessThanOrEqual(first, Length("sort_name"))
        )
    if not in_name:
        return None
    return Case(
        When(in_name, then=Value(FOUND_IN_NAME)),
        default=Value(FOUND_ELSEWHERE),
        output_field=IntegerField(),
    )


def _fts_sql(table: str) -> str:
    return f"SELECT rowid FROM {table}_words WHERE {table}_words MATCH %s"  # noqa: S608


def _word_or_term_sql(
    model: Any, word: str, terms: list[int], *, indexed: bool
) -> tuple[str, list[Any]]:
    """Return SQL for the ids of rows that have the word or a term with it."""
    table, through = model._meta.db_table, model.terms.through._meta.db_table
    if indexed:
        text, params = _fts_sql(table), [f'"{word}"*']
    else:
        like = "search_text LIKE %s"
        text = f"SELECT id FROM {table} WHERE {like} OR {like}"  # noqa: S608
        params = [f"{word}%", f"% {word}%"]
    mine = f"{model._meta.model_name}_id"
    marks = ", ".join(["%s"] * len(terms))
    carriers = f"SELECT {mine} FROM {through} WHERE term_id IN ({marks})"  # noqa: S608
    return f"{text} UNION {carriers}", [*params, *terms]


def _terms_beginning_with(model: Any, word: str) -> list[int]:
    """Return the ids of terms with a word that begins so, in any language."""

    def read() -> list[tuple[int, str]]:
        terms = model._meta.get_field("terms").related_model._default_manager
        rows = terms.values_list("pk", "label", "label_es")
        return [(pk, f" {fold(f'{label} {other}')}") for pk, label, other in rows]

    return [pk for pk, labels in _terms.get_or_set("all", read) if f" {word}" in labels]
