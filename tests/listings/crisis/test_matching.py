"""Words of distress are matched with the right level and kind; others are not."""

from __future__ import annotations

import pytest

from listings.crisis.matching import Phrase, PhraseMatcher, split_words
from places.models import Place

# What is typed, and the level and first kind expected.
DANGEROUS = [
    ("i want to die", "first", "suicide"),
    ("I WANT TO DIE!!!", "first", "suicide"),
    ("i  want\tto   die.", "first", "suicide"),
    ("I don't want to live", "first", "suicide"),
    ("i don’t want to live", "first", "suicide"),
    ("i dont want to live anymore", "first", "suicide"),
    ("suicide", "first", "suicide"),
    ("suicidal in tulsa", "first", "suicide"),
    ("Suicidio", "first", "suicide"),
    ("kms", "first", "suicide"),
    ("k.m.s.", "first", "suicide"),
    ("wanna die", "first", "suicide"),
    ("my son died by suicide and i want to die", "first", "suicide"),
    ("i want to die, suicide loss group", "first", "suicide"),
    ("I'm going to kill myself", "emergency", "suicide"),
    ("goodbye everyone", "emergency", "suicide"),
    ("help me", "first", "suicide"),
    ("crisis", "first", "suicide"),
    ("988", "first", "suicide"),
    ("me quiero morir", "first", "suicide"),
    ("Me quiero morír", "first", "suicide"),
    ("ya no quiero vivir", "first", "suicide"),
    ("quiero matarme", "first", "suicide"),
    ("911", "emergency", "emergency"),
    ("need an ambulance", "emergency", "emergency"),
    ("no puedo respirar", "emergency", "emergency"),
    ("heart attack", "emergency", "emergency"),
    ("overdose", "emergency", "overdose"),
    ("O.D.", "emergency", "overdose"),
    ("i od'd", "emergency", "overdose"),
    ("he won't wake up", "emergency", "overdose"),
    ("sobredosis", "emergency", "overdose"),
    ("fentanyl", "first", "overdose"),
    ("he hits me", "first", "violence"),
    ("my husband hits me", "first", "violence"),
    ("abuse", "first", "violence"),
    ("domestic violence", "first", "violence"),
    ("violencia domestica", "first", "violence"),
    ("violencia doméstica", "first", "violence"),
    ("mi esposo me pega", "first", "violence"),
    ("he choked me", "emergency", "violence"),
    ("restraining order tulsa ok", "first", "violence"),
    ("my dad hits me", "first", "child_abuse"),
    ("child abuse", "first", "child_abuse"),
    ("shaking the baby", "emergency", "child_abuse"),
    ("i was raped", "first", "sexual_assault"),
    ("me violaron", "first", "sexual_assault"),
    ("cutting myself", "first", "self_harm"),
    ("bleeding a lot", "emergency", "self_harm"),
    ("poison", "first", "poison"),
    ("my toddler swallowed bleach", "first", "poison"),
    ("i relapsed", "first", "substance_use"),
    ("delirium tremens", "emergency", "substance_use"),
    ("bulimia", "first", "eating"),
    ("elder abuse", "first", "elder_abuse"),
    ("human trafficking", "first", "trafficking"),
    ("kidnapped", "emergency", "trafficking"),
    ("i ran away", "first", "runaway_youth"),
    ("conversion therapy", "first", "lgbtq_youth"),
    ("trans lifeline", "first", "trans"),
    ("postpartum depression", "first", "maternal"),
    ("veterans crisis line", "first", "veterans"),
    ("strong hearts helpline", "first", "native"),
    ("house is on fire", "emergency", "disaster"),
    ("hurricane took my house", "first", "disaster"),
    ("i want to kill my husband", "emergency", "harm_to_others"),
    ("i'm going to kill him", "emergency", "harm_to_others"),
    ("want to hurt someone", "emergency", "harm_to_others"),
    ("quiero matar a mi esposo", "emergency", "harm_to_others"),
    ("he is going to hurt me", "first", "violence"),
    ("i have a gun", "emergency", "suicide"),
    ("I am going to jump", "emergency", "suicide"),
    ("tengo una pistola", "emergency", "suicide"),
    ("i want 2 die", "first", "suicide"),
    ("tired of living", "first", "suicide"),
    ("hopeless", "first", "suicide"),
    ("cansada de vivir", "first", "suicide"),
]
QUIET = [
    "suicide loss group",
    "survivors of suicide, Tulsa",
    "alternatives to suicide",
    "suicide prevention training",
    "overdose awareness day",
    "domestic violence support group",
    "child abuse survivors",
    "relapse prevention",
    "trans support group",
    "veteran peer support",
    "grupo de duelo por suicidio",
]
HARMLESS = [
    "",
    " . ",
    "59301",
    "Miles City, MT",
    "Slaughter Beach, Delaware",
    "Hurt, Virginia",
    "Odd, West Virginia",
    "Gunlock, Utah",
    "Veteran, Wyoming",
    "NAMI San Diego",
    "Wildflower Alliance",
    "veteran",
    "lgbtq group",
    "native american",
    "peer support near me",
    "drop in center",
    "diet",
    "the living room",
    "warmline",
    "hearing voices",
    "wrap class",
    "need a ride",
    "grupo de apoyo",
    "centro de vida independiente",
]


