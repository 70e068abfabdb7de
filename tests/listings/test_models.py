"""The constraints of a listing, its slug, its redirects and its status."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from listings.models import Term
from listings.registry import listing_models
from listings.removals import RemovalRequest
from listings.slugs import SlugRedirect
from meetings.models import Meeting
from orgs.models import Organization
from tests.factories import county, organization, place, state, warmline
from warmlines.models import Warmline

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return get_user_model().objects.create_user("ada")


def is_refused(listing, **facts):
    """Say whether the database refuses the listing with these facts."""
    for name, value in facts.items():
        setattr(listing, name, value)
    try:
        with transaction.atomic():
            listing.save()
    except IntegrityError:
        return True
    return False


@pytest.mark.parametrize(
    "contact",
    [
        {"phone": "+14065550101"},
        {"toll_free": "+18005550101"},
        {"tty": "711"},
        {"videophone": "+14065550101"},
        {"sms_number": "85511 (keyword SUPPORT)"},
        {"chat_url": "https://example.org/chat"},
        {"email": "help@example.org"},
        {"website": "https://example.org"},
    ],
)
def test_one_contact_field_is_enough_to_publish(contact):
    assert not is_refused(
        organization(phone="", status="draft"), **contact, status="published"
    )


@pytest.mark.parametrize("make", [organization, warmline])
def test_listing_without_contact_cannot_be_published(make):
    listing = make(phone="", status="draft")

    assert is_refused(listing, status="published")
    assert not is_refused(listing, status="draft")


def test_closed_listing_needs_a_reason():
    assert is_refused(organization(), status="closed")
    assert not is_refused(organization(), status="closed", closure_reason="Moved away")


def test_hours_need_a_zone():
    assert is_refused(organization(), hours="24/7")
    assert not is_refused(organization(), hours="24/7", timezone="America/Denver")


def test_check_needs_date_method_and_person(ada):
    day = date(2026, 11, 24)

    assert is_refused(organization(), checked_on=day)
    assert is_refused(organization(), checked_on=day, checked_how="called")
    assert is_refused(organization(), checked_how="called", checked_by=ada)
    assert not is_refused(
        organization(), checked_on=day, checked_how="called", checked_by=ada
    )
    # The organization itself has no account here.
    assert not is_refused(organization(), checked_on=day, checked_how="confirmed")


@pytest.mark.parametrize("seen", ["", "2026", "2026-11", "2026-11-24"])
def test_source_date_may_be_partial(seen):
    assert not is_refused(organization(), source_seen=seen)


@pytest.mark.parametrize("seen", ["last year", "26", "2026-1", "2026/11/24"])
def test_source_date_must_be_a_date(seen):
    assert is_refused(organization(), source_seen=seen)


def test_source_key_is_unique_in_a_catalog():
    organization(key="org:one")

    assert is_refused(organization(), key="org:one")
    assert not is_refused(organization(), key="")
    assert not is_refused(warmline(), key="org:one")


def test_withheld_address_cannot_have_an_exact_point():
    listing = organization(at=place("59301"))

    assert is_refused(listing, address_withheld=True)
    listing.set_point(
        county("Custer County", "MT").point, Organization.Precision.COUNTY
    )
    assert not is_refused(listing, address_withheld=True)


def test_state_must_be_a_known_code():
    assert is_refused(organization(), state="ZZ")
    assert not is_refused(organization(), state="GU")


def test_slug_is_the_name_then_adds_qualifiers():
    names = [
        organization(name="Open Door", city="Circle", state="MT") for _ in range(4)
    ]

    assert [listing.slug for listing in names] == [
        "open-door",
        "open-door-circle",
        "open-door-circle-mt",
        "open-door-circle-mt-2",
    ]


def test_name_without_letters_gets_a_slug():
    assert organization(name="…").slug == "listing-2"


def test_changed_slug_redirects():
    listing = Organization.objects.get(pk=organization(name="Old Name").pk)

    listing.slug = "new-name"
    listing.save()

    assert SlugRedirect.objects.resolve(Organization, "old-name") == listing
    assert SlugRedirect.objects.resolve(Warmline, "old-name") is None


def test_closing_and_publishing_increase_the_version():
    listing = organization()

    listing.close(reason="The house was sold")
    listing.refresh_from_db()
    assert (listing.status, listing.version) == ("closed", 2)
    listing.publish()
    listing.refresh_from_db()
    assert (listing.status, listing.closure_reason, listing.version) == (
        "published",
        "",
        3,
    )


def test_temporarily_closed_listing_is_public():
    listing = warmline()

    listing.close(reason="Back in May", temporarily=True)

    assert list(Warmline.objects.public()) == [listing]


def test_draft_and_closed_listings_are_not_public():
    organization(status="draft")
    organization(status="closed", closure_reason="Moved")
    ours = organization()

    assert list(Organization.objects.public()) == [ours]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("peer", True),
        ("PEER center", True),
        ("glendive", True),
        ("montana", True),
        ("café", True),
        ("drop in", True),
        ("peer zebra", False),
    ],
)
def test_matching_searches_name_city_summary_and_terms(words, found):
    drop_in = Term.objects.get(slug="drop_in")
    organization(
        name="Example Peer Center",
        at=place("59330"),
        summary="A cafe on Fridays",
        terms=[drop_in],
    )

    assert Organization.objects.matching(words).exists() == found


def test_line_for_a_county_does_not_serve_the_whole_state():
    organization(service_area=[county("Custer County", "MT")])

    assert not Organization.objects.serving(state("MT")).exists()
    assert not Organization.objects.serving(place("59102")).exists()
    assert Organization.objects.serving(place("59301")).exists()


def test_removal_request_matches_key_number_or_website():
    def matching(**facts):
        return bool(RemovalRequest.objects.matching(Organization(**facts)))

    request = RemovalRequest.objects.create(name="Quiet House", phone="+14065550109")
    assert matching(key="org:x", phone="(406) 555-0109")
    assert matching(toll_free="1-406-555-0109")
    assert not matching(key="org:x", phone="+14065550108")
    assert not matching()
    request.website = "https://example.org/us"
    request.save()
    assert not matching(sms_number="no number", website="no address")
    assert matching(website="http://www.example.org/us/")
    assert not matching(website="https://[example.org/us")
    assert not matching(website="https://example.org/them")


def test_removal_request_needs_an_identifier():
    with pytest.raises(IntegrityError), transaction.atomic():
        RemovalRequest.objects.create(name="Nothing to know it by")


def test_registry_lists_every_catalog():
    assert listing_models() == [Organization, Warmline, Meeting]


@pytest.mark.django_db
def test_unknown_time_zone_is_an_error_of_its_field():
    listing = organization(timezone="Mountain", hours="Mo 09:00-17:00")

    with pytest.raises(ValidationError) as is_refused:
        listing.clean()

    assert list(is_refused.value.message_dict) == ["timezone"]
    assert not listing.has_known_hours
