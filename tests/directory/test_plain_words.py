"""Our own words read at grade 8 or below, on every public page."""

from __future__ import annotations

import html
import re

import pytest
import textstat

from orgs.kinds import KIND_WORDS
from tests.factories import credential, guide, organization, place, state, warmline

pytestmark = pytest.mark.django_db

PAGES = [
    "/",
    "/find/",
    "/find/?near=59301",
    "/find/?near=Springfield",
    "/find/?near=zzzz",
    "/find/map/?near=59301",
    "/states/",
    "/states/mt/",
    "/states/mt/map/",
    "/states/mt/print/",
    "/online/",
    "/warmlines/",
    "/warmlines/?near=59301",
    "/warmlines/line/",
    "/orgs/",
    "/orgs/center/",
    "/centers-for-independent-living/",
    "/guides/",
    "/guides/ours/",
    "/become-a-peer-supporter/",
    "/become-a-peer-supporter/?state=MT&other=GU",
    "/about/",
    "/contact/",
    "/privacy/",
    "/accessibility/",
    "/freshness/",
    "/leaving/",
    "/api/docs/",
    "/nowhere/",
]
BLOCKS = re.compile(r"<(p|li|dd|summary)\b[^>]*>(.*?)</\1>", re.DOTALL)
# Proper names and a licence's name are not ours to make simpler.
NAMES = re.compile(
    r"Centers? for Independent Living|Independent Living|Peer Support Directory"
    r"|My Health My Data Act|WCAG 2\.2|CC BY(-NC)? 4\.0|SUCCURRO \(Kara Zajac\)"
    r"|NAMI National Warmline Directory|US Census Bureau|US Geological Survey"
)
GRADE = 8


def sentences(page):
    """The page's running text: blocks that hold a sentence, without names."""
    main = page[page.index("<main") : page.index("</main>")]
    main = re.sub(r"<article.*?</article>", "", main, flags=re.DOTALL)
    for _tag, inner in BLOCKS.findall(main):
        text = html.unescape(re.sub(r"<[^>]+>", " ", inner))
        text = NAMES.sub("It", " ".join(text.split()))
        if len(text.split()) >= 4 and text[-1] in ".!?":
            yield text


@pytest.fixture
def listings():
    organization(at=place("59301"), slug="center", kind="cil")
    warmline(serves=[state("MT")], slug="line")
    guide(slug="ours", searches="Groups | Grupos | find?kind=cil")
    credential(standing="planned")


@pytest.mark.usefixtures("listings")
@pytest.mark.parametrize("path", PAGES)
def test_running_text_reads_at_grade_8_or_below(client, path):
    page = client.get(path).content.decode()
    text = " ".join(sentences(page))

    assert not text or textstat.flesch_kincaid_grade(text) <= GRADE, text


def test_the_words_that_explain_each_kind_read_easily():
    for words in KIND_WORDS.values():
        text = NAMES.sub("It", str(words.explained))
        assert textstat.flesch_kincaid_grade(text) <= GRADE, text


def test_the_measure_can_fail():
    hard = "Utilization of interdisciplinary modalities necessitates authorization."
    assert textstat.flesch_kincaid_grade(hard) > GRADE
