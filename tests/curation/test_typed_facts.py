"""Phone numbers, ZIP codes, states and areas as curators and visitors type them."""

from __future__ import annotations

import pytest

from curation import workflow
from curation.models import Suggestion
from orgs.models import Organization
from tests.curation.helpers import (
    SAME_ORIGIN,
    change_form_data,
    form_stamp,
    post_change_form,
    send_public_form,
)
from tests.factories import county, organization, person, place

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def listing():
    return organization(
        at=place("59301"), slug="ours", name="Our Center", zip_code="59301"
    )


def errors_of(response):
    return response.context["adminform"].form.errors


def test_form_keeps_a_phone_extension_and_shows_it_again(ada, listing):
    data = change_form_data(ada, listing) | {"phone": "406-555-0101 ext. 204"}

    assert post_change_form(ada, listing, data).status_code == 302

    listing.refresh_from_db()
    assert listing.phone.extension == "204"
    again = ada.get(f"/admin/orgs/organization/{listing.pk}/change/").content.decode()
    assert 'value="(406) 555-0101 ext. 204"' in again


@pytest.mark.parametrize(
    ("box", "typed", "words"),
    [
        ("phone", "406-555-0100, 406-555-0101", "two numbers"),
        ("tty", "zzz", "TTY number"),
        ("sms_number", "hello", "short code"),
        ("zip_code", "ABCDE", "5 digits"),
        ("zip_code", "99501", "in Anchorage, Alaska, not in Montana"),
        ("zip_code", "00000", "ZIP codes of Miles City, MT: 59301"),
        ("state", "Montanna", "like Montana or MT"),
        ("source_seen", "in spring", "2026-11-24"),
    ],
)
def test_form_shows_an_error_at_the_field(ada, listing, box, typed, words):
    refused = post_change_form(
        ada, listing, change_form_data(ada, listing) | {box: typed}
    )

    assert words in " ".join(errors_of(refused)[box])
    assert typed in refused.content.decode()


@pytest.mark.parametrize("typed", ["Montana", "mt", " MT "])
def test_state_is_accepted_as_name_or_code(ada, listing, typed):
    data = change_form_data(ada, listing) | {"state": typed, "zip_code": "59301–1234"}

    assert post_change_form(ada, listing, data).status_code == 302

    listing.refresh_from_db()
    assert (listing.state, listing.zip_code) == ("MT", "59301-1234")


def test_zip_code_without_a_state_is_an_error(ada, listing):
    refused = post_change_form(
        ada, listing, change_form_data(ada, listing) | {"state": ""}
    )

    assert "Miles City, Montana" in " ".join(errors_of(refused)["state"])


@pytest.mark.parametrize(
    ("service_area_scope", "service_area", "box"),
    [("places", "", "service_area"), ("unknown", "Montana", "service_area_scope")],
)
def test_service_area_must_fit_the_places(
    ada, listing, service_area_scope, service_area, box
):
    data = change_form_data(ada, listing) | {
        "service_area_scope": service_area_scope,
        "service_area": service_area,
    }

    refused = post_change_form(ada, listing, data)

    assert list(errors_of(refused)) == [box]


def test_half_of_a_suggested_service_area_cannot_be_accepted(listing):
    facts = {"service_area_scope": "places", "service_area": "Montana: Custer County"}
    half = Suggestion.objects.create(
        listing=listing, kind=Suggestion.Kind.CHANGE, changes=facts
    )

    with pytest.raises(workflow.ActionRefused, match="at least one state"):
        workflow.accept(half, ["service_area_scope"], person())

    workflow.accept(half, list(facts), person("bo"))
    assert list(listing.service_area.all()) == [county("Custer County", "MT")]


def test_suggested_zip_code_of_another_state_is_refused(listing):
    old = Suggestion.objects.create(
        listing=listing, kind=Suggestion.Kind.CHANGE, changes={"zip_code": "99501"}
    )

    with pytest.raises(workflow.ActionRefused, match="not in Montana"):
        workflow.accept(old, ["zip_code"], person())


NEW = {
    "name": "New Center",
    "kind": "peer_run",
    "in_person": "unknown",
    "online": "unknown",
}


def test_visitor_suggests_a_number_with_an_extension(client):
    typed = {"phone": "(406) 555-0133 ext. 21", "sms_number": "406-555-0134"}

    send_public_form(client, "/suggest/?what=organization", **NEW, **typed)

    [stored] = Suggestion.objects.open()
    assert stored.changes["phone"] == "+14065550133;ext=21"
    created = workflow.accept(stored, list(stored.changes), person())
    assert (created.phone.extension, created.sms_number) == ("21", "+14065550134")


def test_visitor_can_correct_only_the_extension(client, listing):
    facts = {**NEW, "name": "Our Center", "city": "Miles City", "state": "MT"}
    facts |= {
        "in_person": "true",
        "zip_code": "59301",
        "phone": "(406) 555-0101 ext. 3",
    }

    send_public_form(client, "/orgs/ours/suggest/", **facts)

    [stored] = Suggestion.objects.open()
    assert stored.changes == {"phone": "+14065550101;ext=3"}


def test_visitor_with_a_wrong_zip_code_gets_a_hint_and_loses_nothing(client):
    typed = {**NEW, "city": "Miles City", "state": "MT", "zip_code": "02139"}

    page = send_public_form(
        client, "/suggest/?what=organization", **typed
    ).content.decode()

    assert "02139 is in Cambridge, Massachusetts, not in Montana" in page
    assert "ZIP codes of Miles City, MT: 59301" in page
    assert 'value="02139"' in page
    assert not Suggestion.objects.exists()


def test_form_sent_twice_is_stored_once(client, listing):
    form = {"stamp": form_stamp(), **NEW}
    report = {"stamp": form_stamp(), "problem": "closed", "words": "The door is shut."}

    for _press in range(2):
        done = client.post("/suggest/?what=organization", form, headers=SAME_ORIGIN)
        assert "A curator will look at it" in done.content.decode()
        done = client.post("/orgs/ours/report/", report, headers=SAME_ORIGIN)
        assert "Thank you" in done.content.decode()

    assert sorted(Suggestion.objects.values_list("kind", flat=True)) == [
        "new",
        "problem",
    ]


def test_same_words_about_another_listing_are_stored(client, listing):
    organization(at=place("59301"), slug="theirs", name="Their Center")
    report = {"stamp": form_stamp(), "problem": "closed"}

    for slug in ("ours", "theirs"):
        client.post(f"/orgs/{slug}/report/", report, headers=SAME_ORIGIN)
    client.post(
        "/orgs/ours/report/", report | {"words": "Since May."}, headers=SAME_ORIGIN
    )

    assert Suggestion.objects.count() == 3


def test_same_number_with_an_extension_is_a_similar_listing(ada, listing):
    there = "/admin/orgs/organization/similar/"

    found = ada.get(there, {"phone": "(406) 555-0101 x9"}).content.decode()
    Organization.objects.filter(pk=listing.pk).update(phone="+14065550101;ext=4")
    again = ada.get(there, {"phone": "(406) 555-0101"}).content.decode()

    assert "Our Center" in found
    assert "Our Center" in again


def test_comparison_formats_phone_numbers(ada, listing):
    change = Suggestion.objects.create(
        listing=listing,
        kind=Suggestion.Kind.CHANGE,
        changes={"phone": "+14065550133;ext=21"},
    )

    page = ada.get(f"/admin/curation/suggestion/{change.pk}/change/").content.decode()

    assert "(406) 555-0133 ext. 21" in page
