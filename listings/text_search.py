"""Words that people search for, as conditions on a catalogue's rows."""

from __future__ import annotations

from typing import Any

from django.db import connections
from django.db.models import Case, F, IntegerField, Q, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Length, StrIndex
from django.db.models.lookups import GreaterThan, LessThanOrEqual

from caching.memory_cache import MemoryCache
from listings.text import fold
from listings.text_index import is_there
from places.name_keys import ABBREVIATIONS

MOST_WORDS = 8
IN_NAME, ELSEWHERE = 0, 1
# "Saint Louis" is "St. Louis": as places are compared, both ways.
OTHER_SPELLINGS = ABBREVIATIONS | {short: long for long, short in ABBREVIATIONS.items()}
_terms: MemoryCache[str, list[tuple[int, str]]] = MemoryCache(4)


def searched(words: str) -> list[str]:
    """The words in comparable form, as many as are looked for."""
    return fold(words).split()[:MOST_WORDS]


def saying(queryset: Any, words: str) -> Q:
    """Every word begins a word of the name, town, summary or a term's label."""
    model, using = queryset.model, queryset.db
    table = model._meta.db_table
    indexed = connections[using].vendor == "sqlite" and is_there(using, table)
    terms = {word: _terms_with(model, word) for word in searched(words)}
    plain = [word for word, found in terms.items() if not found]
    found = Q()
    if indexed and plain:
        # All at once: the rarest word then leads.
        match = " AND ".join(map(_match, plain))
        found &= Q(pk__in=RawSQL(_words_of(table), [match]))  # noqa: S611
    elif plain:
        for word in plain:
            found &= _beginning(word)
    for word, carried in terms.items():
        if carried and plain:
            # The words before have left few rows, and each is looked at.
            found &= _beginning(word) | Q(queryset.carrying(carried))
        elif carried:
            sql, params = _union(model, word, carried, indexed=indexed)
            found &= Q(pk__in=RawSQL(sql, params))  # noqa: S611  # words are parameters
    return found


def _match(word: str) -> str:
    """A word, and its other spelling, as FTS5 looks for it."""
    other = OTHER_SPELLINGS.get(word)
    return f'("{word}"* OR "{other}")' if other else f'"{word}"*'


def _beginning(word: str) -> Q:
    found = Q(search_text__startswith=word) | Q(search_text__contains=f" {word}")
    if other := OTHER_SPELLINGS.get(word):
        found |= Q(search_text__startswith=f"{other} ")
        found |= Q(search_text__contains=f" {other} ")
    return found


def relevance(words: str) -> Case | None:
    """IN_NAME where the name has every word, else ELSEWHERE; None without words.

    A row's search words begin with its name, so they stand there within its length.
    """
    in_name = Q()
    for word in searched(words):
        first = StrIndex(F("search_text"), Value(word))
        in_name &= Q(GreaterThan(first, 0)) & Q(
            LessThanOrEqual(first, Length("sort_name"))
        )
    if not in_name:
        return None
    return Case(
        When(in_name, then=Value(IN_NAME)),
        default=Value(ELSEWHERE),
        output_field=IntegerField(),
    )


def _words_of(table: str) -> str:
    return f"SELECT rowid FROM {table}_words WHERE {table}_words MATCH %s"  # noqa: S608


def _union(
    model: Any, word: str, terms: list[int], *, indexed: bool
) -> tuple[str, list[Any]]:
    """SQL for the rows that say the word, or carry a term that does."""
    table, through = model._meta.db_table, model.terms.through._meta.db_table
    if indexed:
        text, params = _words_of(table), [f'"{word}"*']
    else:
        like = "search_text LIKE %s"
        text = f"SELECT id FROM {table} WHERE {like} OR {like}"  # noqa: S608
        params = [f"{word}%", f"% {word}%"]
    mine = f"{model._meta.model_name}_id"
    marks = ", ".join(["%s"] * len(terms))
    carriers = f"SELECT {mine} FROM {through} WHERE term_id IN ({marks})"  # noqa: S608
    return f"{text} UNION {carriers}", [*params, *terms]


def _terms_with(model: Any, word: str) -> list[int]:
    """The terms one of whose words begins so, in any language."""

    def read() -> list[tuple[int, str]]:
        terms = model._meta.get_field("terms").related_model._default_manager
        rows = terms.values_list("pk", "label", "label_es")
        return [(pk, f" {fold(f'{label} {other}')}") for pk, label, other in rows]

    return [pk for pk, labels in _terms.get_or_set("all", read) if f" {word}" in labels]
