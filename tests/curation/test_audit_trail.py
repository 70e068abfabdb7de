"""Every change of a listing, a guide or a credential is in its history."""

from __future__ import annotations

import pytest
from django.utils import timezone

from curation import workflow
from curation.audit_trail import restore_revision
from curation.imports import apply_import
from curation.models import ImportRun, Reminder, Suggestion
from curation.undo import undo_import
from listings.exchange.workflow import import_text
from orgs.models import Organization
from tests.curation.helpers import (
    csv_file,
    form_stamp,
    import_row,
)
from tests.factories import credential, guide, organization, person, place, term

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client):
    """Return a browser in which an administrator is signed in, as `user`."""
    user = person(role="Administrator")
    client.force_login(user)
    client.user = user
    return client


def by_form(client, listing, **facts):
    """Send the change form with some fields changed."""
    meta = listing._meta
    path = f"/admin/{meta.app_label}/{meta.model_name}/{listing.pk}/change/"
    form = client.get(path).context["adminform"].form
    data = {}
    for bound in form:
        value = bound.value()
        if value is True or value is False:
            value = {True: "true", False: "false"}[value]
        if value not in (None, "") and not isinstance(value, dict):
            data[bound.html_name] = getattr(value, "as_e164", value)
    sent = client.post(path, data | facts)
    assert sent.status_code == 302, sent.context["adminform"].form.errors


def act(client, listing, action, **sent):
    meta = listing._meta
    path = f"/admin/{meta.app_label}/{meta.model_name}/"
    client.post(path, {"action": action, "_selected_action": [listing.pk], **sent})


def create_suggestion(listing, **facts):
    return Suggestion.objects.create(listing=listing, kind="change", **facts)


def confirmed(client, listing, choice):
    link = Reminder.objects.create(listing=listing, sent_to="us@example.org")
    count = listing.history.count()
    form = {"act": choice, "sure": "on", "stamp": form_stamp()}
    origin = {"Sec-Fetch-Site": "same-origin"}
    client.post(f"/confirm/{link.token}/", form, headers=origin)
    assert listing.history.count() > count


def imported(listing):
    text = csv_file([import_row(listing.key, phone="+14065550177")]).read().decode()
    import_text("organizations", text)


def undone(client, listing):
    text = csv_file([import_row(listing.key, phone="+14065550177")]).read().decode()
    run = ImportRun.objects.create(
        kind="organizations", file_name="x", content=text, by=client.user
    )
    apply_import(run)
    count = listing.history.count()
    undo_import(run)
    assert listing.history.count() > count


def checked(client, listing):
    workflow.record_check(
        listing, how="called", outcome="right", facts=["phone"], by=client.user
    )


def accepted(client, listing):
    change = create_suggestion(listing, changes={"email": "new@example.org"})
    workflow.accept(change, ["email"], client.user)


def merged(client, listing):
    other = organization(at=place("59301"))
    workflow.merge(listing, other, ["name"])
    assert other.history.latest().history_change_reason.startswith("merge: ")


def back(client, listing):
    first = listing.history.latest().pk
    by_form(client, listing, email="x@example.org")
    count = listing.history.count()
    restore_revision(listing, str(first), "put back")
    assert listing.history.count() > count


WRITES = {
    "the form": lambda c, o: by_form(c, o, email="new@example.org"),
    "publish": lambda c, o: act(c, o, "publish_selected"),
    "close": lambda c, o: act(
        c, o, "close_selected", _sent="1", closure_reason="Moved"
    ),
    "tag": lambda c, o: act(
        c, o, "tag_selected", _sent="1", term=term("community", "veterans").pk
    ),
    "check": checked,
    "checks": lambda c, o: act(
        c,
        o,
        "check_selected",
        _sent="1",
        how="called",
        outcome="right",
        facts="phone",
        on=str(timezone.localdate()),
    ),
    "suggestion": accepted,
    "merge": merged,
    "removal": lambda c, o: workflow.remove_on_request(o, "asked"),
    "confirm link, right": lambda c, o: confirmed(c, o, "right"),
    "confirm link, remove": lambda c, o: confirmed(c, o, "remove"),
    "import": lambda c, o: imported(o),
    "import undone": undone,
    "put back": back,
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_every_change_of_a_listing_is_in_its_history(ada, write):
    listing = organization(at=place("59301"), key="ours", kind="peer_run")
    before = set(listing.history.values_list("pk", flat=True))
    old = Organization.objects.values().get(pk=listing.pk)

    write(ada, listing)

    new = Organization.objects.values().get(pk=listing.pk)
    rows = listing.history.exclude(pk__in=before)
    assert rows.exists()
    assert new["version"] > old["version"]
    latest = listing.history.latest()
    assert latest.history_date is not None
    # The history names the user or the reason.
    assert latest.history_user == ada.user or latest.history_change_reason
    # The last row of the history equals the listing.
    for name in ("name", "phone", "email", "status", "version"):
        assert getattr(latest, name) == new[name], name


def test_new_listing_starts_its_history_however_it_is_added(ada):
    import_text("organizations", csv_file([import_row("a")]).read().decode())
    proposal = Suggestion.objects.create(
        kind="new",
        content_type=create_suggestion(organization()).content_type,
        changes={"name": "Suggested One", "kind": "peer_run"},
    )
    workflow.accept(proposal, ["name", "kind"], ada.user)

    for name in ("Example a", "Suggested One"):
        assert Organization.objects.get(name=name).history.count() >= 1


def test_guides_and_credentials_have_a_history(ada):
    page, row = guide(), credential()

    by_form(ada, page, title="Another")
    act(ada, row, "mark_checked")

    assert page.history.latest().title == "Another"
    assert page.history.latest().history_user == ada.user
    assert row.history.latest().checked_by == ada.user
