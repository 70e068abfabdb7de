"""The text of every public page reads at grade 8 or below."""

from __future__ import annotations

import pytest
import textstat

from orgs.kind_labels import KIND_LABELS
from tests.factories import credential, guide, organization, place, state, warmline
from tests.reading import NAMES, sentences

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

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
    "/online/?state=MT",
    "/warmlines/",
    "/warmlines/?near=59301",
    "/warmlines/line/",
    "/warmlines/line/report/",
    "/suggest/",
    "/suggest/?what=organization",
    "/orgs/",
    "/orgs/?q=zebra",
    "/orgs/closed/",
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
    "/saved/",
    "/data/",
    "/embed/",
    "/api/docs/",
    "/nowhere/",
]
GRADE = 8


@pytest.fixture
def listings():
    organization(at=place("59301"), slug="center", kind="cil")
    organization(slug="closed", status="closed", closure_reason="Sold")
    warmline(service_area=[state("MT")], slug="line")
    guide(slug="ours", searches="Groups | Grupos | find?kind=cil")
    credential(status="planned")


@pytest.mark.usefixtures("listings")
@pytest.mark.parametrize("path", PAGES)
def test_running_text_reads_at_grade_8_or_below(client, path):
    page = client.get(path).content.decode()
    text = " ".join(sentences(page))

    assert not text or textstat.flesch_kincaid_grade(text) <= GRADE, text


def test_explanation_of_each_kind_reads_easily():
    for words in KIND_LABELS.values():
        text = NAMES.sub("It", str(words.explained))
        assert textstat.flesch_kincaid_grade(text) <= GRADE, text


def test_reading_grade_of_a_hard_sentence_is_too_high():
    hard = "Utilization of interdisciplinary modalities necessitates authorization."
    assert textstat.flesch_kincaid_grade(hard) > GRADE
