"""The admin of guides and credentials: edits, previews, history, permissions."""

from __future__ import annotations

import pytest
from django.utils import timezone

from curation.models import Suggestion
from guides.models import Credential, Guide
from tests.factories import credential, guide, person, state

pytestmark = pytest.mark.django_db

GUIDE_FIELDS = [f for f in Guide.facts if f not in ("written_on", "reviewed_on")]


@pytest.fixture
def ada(client):
    created = person("ada")
    client.force_login(created)
    return created


def form_of(row, names, **changes):
    """Return the data of the change form with these changes."""
    facts = {name: getattr(row, name) for name in names}
    data = {name: "" if value is None else value for name, value in facts.items()}
    return {**data, "opened_version": row.version, **changes}


def test_curator_can_edit_a_guide_and_restore_it(client, ada):
    created = guide(title="Calling a line", body="Old words.")
    address = f"/admin/guides/guide/{created.pk}"

    saved = client.post(
        f"{address}/change/", form_of(created, GUIDE_FIELDS, body="New words.")
    )
    history = client.get(f"{address}/history/").content.decode()

    assert saved.status_code == 302
    created.refresh_from_db()
    assert (created.body, created.version) == ("New words.", 2)
    assert "Old words." in history
    assert "New words." in history
    assert "ada" in history

    first = created.history.last()
    client.post(f"{address}/history/", {"row": first.history_id})

    created.refresh_from_db()
    assert (created.body, created.version) == ("Old words.", 3)


def test_preview_shows_both_languages_without_saving(client, ada):
    created = guide(body="Old words.", body_es="Viejas.")
    typed = {"body": "## A heading\n\nNew [words](/warmlines/).", "_preview": "1"}

    page = client.post(
        f"/admin/guides/guide/{created.pk}/change/",
        form_of(created, GUIDE_FIELDS, **typed),
    ).content.decode()

    assert "Nothing is saved yet." in page
    assert "<h2>A heading</h2>" in page
    assert '<section class="admin-note" lang="es">' in page
    assert "Viejas." in page
    created.refresh_from_db()
    assert created.body == "Old words."


def test_invalid_link_shows_a_message_at_the_field_and_loses_nothing(client, ada):
    created = guide()
    typed = {"searches": "No page here", "body": "Kept words."}

    page = client.post(
        f"/admin/guides/guide/{created.pk}/change/",
        form_of(created, GUIDE_FIELDS, **typed),
    ).content.decode()

    assert "No page here" in page
    assert "page?filters”" in page
    assert "Kept words." in page


def test_second_of_two_saves_of_a_guide_loses_nothing(client, ada):
    created = guide(title="One", summary="In short.")
    opened = form_of(created, GUIDE_FIELDS)
    address = f"/admin/guides/guide/{created.pk}/change/"
    client.post(address, {**opened, "title": "Two"})

    page = client.post(address, {**opened, "summary": "Shorter."}).content.decode()

    created.refresh_from_db()
    assert (created.title, created.summary) == ("Two", "In short.")
    assert "Somebody else saved this" in page
    assert "Shorter." in page


def test_curator_can_edit_a_credential_and_see_its_history(client, ada):
    created = credential(training_hours=40, name="Certified Example")
    address = f"/admin/guides/credential/{created.pk}"
    names = [n for n in Credential.facts if not n.endswith("_required")]
    names.remove("medicaid_billable")
    unknown = dict.fromkeys(
        ("exam_required", "lived_experience_required", "medicaid_billable"), "unknown"
    )

    saved = client.post(
        f"{address}/change/", form_of(created, names, **unknown, training_hours=46)
    )
    history = client.get(f"{address}/history/").content.decode()

    assert saved.status_code == 302
    created.refresh_from_db()
    assert (created.training_hours, created.exam_required) == (46, None)
    assert created.checked_on is None
    assert "<td>40</td>" in history
    assert "<td>46</td>" in history


def test_check_of_a_credential_is_a_separate_action(client, ada):
    created = credential()

    client.post(
        "/admin/guides/credential/",
        {"action": "mark_checked", "_selected_action": [created.pk]},
    )

    created.refresh_from_db()
    assert (created.checked_on, created.checked_by) == (timezone.localdate(), ada)
    assert created.history.first().checked_by == ada
    words = client.get("/become-a-peer-supporter/?state=MT").content.decode()
    assert "Checked on" in words


@pytest.mark.parametrize(
    ("role", "change", "view"),
    [("Curator", True, 200), ("Reader", False, 200), ("Volunteer", False, 200)],
)
def test_only_curators_edit_guides_and_credentials(client, role, change, view):
    client.force_login(person(role.lower(), role))
    rows = {"guide": guide(), "credential": credential()}

    for name, row in rows.items():
        address = f"/admin/guides/{name}/{row.pk}"
        page = client.get(f"{address}/change/")
        assert page.status_code == view
        assert ('name="_save"' in page.content.decode()) is change
        restored = client.post(f"{address}/history/", {"row": row.history.last().pk})
        assert restored.status_code == (302 if change else 403)
        assert client.post(f"{address}/delete/").status_code == 403


def test_curator_can_close_a_report_about_a_page(client, ada):
    for about in (guide(title="Calling a line"), state("MT")):
        said = {"kind": "problem", "problem": "unclear", "listing": about}
        report = Suggestion.objects.create(**said, words="What is a peer?")
        address = f"/admin/curation/suggestion/{report.pk}/change/"

        page = client.get(address).content.decode()
        client.post(address, {"_accept": "1", "reason": "", "answer": ""})

        assert str(about) in page
        assert "What is a peer?" in page
        report.refresh_from_db()
        assert (report.state, report.decided_by) == ("accepted", ada)
