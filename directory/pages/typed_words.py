"""A place and everyday words in one box: "Tulsa lgbtq group" → Tulsa, and two filters.

The table holds words for our own vocabulary and nothing else: a word that is not in
it is a place, or a word to look for, and is never guessed at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import QueryDict

from listings.text import fold
from orgs.models import Organization
from places.cleaning import ADDRESS, clean, zip_codes
from places.lookup import Problem, look_up
from warmlines.models import Warmline

LONGEST_PHRASE = 5
# Fewer letters are too likely part of a sentence.
SHORTEST_PLACE = 4

_TABLE = """
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
# Words that say nothing about what is looked for.
_EMPTY = """
near in at for with and the a me my around close to help support peer need find people
i im am live cerca en de del para con y el la los las ayuda apoyo necesito busco
personas vivo estoy
"""
EMPTY = frozenset(_EMPTY.split())


def _read(table: str) -> dict[tuple[str, ...], tuple[str, str]]:
    found = {}
    for line in table.replace(",\n", ",").strip().splitlines():
        filter_name, _colon, phrases = line.partition(":")
        name, value = filter_name.split()
        for phrase in phrases.split(","):
            found[tuple(phrase.split())] = (name, value)
    return found


EVERYDAY = _read(_TABLE)


@dataclass(frozen=True)
class Understood:
    """The parameters of a search, its typed text taken apart where that is sure."""

    params: QueryDict
    # The name of the page that the words ask for: "warmlines", "online" or "".
    page: str = ""


def understand(params: QueryDict) -> Understood:
    """Take place and everyday words apart; what is a place or name stays as it is."""
    text = clean(params.get("near", ""))
    answer = look_up(text)
    if params.get("q") or (answer.problem is not Problem.UNKNOWN and not _beside(text)):
        return Understood(params)
    filters, rest = _filters(text.split())
    if not filters and answer.problem is not Problem.UNKNOWN:
        return Understood(params)
    if not filters:
        return Understood(_place_and_name(params, rest, text))
    if not rest and filters in ([("how", "phone")], [("how", "online")]):
        page = "warmlines" if filters[0][1] == "phone" else "online"
        return Understood(_changed(params, "", "", filters), page)
    place, words = _parted(rest)
    if words and _is_name(text):
        return Understood(params)
    return Understood(_changed(params, place, words, filters))


def _beside(text: str) -> bool:
    """Is a ZIP code, and no address, what was understood of more words?"""
    codes = list(zip_codes(text))
    if not codes:
        return False
    return not ADDRESS.match(text) or text.startswith(codes[-1][0])


def _filters(words: list[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """The filters that the words name, and the words that are left."""
    filters: list[tuple[str, str]] = []
    rest: list[str] = []
    start = 0
    while start < len(words):
        for end in range(min(len(words), start + LONGEST_PHRASE), start, -1):
            phrase = tuple(fold(" ".join(words[start:end])).split())
            if found := EVERYDAY.get(phrase):
                if found not in filters:
                    filters.append(found)
                start = end
                break
        else:
            rest.append(words[start])
            start += 1
    return filters, _without_empty(rest)


def _without_empty(words: list[str]) -> list[str]:
    """Without the words that say nothing, at both ends; "La Jolla" is a name."""
    if _is_place(" ".join(words)):
        return words
    while words and _says_nothing(words[0]):
        words = words[1:]
        if _is_place(" ".join(words)):
            return words
    while words and _says_nothing(words[-1]):
        words = words[:-1]
    return words


def _says_nothing(word: str) -> bool:
    """Is it one of the empty words, and no state like "IN" or "ME"?"""
    is_state = len(word) == 2 and word.isupper()
    return not is_state and fold(word) in EMPTY


def _partings(words: list[str]) -> Iterator[tuple[str, str]]:
    """(place, other words), the longest place first."""
    for length in range(len(words), 0, -1):
        yield " ".join(words[:length]), " ".join(words[length:])
        yield " ".join(words[-length:]), " ".join(words[:-length])


def _parted(words: list[str]) -> tuple[str, str]:
    for place, others in _partings(words):
        if _is_place(place):
            return place, others
    return "", " ".join(words)


def _place_and_name(params: QueryDict, words: list[str], text: str) -> QueryDict:
    """ "Tulsa Wildflower": a place and what some listing there is called; or a place
    among words that say nothing, "I live in Tulsa"."""
    if words != text.split() and _is_place(" ".join(words)):
        return _changed(params, " ".join(words), "", [])
    if _is_name(text) or look_up(text).candidates:
        return params
    for place, others in _partings(words):
        sure = len(fold(place)) >= SHORTEST_PLACE and look_up(place).place
        if sure and not sure.is_state and (not others or _is_name(others)):
            return _changed(params, place, others, [])
    return params


def _is_place(text: str) -> bool:
    if len(fold(text)) < 3 and not text.isupper():
        return False
    answer = look_up(text)
    return answer.place is not None or answer.problem is Problem.AMBIGUOUS


def _is_name(text: str) -> bool:
    """Does some listing say all these words?"""
    models = (Organization, Warmline)
    return bool(fold(text)) and any(
        model.objects.public().matching(text).exists() for model in models
    )


def _changed(
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
