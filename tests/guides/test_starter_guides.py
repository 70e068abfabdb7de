"""The starter guides: both languages, short, plain, and with working links."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
import textstat
from django.conf import settings
from django.core.management import call_command
from django.urls import resolve

from guides.models import Guide
from guides.starter_guides import read_starter_guides, save_starter_guide
from guides.templatetags.guides import count_words
from listings.models import Term
from orgs.models import Organization
from tests.directory.test_plain_words import GRADE
from tests.reading import NAMES

FOLDER = settings.BASE_DIR / "fixtures/guides"
GUIDES = dict(read_starter_guides(FOLDER))
LANGUAGES = {"en": "body", "es": "body_es"}
MAX_WORDS = 600
# The Action Alliance's and SAMHSA's advice on how to speak of suicide.
UNSAFE = re.compile(
    r"commit\w* suicide|suicide attempt(s)? (failed|succeeded)|epidemic"
    r"|successful suicide|failed attempt|comet\w+ (un )?suicidio|epidemia",
    re.IGNORECASE,
)
# Words of the movement: people and support.
CLINIC = re.compile(r"\b(patients?|pacientes?|addicts?|adict[oa]s?)\b", re.IGNORECASE)
TOPICS = {
    "what-peer-support-is",
    "rural-areas",
    "calling-a-warmline",
    "peer-respites",
    "recovery-community-centers",
    "support-groups-and-wrap",
    "coming-home",
    "supporting-someone-you-love",
    "young-people-and-students",
    "lgbtq-people",
    "black-indigenous-people-of-color",
    "veterans",
    "deaf-people-and-relay-calls",
    "centers-for-independent-living",
    "helping-without-telling-your-story",
    "disclosure-at-work",
    "how-we-choose-listings",
}
each_text = pytest.mark.parametrize(
    ("slug", "language"), [(slug, code) for slug in GUIDES for code in LANGUAGES]
)


def text(slug, language):
    return GUIDES[slug][LANGUAGES[language]]


def sentences_of(markdown):
    """Return only the sentences, without headings, link targets and markup."""
    lines = [line for line in markdown.splitlines() if not line.startswith("#")]
    words = re.sub(r"\]\([^)]*\)", "]", " ".join(lines))
    return NAMES.sub("It", re.sub(r"[\[\]*]|(^|\s)-\s", " ", words))


def test_every_topic_has_a_guide():
    assert set(GUIDES) == TOPICS


@each_text
def test_guide_is_short_and_uses_safe_language(slug, language):
    words = text(slug, language)

    assert count_words(sentences_of(words)) < MAX_WORDS
    assert not UNSAFE.search(words)
    assert not CLINIC.search(words)


@pytest.mark.parametrize("slug", GUIDES)
def test_guide_reads_at_grade_8_or_below(slug):
    assert textstat.flesch_kincaid_grade(sentences_of(text(slug, "en"))) <= GRADE


@pytest.mark.parametrize("slug", GUIDES)
def test_guide_that_mentions_suicide_says_whom_to_call(slug):
    for language in LANGUAGES:
        words = text(slug, language)
        assert "suicid" not in words.lower() or "tel:988" in words


@pytest.mark.parametrize("slug", GUIDES)
def test_guide_names_its_sources(slug):
    assert "https://" in GUIDES[slug]["sources"]


@each_text
def test_internal_links_of_a_guide_lead_to_existing_pages(slug, language):
    for path in re.findall(r"\]\((/[^)#?]*)", text(slug, language)):
        assert resolve(path)


@pytest.mark.django_db
@pytest.mark.parametrize("slug", GUIDES)
def test_searches_of_a_guide_use_known_terms(slug):
    save_starter_guide(slug, GUIDES[slug])
    kinds = {"service": "service", "community": "community", "language": "language"}
    values = {"kind": Organization.Kind.values, "how": ["online"], "open_now": ["1"]}
    for name, kind in kinds.items():
        values[name] = list(Term.objects.of_kind(kind).values_list("slug", flat=True))

    guide = Guide.objects.get(slug=slug)

    assert guide.search_list
    for search in guide.search_list:
        for name, value in search.filters:
            assert value in values[name], search.url


@pytest.mark.django_db
def test_loading_again_does_not_change_edited_guides():
    call_command("load_guides", stdout=StringIO())
    edited, other = Guide.objects.get(slug="veterans"), Guide.objects.first()
    Guide.objects.filter(pk=edited.pk).update(title="Ours now", version=2)
    Guide.objects.filter(pk=other.pk).update(title="An older title")

    out = StringIO()
    call_command("load_guides", stdout=out)

    assert Guide.objects.get(pk=edited.pk).title == "Ours now"
    assert Guide.objects.get(pk=other.pk).title == GUIDES[other.slug]["title"]
    assert out.getvalue() == "1 guides loaded.\n"
    assert Guide.objects.count() == len(GUIDES)


def test_starter_guide_without_a_translation_is_an_error(tmp_path: Path):
    (tmp_path / "alone.en.md").write_text('+++\ntitle = "x"\n+++\nText.')

    with pytest.raises(FileNotFoundError):
        dict(read_starter_guides(tmp_path))


# Phone numbers beyond 988 and 911 are those of the list of crisis lines.
NUMBERS = {
    "supporting-someone-you-love": {"+18007997233"},
    "young-people-and-students": {"+18004224453", "+18663319474", "+18007862929"},
    "black-indigenous-people-of-color": {"+18447628483"},
    "deaf-people-and-relay-calls": {"+18558121001"},
    "lgbtq-people": {"+18664887386"},
    "recovery-community-centers": {"+18009720590"},
    "coming-home": {"+18009720590"},
}


@each_text
def test_guide_names_emergency_numbers(slug, language):
    dialed = set(re.findall(r"\(tel:(\+\d+)\)", text(slug, language)))

    assert NUMBERS.get(slug, set()) <= dialed


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            ["old dose can kill", "tolerance", "naloxone", "without a prescription"],
        ),
        ("es", ["dosis de antes", "tolerancia", "naloxona", "sin receta"]),
    ],
)
def test_coming_home_explains_overdose_after_a_break_and_naloxone(language, words):
    guide = text("coming-home", language)

    assert [said for said in words if said not in guide] == []
    assert "tel:911" in guide
    for source in ("evidence2impact.psu.edu", "cdc.gov", "samhsa.gov/medications"):
        assert source in GUIDES["coming-home"]["sources"]


@pytest.mark.parametrize("slug", GUIDES)
def test_spanish_guide_says_how_to_reach_988_in_spanish(slug):
    body = GUIDES[slug]["body_es"]

    assert "(sms:988)" not in body
    # Veterans press 1, and Deaf people call by video.
    if "sms:988" in body and slug != "deaf-people-and-relay-calls":
        assert re.search(r"oprim\w+ 2\]\(tel:988\)", body)


@pytest.mark.parametrize("slug", ["coming-home", "recovery-community-centers"])
def test_guide_says_if_nobody_has_tried_a_number(slug):
    for body, words in (("body", "not yet checked"), ("body_es", "aún no verificado")):
        beside = GUIDES[slug][body].split("(tel:+18009720590)")[1][:50]
        assert words in beside
