"""Find words of distress in what somebody typed. Plain Python; it stores nothing.

Nothing is matched approximately: that would turn place names into alarms. The phrases
themselves list the misspellings.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

# From the weakest to the strongest.
LEVELS = ("adds", "quiet", "first", "emergency")
ADDS, QUIET, FIRST, EMERGENCY = LEVELS
PHRASE, EXACT, PREFIX = "phrase", "exact", "prefix"
# They join the letters around them into one word: "don't" is "dont".
# Straight, curly, accents used as apostrophes, modifier letter, full width; full stop.
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
class Hit:
    """A phrase from the word number `start` up to, and without, `end`."""

    phrase: Phrase
    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start

    def lies_inside(self, other: Hit) -> bool:
        within = other.start <= self.start and self.end <= other.end
        return within and self.length < other.length


@dataclass(frozen=True)
class Distress:
    """How strong it is, the kinds of trouble by importance, and who they add up to."""

    level: str
    kinds: tuple[str, ...]
    added: tuple[str, ...] = field(default=())
    # Those that the leading phrase is in: "crisis" is one in both.
    languages: tuple[str, ...] = field(default=())


def split_words(text: str) -> tuple[str, ...]:
    """The words in lower case, without accents, apostrophes, invisible characters."""
    joined = INSIDE_WORDS.sub("", text)
    decomposed = unicodedata.normalize("NFKD", joined)
    plain = "".join(
        character
        for character in decomposed
        if unicodedata.category(character) not in ("Mn", "Cf")
    )
    return tuple(NOT_WORDS.sub(" ", plain.casefold()).split())


class Matcher:
    """Phrases by their first word, so that each word of a text is looked up once."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._by_first_word: dict[str, list[Phrase]] = defaultdict(list)
        self._prefixes: list[Phrase] = []
        for phrase in phrases:
            if phrase.match == PREFIX:
                self._prefixes.append(phrase)
            elif phrase.words:
                self._by_first_word[phrase.words[0]].append(phrase)

    def find(self, text: str) -> Distress | None:
        """What the text says of its writer's trouble; None where it says nothing."""
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

    def _hits(self, words: tuple[str, ...]) -> list[Hit]:
        hits = []
        for start, word in enumerate(words):
            for phrase in self._by_first_word.get(word, ()):
                end = start + len(phrase.words)
                is_all = phrase.match != EXACT or phrase.words == words
                if is_all and words[start:end] == phrase.words:
                    hits.append(Hit(phrase, start, end))
            hits += [
                Hit(phrase, start, start + 1)
                for phrase in self._prefixes
                if word.startswith("".join(phrase.words))
            ]
        return hits


def _strongest(hits: list[Hit]) -> str:
    return max((hit.phrase.level for hit in hits), key=LEVELS.index)


def _rank(hit: Hit) -> tuple[int, int, int]:
    return -LEVELS.index(hit.phrase.level), -hit.length, hit.start


def _languages(hits: list[Hit]) -> tuple[str, ...]:
    leading = min(map(_rank, hits))
    return tuple({hit.phrase.language: 1 for hit in hits if _rank(hit) == leading})


def _kinds(hits: list[Hit]) -> tuple[str, ...]:
    """The kinds once each: the strongest first, then what the longest phrase says."""
    ordered = sorted(hits, key=_rank)
    return tuple(dict.fromkeys(hit.phrase.kind for hit in ordered))
