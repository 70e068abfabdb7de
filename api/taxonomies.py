"""The vocabularies as HSDS taxonomies, with the kinds of organization as one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from uuid import UUID

from django.utils import translation

from api import ids
from api.types import JsonObject
from listings.models import Term
from orgs.kind_labels import KIND_LABELS
from orgs.models import Organization

# The kinds of organization are a vocabulary that is defined in code.
KIND_TAXONOMY = "kind"
TAXONOMIES = {
    KIND_TAXONOMY: ("Kinds of organization", "What an organization is."),
    "service": ("Services", "What is offered."),
    "community": ("Communities", "Who is welcomed by name."),
    "condition": ("Subjects", "What the support is about."),
    "language": ("Languages", "Codes of ISO 639."),
}


@dataclass(frozen=True)
class TaxonomyTerm:
    """A term of any taxonomy."""

    kind: str
    slug: str
    label: str
    label_es: str
    description: str

    @classmethod
    def from_term(cls, term: Term) -> TaxonomyTerm:
        description = term.description or term.label
        return cls(term.kind, term.slug, term.label, term.label_es, description)

    @property
    def id(self) -> UUID:
        return ids.term_id(self.kind, self.slug)


@cache
def kind_term(kind: str) -> TaxonomyTerm:
    if kind not in Organization.Kind.values:
        return TaxonomyTerm(KIND_TAXONOMY, kind, kind, "", kind)
    label = Organization.Kind(kind).label
    with translation.override("es"):
        label_es = str(label)
    with translation.override("en"):
        return TaxonomyTerm(
            KIND_TAXONOMY, kind, str(label), label_es, str(KIND_LABELS[kind].explained)
        )


def load_terms() -> list[TaxonomyTerm]:
    """Return every term of every taxonomy, sorted by id."""
    rows = Term.objects.filter(kind__in=TAXONOMIES)
    terms = [TaxonomyTerm.from_term(row) for row in rows]
    terms += [kind_term(kind) for kind in Organization.Kind.values]
    return sorted(terms, key=lambda term: term.id)


def serialize_taxonomies() -> list[JsonObject]:
    found = map(serialize_taxonomy, TAXONOMIES)
    return sorted(found, key=lambda taxonomy: taxonomy["id"])


def serialize_taxonomy(kind: str) -> JsonObject:
    name, description = TAXONOMIES[kind]
    return {"id": str(ids.term_id(kind)), "name": name, "description": description}


def serialize_term(term: TaxonomyTerm) -> JsonObject:
    """Return a term as an attribute contains it."""
    found = {
        "id": str(term.id),
        "code": term.slug,
        "name": term.label,
        "description": term.description,
        "taxonomy": TAXONOMIES[term.kind][0],
        "taxonomy_id": str(ids.term_id(term.kind)),
        "language": "en",
    }
    return found | ({"name_es": term.label_es} if term.label_es else {})


def serialize_term_with_taxonomy(term: TaxonomyTerm) -> JsonObject:
    return serialize_term(term) | {"taxonomy_detail": serialize_taxonomy(term.kind)}


def contains_words(label: str, search: str) -> bool:
    """Tell whether the label contains every word of the search."""
    return all(word in label.casefold() for word in search.casefold().split())
