"""The pages of guides and credentials."""

from __future__ import annotations

import re

import pytest

from curation.models import Suggestion
from guides.models import Guide
from tests.curation.helpers import (
    send_public_form,
)
from tests.factories import credential, guide, organization, place, state, term

pytestmark = pytest.mark.django_db


def text(client, path, status=200):
    response = client.get(path)
    assert response.status_code == status
    words = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(words.split())


def test_draft_guide_is_on_no_page(client):
    guide(title="Shown", slug="shown")
    guide(title="Hidden", slug="hidden", status=Guide.Status.DRAFT)

    assert "Shown" in text(client, "/guides/")
    for path in ("/guides/", "/", "/find/?q=hidden", "/sitemap-guides.xml"):
        assert "Hidden" not in text(client, path)
        assert "/guides/hidden/" not in client.get(path).content.decode()
    text(client, "/guides/hidden/", status=404)


def test_guide_ends_with_searches_and_sources(client):
    guide(
        slug="ours",
        searches="Groups | Grupos | organizations?community=veterans",
        sources="A study | https://example.org/a\nA law | https://example.org/ | 2024",
    )

    page = client.get("/guides/ours/").content.decode()
    words = text(client, "/guides/ours/")

    assert '<a href="/orgs/?community=veterans">Groups</a>' in page
    assert '<input type="hidden" name="community" value="veterans">' in page
    assert "A study , undated" in words
    assert "A law , 2024" in words
    assert "Nobody from outside has reviewed it yet." in words


def test_reviewed_guide_names_the_reviewer_and_the_day(client):
    guide(slug="ours", reviewed_on="2026-11-01", reviewed_by="a peer supporter")

    words = text(client, "/guides/ours/")

    assert "Reviewed on November 1, 2026 by a peer supporter." in words


@pytest.mark.parametrize("path", ["/guides/ours/report/", "/states/mt/report/"])
def test_visitor_can_report_that_something_is_missing(client, path):
    about = guide(slug="ours") if "guides" in path else state("MT")
    page = client.get(path).content.decode()

    done = send_public_form(client, path, problem="missing", words="The tribal college")

    assert 'value="missing"' in page
    assert 'value="wrong_number"' not in page
    assert "Thank you" in done.content.decode()
    saved = Suggestion.objects.get()
    assert (saved.listing, saved.problem, saved.kind) == (about, "missing", "problem")


def test_report_form_of_a_listing_does_not_ask_about_pages(client):
    organization(at=place("59301"), slug="center")

    page = client.get("/orgs/center/report/").content.decode()

    assert 'value="wrong_number"' in page
    assert 'value="unclear"' not in page


def test_words_in_the_search_box_find_a_guide(client):
    guide(title="Coming home from prison", slug="home")
    guide(title="Veterans", slug="veterans")

    for path in ("/find/?q=prison", "/find/?near=prison"):
        page = client.get(path).content.decode()
        section = re.search(r'data-section="guides".*?</section>', page, re.DOTALL)[0]
        assert "/guides/home/" in section
        assert "/guides/veterans/" not in section


def test_pages_link_to_helpful_guides_only_while_they_are_public(client):
    guide(slug="rural-areas", title="Far away")
    for path in ("/find/?near=59301", "/states/mt/"):
        assert "/guides/rural-areas/" in client.get(path).content.decode()

    Guide.objects.update(status=Guide.Status.DRAFT)

    for path in ("/find/?near=59301", "/states/mt/"):
        assert "/guides/rural-areas/" not in client.get(path).content.decode()


def test_state_shows_requirements_and_which_were_not_found(client):
    credential(
        state="IL",
        name="Certified Recovery Support Specialist",
        training_hours=100,
        work_hours=2000,
        supervision_hours=100,
        exam_required=True,
    )

    for path in ("/states/il/", "/become-a-peer-supporter/?state=IL"):
        words = text(client, path)
        assert "Training 100 hours" in words
        assert "Work or volunteering 2,000 hours" in words
        assert "With supervision 100 hours" in words
        assert "Exam Yes" in words
        assert "Time in recovery Not found" in words
        assert "Check with the certifying body before you pay or apply." in words
        assert "source undated" in words


def test_credential_that_cannot_be_earned_shows_no_requirements(client):
    credential(state="PR", name="In process", status="planned", training_hours=40)

    words = text(client, "/become-a-peer-supporter/?state=PR")

    assert "you cannot earn this today" in words
    assert "40 hours" not in words
    assert "Cannot be earned today" in text(client, "/become-a-peer-supporter/")


def test_two_states_are_compared_side_by_side(client):
    credential(state="IL", abbreviation="CRSS", training_hours=100)
    credential(state="WI", abbreviation="CPS", training_hours=48)

    words = text(client, "/become-a-peer-supporter/?state=IL&other=WI")

    assert "Illinois and Wisconsin side by side" in words
    assert "Training CRSS 100 hours CPS 48 hours" in words


def test_kind_of_experience_filters_the_table(client):
    credential(name="For minds", focus="mental_health")
    credential(name="For both", focus="both")
    credential(name="For families", focus="family")

    words = text(client, "/become-a-peer-supporter/?focus=mental_health")

    assert "For minds" in words
    assert "For both" in words
    assert "For families" not in words


def test_state_without_a_source_is_listed_as_unknown(client):
    credential(state="MT")

    words = text(client, "/become-a-peer-supporter/")
    guam = text(client, "/become-a-peer-supporter/?state=GU")

    assert "We found no source for" in words
    assert "Guam" in words
    assert "That does not mean there is nothing" in guam


def test_unknown_state_shows_a_message_and_the_whole_table(client):
    credential(name="Certified Example")

    words = text(client, "/become-a-peer-supporter/?state=zz&focus=magic")

    assert "Select a valid choice" in words
    assert "Certified Example" in words


def test_page_says_which_requirements_were_not_found(client):
    organization(
        at=place("59301"),
        service_area=[state("MT")],
        terms=[term("community", "veterans")],
    )
    missing = "No listing here says it serves “Veterans”."

    for path in (
        "/find/?state=WY&community=veterans",
        "/orgs/?state=WY&community=veterans",
    ):
        assert missing in text(client, path)
    for path in (
        "/find/?state=MT&community=veterans",
        "/orgs/?state=MT&community=veterans",
    ):
        assert missing not in text(client, path)
    assert "says it offers “Help with work”" in text(
        client, "/orgs/?service=employment"
    )


@pytest.mark.parametrize("query", ["", "?state=IL", "?state=IL&other=PR"])
def test_internal_note_of_a_credential_is_on_no_page(client, query):
    note = "The board’s own page was not found; a blog reportedly says so (not read)."
    credential(state="IL", training_hours=100, internal_note=note)
    credential(state="PR", status="planned", internal_note=note)

    for path in ("/states/il/", f"/become-a-peer-supporter/{query}"):
        words = text(client, path)
        assert "reportedly" not in words
        assert "not read" not in words
