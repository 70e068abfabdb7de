"""Split the text of the search box: "Tulsa lgbtq group" is Tulsa and two filters.

The table only has words for terms of the vocabulary. Every other word is part of a
place, or a word to search for; its meaning is never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import QueryDict

from listings.text import fold
from orgs.models import Organization
from places.cleaning import ADDRESS_START, clean_text, zip_codes
from places.lookup import Problem, look_up
from warmlines.models import Warmline

MAX_PHRASE_WORDS = 5
# A shorter word is too likely to be part of a sentence.
MIN_PLACE_LETTERS = 4

_PHRASE_TABLE = """
community lgbtq: lgbtq, lgbt, lgbtqia, lgbtqia2s, gay, lesbian, queer, lesbiana
community transgender: trans, transgender, transgenero
community veterans: veteran, veterans, vets, veterano, veteranos, veterana, veteranas
community military: service members, military families
community youth: youth, teen, teens, teenagers, adolescentes
community young_adults: young adult, young adults, jovenes
community students: student, students, college students, estudiantes
community older_adults: senior, seniors, older adults, elderly, personas mayores
community families: family, families, familia, familias
community parents: parent, parents, moms, dads, padres, madres
community caregivers: caregiver, caregivers, cuidadores
community women: woman, women, mujer, mujeres
community bipoc: bipoc, people of color, personas de color
community black: black, african american, afroamericanos
community latino: latino, latina, latinos, latinas, latinx, hispanic, hispano, hispanos
community native: native, native american, native americans, american indian,
 indigenous, indigena, indigenas
community deaf: deaf, sordo, sordos
community hearing_voices: hearing voices, voice hearers, oir voces
community unhoused: homeless, unhoused, sin hogar
community first_responders: first responder, first responders, firefighters, bomberos
service support_groups: support group, support groups, group, groups, grupo, grupos,
 grupo de apoyo, grupos de apoyo
service drop_in: drop in, drop in center
service respite: respite, peer respite, respiro
service recovery_coaching: recovery coach, recovery coaching, recovery coaches
service wrap: wrap
service employment: job, jobs, employment, empleo, trabajo
service housing: housing, vivienda
service reentry: reentry, re entry, after prison, after jail
condition mental_health: mental health, mental illness, salud mental
condition substance_use: addiction, substance use, substance abuse, alcohol, drugs,
 sobriety, adiccion, adicciones, drogas
condition trauma: trauma, ptsd
condition disability: disability, disabilities, discapacidad
language es: spanish, in spanish, espanol, en espanol
language ase: asl, sign language, lengua de senas
how online: online, virtual, zoom, en linea, por internet
how phone: warmline, warmlines, warm line, warm lines, hotline, hotlines, by phone,
 phone line, phone lines, linea de apoyo, lineas de apoyo, por telefono
how in_person: in person, en persona
kind cil: cil, cils, center for independent living, centers for independent living,
 independent living center, centro de vida independiente
"""
# Words that say nothing about what people look for.
_STOP_WORDS = """
near in at for with and the a me my around close to help support peer need find people
i im am live cerca en de del para con y el la los las ayuda apoyo necesito busco
personas vivo estoy
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())


def _parse_table(table: str) -> dict[tuple[str, ...], tuple[str, str]]:
    found = {}
    for line in table.replace(",\n", ",").strip().splitlines():
        filter_name, _colon, phrases = line.partition(":")
        name, value = filter_name.split()
        for phrase in phrases.split(","):
            found[tuple(phrase.split())] = (name, value)
    return found


PHRASE_FILTERS = _parse_table(_PHRASE_TABLE)


@dataclass(frozen=True)
class ParsedSearch:
    """The parameters of a search, with the text split where its meaning is certain."""

    params: QueryDict
    # The URL name of the page that the words ask for: "warmlines", "online" or "".
    page: str = ""


