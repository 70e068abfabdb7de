"""Our vocabularies as HSDS taxonomies, the kinds of organization among them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.utils import translation

from api import ids
from listings.models import Term
from orgs.kind_labels import KIND_WORDS
from orgs.models import Organization

Thing = dict[str, Any]

# The kinds of organization are a vocabulary too, kept in code.
KIND = "kind"
TAXONOMIES = {
    KIND: ("Kinds of organization", "What an organization is."),
    "service": ("Services", "What is offered."),
    "community": ("Communities", "Who is welcomed by name."),
    "condition": ("Subjects", "What the support is about."),
    "language": ("Languages", "Codes of ISO 639."),
}


@dataclass(frozen=True)
class Word:
    """A term of any of them."""

    kind: str
    slug: str
    label: str
    label_es: str
    description: str

    @classmethod
    def of(cls, term: Term) -> Word:
        described = term.description or term.label
        return cls(term.kind, term.slug, term.label, term.label_es, described)

    @property
    def id(self) -> UUID:
        return ids.word(self.kind, self.slug)


@cache
def kind_word(kind: str) -> Word:
    if kind not in Organization.Kind.values:
        return Word(KIND, kind, kind, "", kind)
    label = Organization.Kind(kind).label
    with translation.override("es"):
        label_es = str(label)
    with translation.override("en"):
        return Word(KIND, kind, str(label), label_es, str(KIND_WORDS[kind].explained))


def all_words() -> list[Word]:
    """Every term of a vocabulary that we know, by id."""
    terms = Term.objects.filter(kind__in=TAXONOMIES)
    words = [Word.of(term) for term in terms]
    words += [kind_word(kind) for kind in Organization.Kind.values]
    return sorted(words, key=lambda word: word.id)


def taxonomies() -> list[Thing]:
    return sorted((taxonomy(kind) for kind in TAXONOMIES), key=lambda one: one["id"])


def taxonomy(kind: str) -> Thing:
    name, description = TAXONOMIES[kind]
    return {"id": str(ids.word(kind)), "name": name, "description": description}


def term(word: Word) -> Thing:
    """A term as an attribute carries it."""
    found = {
        "id": str(word.id),
        "code": word.slug,
        "name": word.label,
        "description": word.description,
        "taxonomy": TAXONOMIES[word.kind][0],
        "taxonomy_id": str(ids.word(word.kind)),
        "language": "en",
    }
    return found | ({"name_es": word.label_es} if word.label_es else {})


def whole_term(word: Word) -> Thing:
    return term(word) | {"taxonomy_detail": taxonomy(word.kind)}


def says(label: str, search: str) -> bool:
    """Every word that is searched for stands in the label."""
    return all(word in label.casefold() for word in search.casefold().split())
