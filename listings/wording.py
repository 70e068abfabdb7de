"""Words that people search for, as conditions on a catalogue's rows."""

from __future__ import annotations

from typing import Any

from django.db import connections
from django.db.models import Case, F, IntegerField, Q, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Length, StrIndex
from django.db.models.lookups import GreaterThan, LessThanOrEqual

from kept.memory import Shelf
from listings.word_index import is_there
from listings.words import fold

MOST_WORDS = 8
IN_NAME, ELSEWHERE = 0, 1
TERMS: Shelf[str, list[tuple[int, str]]] = Shelf(4)


def searched(words: str) -> list[str]:
    """The words in comparable form, as many as are looked for."""
    return fold(words).split()[:MOST_WORDS]


def saying(queryset: Any, words: str) -> Q:
    """Every word begins a word of the name, town, summary or a term's label."""
    model, using = queryset.model, queryset.db
    found = Q()
    for word in searched(words):
        sql, params = _rows_with(model, using, word)
        found &= Q(pk__in=RawSQL(sql, params))  # noqa: S611  # words are parameters
    return found


def relevance(words: str) -> Case | None:
    """IN_NAME where the name has every word, else ELSEWHERE; None without words.

    A row's search words begin with its name, so they stand there within its length.
    """
    in_name = Q()
    for word in searched(words):
        first = StrIndex(F("search_text"), Value(word))
        in_name &= Q(GreaterThan(first, 0)) & Q(LessThanOrEqual(first, Length("name")))
    if not in_name:
        return None
    return Case(
        When(in_name, then=Value(IN_NAME)),
        default=Value(ELSEWHERE),
        output_field=IntegerField(),
    )


def _rows_with(model: Any, using: str, word: str) -> tuple[str, list[Any]]:
    """SQL for the rows that say the word, or carry a term that does."""
    table = model._meta.db_table
    if connections[using].vendor == "sqlite" and is_there(using, table):
        sql = f"SELECT rowid FROM {table}_words WHERE {table}_words MATCH %s"  # noqa: S608
        params: list[Any] = [f'"{word}"*']
    else:
        sql = (
            f"SELECT id FROM {table} "  # noqa: S608  # our own table's name
            "WHERE search_text LIKE %s OR search_text LIKE %s"
        )
        params = [f"{word}%", f"% {word}%"]
    if terms := _terms_with(model, word):
        through = model.terms.through._meta.db_table
        mine = f"{model._meta.model_name}_id"
        marks = ", ".join(["%s"] * len(terms))
        sql += f" UNION SELECT {mine} FROM {through} WHERE term_id IN ({marks})"  # noqa: S608
        params += terms
    return sql, params


def _terms_with(model: Any, word: str) -> list[int]:
    """The terms one of whose words begins so, in any language."""

    def read() -> list[tuple[int, str]]:
        terms = model._meta.get_field("terms").related_model._default_manager
        rows = terms.values_list("pk", "label", "label_es")
        return [(pk, f" {fold(f'{label} {other}')}") for pk, label, other in rows]

    return [pk for pk, labels in TERMS.get("all", read) if f" {word}" in labels]