def parse_search(params: QueryDict) -> ParsedSearch:
    """Split the text into a place and filters; leave a whole place or name as it is."""
    text = clean_text(params.get("near", ""))
    result = look_up(text)
    if params.get("q") or (
        result.problem is not Problem.UNKNOWN and not _is_zip_beside_words(text)
    ):
        return ParsedSearch(params)
    filters, rest = _extract_filters(text.split())
    if not filters and result.problem is not Problem.UNKNOWN:
        return ParsedSearch(params)
    if not filters:
        return ParsedSearch(_split_place_and_name(params, rest, text))
    if not rest and filters in ([("how", "phone")], [("how", "online")]):
        page = "warmlines" if filters[0][1] == "phone" else "online"
        return ParsedSearch(_with_changes(params, "", "", filters), page)
    place, words = _split_place(rest)
    if words and _is_name(text):
        return ParsedSearch(params)
    return ParsedSearch(_with_changes(params, place, words, filters))


def _is_zip_beside_words(text: str) -> bool:
    """Tell whether the text is a ZIP code with other words, and not an address."""
    codes = list(zip_codes(text))
    if not codes:
        return False
    return not ADDRESS_START.match(text) or text.startswith(codes[-1][0])


def _extract_filters(words: list[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """Return the filters that the words name, and the remaining words."""
    filters: list[tuple[str, str]] = []
    rest: list[str] = []
    start = 0
    while start < len(words):
        for end in range(min(len(words), start + MAX_PHRASE_WORDS), start, -1):
            phrase = tuple(fold(" ".join(words[start:end])).split())
            if found := PHRASE_FILTERS.get(phrase):
                if found not in filters:
                    filters.append(found)
                start = end
                break
        else:
            rest.append(words[start])
            start += 1
    return filters, _strip_stop_words(rest)


def _strip_stop_words(words: list[str]) -> list[str]:
    """Remove stop words at both ends, unless they are part of a place: "La Jolla"."""
    if _is_place(" ".join(words)):
        return words
    while words and _is_stop_word(words[0]):
        words = words[1:]
        if _is_place(" ".join(words)):
            return words
    while words and _is_stop_word(words[-1]):
        words = words[:-1]
    return words


def _is_stop_word(word: str) -> bool:
    """Tell whether it is a stop word and not a state, like "IN" or "ME"."""
    is_state = len(word) == 2 and word.isupper()
    return not is_state and fold(word) in STOP_WORDS


def _place_splits(words: list[str]) -> Iterator[tuple[str, str]]:
    """Yield (place, other words), with the longest place first."""
    for length in range(len(words), 0, -1):
        yield " ".join(words[:length]), " ".join(words[length:])
        yield " ".join(words[-length:]), " ".join(words[:-length])


def _split_place(words: list[str]) -> tuple[str, str]:
    for place, others in _place_splits(words):
        if _is_place(place):
            return place, others
    return "", " ".join(words)


def _split_place_and_name(params: QueryDict, words: list[str], text: str) -> QueryDict:
    """Split "Tulsa Wildflower" into a place and a name of a listing there, and find the
    place in "I live in Tulsa"."""
    if words != text.split() and _is_place(" ".join(words)):
        return _with_changes(params, " ".join(words), "", [])
    if _is_name(text) or look_up(text).candidates:
        return params
    for place, others in _place_splits(words):
        found = len(fold(place)) >= MIN_PLACE_LETTERS and look_up(place).place
        if found and not found.is_state and (not others or _is_name(others)):
            return _with_changes(params, place, others, [])
    return params


def _is_place(text: str) -> bool:
    if len(fold(text)) < 3 and not text.isupper():
        return False
    result = look_up(text)
    return result.place is not None or result.problem is Problem.AMBIGUOUS


def _is_name(text: str) -> bool:
    """Tell whether a listing contains all these words."""
    models = (Organization, Warmline)
    return bool(fold(text)) and any(
        model.objects.public().matching(text).exists() for model in models
    )


def _with_changes(
    params: QueryDict, place: str, words: str, filters: list[tuple[str, str]]
) -> QueryDict:
    changed = params.copy()
    for name, text in (("near", place), ("q", words)):
        changed.pop(name, None)
        if text:
            changed[name] = text
    for name, value in filters:
        if value not in changed.getlist(name):
            changed.appendlist(name, value)
    return changed
