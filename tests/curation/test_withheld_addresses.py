"""No combination of facts reveals a withheld street."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command

from curation import workflow
from curation.audit_trail import restore_revision
from curation.models import Suggestion
from curation.undo import undo_import
from orgs.models import Organization
from tests.curation.helpers import (
    change_form_data,
    change_path,
    import_row,
    upload_csv,
)
from tests.factories import organization, person

pytestmark = pytest.mark.django_db

SECRET, SECRET_ZIP = "12 Secret Street", "59336"
TOWN = {"city": "Miles City", "state": "MT"}
PUBLIC = {"street": "1 Main Street", "zip_code": "59301", **TOWN}
REFUSED = "from the same side"


@pytest.fixture
def hidden():
    return organization(
        name="Hidden house",
        slug="hidden-house",
        street=SECRET,
        zip_code=SECRET_ZIP,
        address_withheld=True,
        **TOWN,
    )


def shown_to_the_public(client):
    pages = [one.get_absolute_url() for one in Organization.objects.public()]
    files = ["/data/organizations.csv", "/api/locations"]
    return "".join(
        b"".join(answer).decode() if answer.streaming else answer.content.decode()
        for answer in (client.get(path) for path in (*pages, *files))
    )


def shows_secret(client):
    page = shown_to_the_public(client)
    return SECRET in page or SECRET_ZIP in page


@pytest.mark.parametrize("fact", ["street", "zip_code"])
@pytest.mark.parametrize("stays", ["public", "hidden"])
def test_merge_refuses_a_withheld_street_without_its_flag(ada, hidden, fact, stays):
    other = organization(name="Other house", slug="other-house", **PUBLIC)
    keep, drop = (other, hidden) if stays == "public" else (hidden, other)
    # Only the street of the withheld one, or only the flag of the public one.
    chosen = fact if stays == "public" else "address_withheld"

    page = ada.post(
        f"/admin/orgs/organization/merge/{keep.pk}/{drop.pk}/",
        {"keep": keep.pk, f"fact_{chosen}": drop.pk},
        follow=True,
    ).content.decode()

    assert REFUSED in page
    assert Organization.objects.public().count() == 2
    assert not shows_secret(ada)


@pytest.mark.parametrize("stays", ["public", "hidden"])
def test_merge_takes_a_whole_address_from_either_side(ada, hidden, stays):
    other = organization(name="Other house", **PUBLIC)
    keep, drop = (other, hidden) if stays == "public" else (hidden, other)

    workflow.merge(keep, drop, ["street", "zip_code", "address_withheld"])

    keep.refresh_from_db()
    assert keep.street == drop.street
    assert keep.address_withheld is (stays == "public")
    assert not shows_secret(ada)


@pytest.mark.parametrize("kind", ["new", "change"])
def test_suggested_street_is_not_accepted_without_its_withheld_flag(ada, kind):
    changes = {"street": SECRET, "address_withheld": True}
    if kind == "new":
        about = {"content_type": ContentType.objects.get_for_model(Organization)}
        changes |= {"name": "New house", "kind": "peer_run", "phone": "+14065550155"}
    else:
        about = {"listing": organization(**PUBLIC)}
    suggestion = Suggestion.objects.create(kind=kind, changes=changes, **about)

    with pytest.raises(workflow.ActionRefused, match=REFUSED):
        workflow.accept(suggestion, set(changes) - {"address_withheld"}, ada.user)

    listing = workflow.accept(suggestion, changes, ada.user)
    assert listing.address_withheld
    assert not shows_secret(ada)


def test_suggested_public_address_does_not_reveal_the_former_street(ada, hidden):
    changes = {**PUBLIC, "address_withheld": False}
    suggestion = Suggestion.objects.create(
        kind="change", listing=hidden, changes=changes
    )

    for chosen in (["address_withheld"], ["address_withheld", "street"]):
        with pytest.raises(workflow.ActionRefused, match=REFUSED):
            workflow.accept(suggestion, chosen, ada.user)
    assert not shows_secret(ada)

    workflow.accept(suggestion, changes, ada.user)
    assert "1 Main Street" in shown_to_the_public(ada)


def test_curator_can_make_an_address_public(ada, hidden):
    suggestion = Suggestion.objects.create(
        kind="change", listing=hidden, changes={"address_withheld": False}
    )

    workflow.accept(suggestion, ["address_withheld"], ada.user)

    assert SECRET in shown_to_the_public(ada)


def test_restoring_a_version_does_not_reveal_a_street_withheld_since(ada):
    listing = organization(street=SECRET, zip_code="59301", **TOWN)
    first = listing.history.latest("history_id")
    listing.address_withheld = True
    listing.clean()
    listing.version += 1
    listing.save()

    with pytest.raises(workflow.ActionRefused, match="withheld now"):
        restore_revision(listing, str(first.history_id), "put back")
    assert not shows_secret(ada)


def test_import_does_not_reveal_a_withheld_street(ada, hidden):
    Organization.objects.filter(pk=hidden.pk).update(key="a")
    run, page = upload_csv(
        ada, [import_row("a", street=SECRET, zip="59301", phone="4065550101")]
    )
    ada.post(page, {"_apply": "1"})
    assert not shows_secret(ada)

    run.refresh_from_db()
    undo_import(run)
    assert not shows_secret(ada)


@pytest.mark.parametrize("facts", [PUBLIC, {"street": "", "city": "", "state": ""}])
def test_import_of_hsds_does_not_reveal_a_withheld_street(ada, hidden, tmp_path, facts):
    Organization.objects.filter(pk=hidden.pk).update(key="hsds:their-list/a1", **facts)
    address = {
        "id": "d1",
        "address_1": SECRET,
        "city": "Miles City",
        "state_province": "MT",
        "postal_code": SECRET_ZIP,
        "country": "US",
        "address_type": "physical",
    }
    point = {"latitude": 46.40812, "longitude": -105.84055}
    at = {"id": "l1", "location_type": "physical", "addresses": [address], **point}
    theirs = {
        "id": "s1",
        "name": "Drop-in",
        "status": "active",
        "organization": {
            "id": "a1",
            "name": "Hidden house",
            "description": "Told.",
            "phones": [{"id": "p1", "number": "(406) 555-0101"}],
        },
        "service_at_locations": [{"id": "x1", "location": at}],
    }
    path = tmp_path / "services.json"
    path.write_text(json.dumps([theirs]))

    output = StringIO()
    call_command(
        "import_listings",
        path,
        format="hsds",
        listed_as="peer_run",
        publisher="Their List",
        source_url="https://example.org/hsds",
        quiet=True,
        stdout=output,
    )

    assert output.getvalue().startswith("0 added, 1 changed")
    hidden.refresh_from_db()
    assert hidden.summary == "Told."
    assert hidden.address_withheld
    page = shown_to_the_public(ada)
    exact = (SECRET, SECRET_ZIP, "46.408", "-105.840")
    assert not [words for words in exact if words in page]


@pytest.mark.parametrize(
    ("role", "sees"), [("Reader", False), ("Volunteer", False), ("Curator", True)]
)
def test_history_hides_a_street_that_was_ever_withheld(client, hidden, role, sees):
    for name, fact in {"address_withheld": False, **PUBLIC}.items():
        setattr(hidden, name, fact)
    hidden.version += 1
    hidden.save()
    client.force_login(person("member", role))

    page = client.get(f"/admin/orgs/organization/{hidden.pk}/history/")

    assert page.status_code == 200
    assert (SECRET in page.content.decode()) is sees


def test_user_who_may_not_see_a_street_cannot_make_it_public(client, hidden):
    editor = person("ed", "Reader")
    editor.user_permissions.add(Permission.objects.get(codename="change_organization"))
    client.force_login(editor)
    typed = change_form_data(client, hidden) | {"summary": "New words"}
    typed.pop("address_withheld", None)

    assert client.post(change_path(hidden), typed).status_code == 302

    hidden.refresh_from_db()
    assert (hidden.summary, hidden.address_withheld) == ("New words", True)
    assert not shows_secret(client)
