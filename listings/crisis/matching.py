"""Find phrases of distress in typed text. This module stores nothing.

Matching is exact, because approximate matches would turn place names into alarms. The
list of phrases contains common misspellings.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

# The levels of distress, from weakest to strongest.
LEVELS = ("adds", "quiet", "first", "emergency")
ADDS, QUIET, FIRST, EMERGENCY = LEVELS
PHRASE, EXACT, PREFIX = "phrase", "exact", "prefix"
# Characters that people use as apostrophes. Within a word they are removed, like a full
# stop: "don't" becomes "dont".
APOSTROPHES = "'\u2019\u2018`\u00b4\u02bc\uff07"
INSIDE_WORDS = re.compile(rf"(?<=[^\W_])[{APOSTROPHES}.](?=[^\W_])")
NOT_WORDS = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Phrase:
    kind: str
    level: str
    match: str
    words: tuple[str, ...]
    language: str = "en"


@dataclass(frozen=True)
class PhraseMatch:
    """A phrase found in the words from index `start` to `end`, exclusive."""

    phrase: Phrase
    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start

    def lies_inside(self, other: PhraseMatch) -> bool:
        within = other.start <= self.start and self.end <= other.end
        return within and self.length < other.length


@dataclass(frozen=True)
class Distress:
    """The level of distress and the kinds of trouble, most important first.

    `added` are kinds that say who the visitor is, like a veteran.
    """

    level: str
    kinds: tuple[str, ...]
    added: tuple[str, ...] = field(default=())
    # The languages of the most important phrases; "crisis" is a phrase in two.
    languages: tuple[str, ...] = field(default=())


def split_words(text: str) -> tuple[str, ...]:
    """Return lower-case words without accents, apostrophes or invisible characters."""
    joined = INSIDE_WORDS.sub("", text)
    decomposed = unicodedata.normalize("NFKD", joined)
    plain = "".join(
        character
        for character in decomposed
        if unicodedata.category(character) not in ("Mn", "Cf")
    )
    return tuple(NOT_WORDS.sub(" ", plain.casefold()).split())


class PhraseMatcher:
    """Finds phrases in text, with an index of the phrases by their first word."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._by_first_word: dict[str, list[Phrase]] = defaultdict(list)
        self._prefixes: list[Phrase] = []
        for phrase in phrases:
            if phrase.match == PREFIX:
                self._prefixes.append(phrase)
            elif phrase.words:
                self._by_first_word[phrase.words[0]].append(phrase)

    def find(self, text: str) -> Distress | None:
        """Return the distress that the text expresses, or None."""
        hits = self._hits(split_words(text))
        quiet = [hit for hit in hits if hit.phrase.level == QUIET]
        hits = [hit for hit in hits if not any(map(hit.lies_inside, quiet))]
        loud = [hit for hit in hits if hit.phrase.level in (FIRST, EMERGENCY)]
        if loud:
            added = [hit for hit in hits if hit.phrase.level == ADDS]
            kinds = _kinds(loud)
            extra = tuple(kind for kind in _kinds(added) if kind not in kinds)
            return Distress(_strongest(loud), kinds, extra, _languages(loud))
        if not quiet:
            return None
        return Distress(QUIET, _kinds(quiet), languages=_languages(quiet))

    def _hits(self, words: tuple[str, ...]) -> list[PhraseMatch]:
        hits = []
        for start, word in enumerate(words):
            for phrase in self._by_first_word.get(word, ()):
                end = start + len(phrase.words)
                is_all = phrase.match != EXACT or phrase.words == words
                if is_all and words[start:end] == phrase.words:
                    hits.append(PhraseMatch(phrase, start, end))
            hits += [
                PhraseMatch(phrase, start, start + 1)
                for phrase in self._prefixes
                if word.startswith("".join(phrase.words))
            ]
        return hits


def _strongest(hits: list[PhraseMatch]) -> str:
    return max((hit.phrase.level for hit in hits), key=LEVELS.index)


def _rank(hit: PhraseMatch) -> tuple[int, int, int]:
    return -LEVELS.index(hit.phrase.level), -hit.length, hit.start


def _languages(hits: list[PhraseMatch]) -> tuple[str, ...]:
    leading = min(map(_rank, hits))
    return tuple({hit.phrase.language: 1 for hit in hits if _rank(hit) == leading})


def _kinds(hits: list[PhraseMatch]) -> tuple[str, ...]:
    """Return each kind once, by the strongest level, then by the longest phrase."""
    ordered = sorted(hits, key=_rank)
    return tuple(dict.fromkeys(hit.phrase.kind for hit in ordered))