@pytest.mark.parametrize(("typed", "level", "kind"), DANGEROUS)
def test_words_of_distress_find_their_level_and_kind(shipped, typed, level, kind):
    found = shipped.find(typed)

    assert found is not None
    assert (found.level, found.kinds[0]) == (level, kind)


@pytest.mark.parametrize("typed", QUIET)
def test_words_about_a_group_stay_quiet(shipped, typed):
    found = shipped.find(typed)

    assert found is not None
    assert found.level == "quiet"


@pytest.mark.parametrize("typed", HARMLESS)
def test_ordinary_words_are_not_distress(shipped, typed):
    assert shipped.find(typed) is None


def test_examples_cover_every_level():
    assert len(DANGEROUS) + len(QUIET) + len(HARMLESS) > 94


def test_every_shipped_phrase_finds_its_own_kind_and_level(shipped, phrases):
    for row in phrases:
        found = shipped.find(row["phrase"])
        if row["level"] == "adds":
            found = shipped.find(f"{row['phrase']} want to die")
            assert row["for_what"] in (*found.kinds, *found.added), row
        else:
            assert row["for_what"] in found.kinds, row
            assert found.level == row["level"], row


def test_who_the_visitor_is_counts_only_with_distress(shipped):
    found = shipped.find("veteran, want to die")

    assert shipped.find("veteran") is None
    assert found.kinds == ("suicide",)
    assert found.added == ("veterans",)


def test_exact_phrase_matches_only_the_whole_text(shipped):
    assert shipped.find("rape").level == "first"
    assert shipped.find("Rape, field of") is None


def test_match_inside_a_longer_quiet_phrase_does_not_count():
    phrases = [
        Phrase("suicide", "first", "phrase", ("suicide",)),
        Phrase("suicide", "quiet", "phrase", ("suicide", "loss")),
    ]

    assert PhraseMatcher(phrases).find("suicide loss").level == "quiet"
    assert PhraseMatcher(phrases).find("suicide loss suicide").level == "first"
    assert PhraseMatcher(phrases).find("suicidel loss") is None


def test_phrase_matches_whole_words_only(shipped):
    assert shipped.find("diesel wantage todie") is None


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Don't", ("dont",)),
        ("DON’T", ("dont",)),
        ("don\u00b4t", ("dont",)),
        ("U.S.A.", ("usa",)),
        ("Canción, ¡ñandú!", ("cancion", "nandu")),
        ("want\u200b to\u00a0die", ("want", "to", "die")),
        ("w\u00adant", ("want",)),
        ("ｄｉｅ", ("die",)),  # noqa: RUF001  # full-width letters are the point
        ("a_b-c/d", ("a", "b", "c", "d")),
        ("", ()),
    ],
)
def test_split_words_normalizes_text(typed, words):
    assert split_words(typed) == words


@pytest.mark.django_db
def test_no_place_name_is_in_distress(shipped):
    loud = []
    rows = Place.objects.values_list("name", "alt_names", "state")
    for name, others, state in rows.iterator():
        for text in (name, f"{name}, {state}", *others.split(";")):
            found = shipped.find(text)
            if found:
                loud.append((text, found.level))

    assert len(rows) > 80_000
    assert loud == []
